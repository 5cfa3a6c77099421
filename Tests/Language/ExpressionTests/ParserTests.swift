import Testing

@testable import Expression

@Suite struct ParserTests {
    @Test(arguments: [
        ("1 + 2 * 3", "(_+_ 1 (_*_ 2 3))"),
        ("(1 + 2) * 3", "(_*_ (_+_ 1 2) 3)"),
        ("1 - 2 - 3", "(_-_ (_-_ 1 2) 3)"),
        ("8 / 4 % 3", "(_%_ (_/_ 8 4) 3)"),
        ("1 + 2 < 3 == true", "(_==_ (_<_ (_+_ 1 2) 3) true)"),
        ("a in b in c", "(@in (@in a b) c)"),
        ("a || b && c || d", "(|| (|| a (&& b c)) d)"),
        ("!a && !!b", "(&& (!_ a) (!_ (!_ b)))"),
        ("-a.b", "(-_ (. a b))"),
        ("-1.abs()", "(abs @-1)"),
        ("- 1", "-1"),
        ("--1", "(-_ -1)"),
        ("a -1", "(_-_ a 1)"),
        ("a - -1", "(_-_ a -1)"),
        ("-(1)", "(-_ 1)"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-0x8000000000000000", "-9223372036854775808"),
        ("-1u", "(-_ 1u)"),
        ("a ? b : c ? d : e", "(?: a b (?: c d e))"),
        ("(a ? b : c) ? d : e", "(?: (?: a b c) d e)"),
        ("a || b ? c && d : e", "(?: (|| a b) (&& c d) e)"),
        ("[a ? b : c, d]", "(list (?: a b c) d)"),
        ("{a ? b : c: d}", "(map (?: a b c)=d)"),
        ("a.b.c(d).e[0]", "([] (. (c @(. a b) d) e) 0)"),
        (".a.b", "(. .a b)"),
        ("size(.a)", "(size .a)"),
        (".size(a)", "(size a)"),
        ("[]", "(list)"),
        ("[1, 2,]", "(list 1 2)"),
        ("{}", "(map)"),
        ("{1: 2, 'a': [3],}", "(map 1=2 s[97]=(list 3))"),
        ("f()", "(f)"),
        ("a.f()", "(f @a)"),
        ("a.?b.c", "(. (.? a b) c)"),
        ("a[?i]", "([?] a i)"),
        ("[?a, b, ?c]", "(list ?a b ?c)"),
        ("{?a: b, c: d}", "(map ?a=b c=d)"),
        ("a.`b-c.d/e f_9`", "(. a b-c.d/e f_9)"),
        ("a.?`b c`", "(.? a b c)"),
        ("conn.client_ip.as.number", "(. (. (. conn client_ip) as) number)"),
        ("a.while().package", "(. (while @a) package)"),
        ("a\t+\r\n\u{0C}b // c\n// d", "(_+_ a b)"),
        ("a // b\r+ c", "(_+_ a c)"),
        ("1in[1]", "(@in 1 (list 1))"),
        ("'a' \"b\"", "1:5: expected an operator or the end, found '\"b\"'\n    'a' \"b\"\n        ^^^"),
    ])
    func `Operators bind, and operands go on, as the grammar has it`(source: String, tree: String) {
        #expect(parsed(source) == tree)
    }

    @Test(arguments: [
        ("has(a.b)", "(has (. a b))"),
        ("has((a.b))", "(has (. a b))"),
        ("has(a.?b.c)", "(has (. (.? a b) c))"),
        ("has(a['b'])", "(has[] a s[98])"),
        ("a.has(b)", "(has @a b)"),
        ("a.all(x, x > 0)", "(all a x if:(_>_ x 0))"),
        ("a.all(k, v, p)", "(all a k v if:p)"),
        ("a.exists(x, p)", "(exists a x if:p)"),
        ("a.exists(k, v, p)", "(exists a k v if:p)"),
        ("a.exists_one(x, p)", "(existsOne a x if:p)"),
        ("a.existsOne(x, p)", "(existsOne a x if:p)"),
        ("a.existsOne(k, v, p)", "(existsOne a k v if:p)"),
        ("a.exists_one(k, v, p)", "(existsOne a k v if:p)"),
        ("a.filter(x, p)", "(filter a x if:p)"),
        ("a.map(x, t)", "(map a x to:t)"),
        ("a.map(x, p, t)", "(map a x if:p to:t)"),
        ("a.transformList(k, v, t)", "(map a k v to:t)"),
        ("a.transformList(k, v, p, t)", "(map a k v if:p to:t)"),
        ("a.transformMap(k, v, t)", "(transformMap a k v to:t)"),
        ("a.transformMap(k, v, p, t)", "(transformMap a k v if:p to:t)"),
        ("a.transformMapEntry(k, v, t)", "(transformMapEntry a k v to:t)"),
        ("a.transformMapEntry(k, v, p, t)", "(transformMapEntry a k v if:p to:t)"),
        ("a.sortBy(x, x.age)", "(sortBy a x to:(. x age))"),
        ("cel.bind(x, 1, x + x)", "(bind x 1 (_+_ x x))"),
        ("a.optMap(x, t)", "(optMap a x t)"),
        ("a.optFlatMap(x, t)", "(optFlatMap a x t)"),
        ("all(a, b)", "(all a b)"),
        ("a.bind(b)", "(bind @a b)"),
    ])
    func `A macro is what it means`(source: String, tree: String) {
        #expect(parsed(source) == tree)
    }

    @Test func `Every usage of every macro parses to no call`() throws {
        for usage in Macro.all.flatMap({ macro in macro.usages.map { macro.isMethod ? "list.\($0)" : $0 } }) {
            let node = try Parser.parse(usage)
            if case .call = node.kind { Issue.record("\(usage) is a call") }
            #expect(node.range == 0..<usage.utf8.count)
        }
    }

    @Test func `The examples of the macros parse`() throws {
        for example in Macro.all.flatMap(\.examples) { _ = try Parser.parse(example) }
    }

    @Test func `A node's range is its text, with the parentheses in it but not around it`() throws {
        let source = " (a + (b)).c[ 1 ] "
        let whole = try Parser.parse(source)
        #expect(text(of: whole, in: source) == "(a + (b)).c[ 1 ]")
        guard case .index(let selected, let index, _) = whole.kind, case .select(let selection) = selected.kind,
            case .call(let sum) = selection.operand.kind
        else {
            Issue.record("another tree: \(treeText(whole))")
            return
        }
        #expect(text(of: index, in: source) == "1")
        #expect(text(of: selected, in: source) == "(a + (b)).c")
        #expect(text(of: selection.operand, in: source) == "a + (b)")
        #expect(sum.arguments.map { text(of: $0, in: source) } == ["a", "b"])
        #expect(sum.nameRange == 4..<5)
    }

    @Test func `A call knows where its name stands`() throws {
        guard case .call(let call) = try Parser.parse("é.x.f(1)".replacing("é", with: "e")).kind else {
            Issue.record("no call")
            return
        }
        #expect(call.nameRange == 4..<5)
    }
}

private func text(of node: SyntaxNode, in source: String) -> String {
    String(decoding: Array(source.utf8)[node.range], as: UTF8.self)
}
