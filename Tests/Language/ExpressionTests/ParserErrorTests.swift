import TestSupport
import Testing

@testable import Expression

@Suite struct ParserErrorTests {
    @Test(arguments: [
        ("", "", "expected an expression"),
        ("a +", "", "expected an expression, but the expression ends"),
        ("a + * b", "*", "expected an expression, found '*'"),
        ("a b", "b", "expected an operator or the end, found 'b'"),
        ("a and b", "and", "expected an operator or the end, found 'and'; did you mean `&&`?"),
        ("a = b", "=", "a single '=' means nothing here; did you mean `==`?"),
        ("a & b", "&", "a single '&' means nothing here; did you mean `&&`?"),
        ("(a", "(", "the '(' here is not closed by a ')'"),
        ("f(a, [b)", ")", "expected an operator, ',' or ']', found ')'"),
        ("[1, 2", "[", "the '[' here is not closed by a ']'"),
        ("f(a,)", ")", "expected an expression, found ')'"),
        ("[,]", ",", "expected an expression, found ','"),
        ("{a}", "}", "expected an operator or ':', found '}'"),
        ("{a: b: c}", ":", "expected an operator, ',' or '}', found ':'"),
        ("{a: ?b}", "?", "expected an expression, found '?'"),
        ("[a ? b]", "]", "expected an operator or the ':' of '?', found ']'"),
        ("a ? b ? c : d : e", "?", "expected an operator or the ':' of '?', found '?'"),
        ("a ? b : c d", "d", "expected an operator or the end, found 'd'"),
        ("a)", ")", "expected an operator or the end, found ')'"),
        ("a}", "}", "expected an operator or the end, found '}'"),
        ("a.", "", "expected the name of a member, but the expression ends"),
        ("a.1", ".1", "expected an operator or the end, found '.1'"),
        ("a.in", "in", "'in' is a keyword; as a member it is written `in`"),
        ("a.?f()", "(", "expected an operator or the end, found '('"),
        ("`a`", "`a`", "a name in back-ticks can only be a member, behind a '.'"),
        ("a.`b`()", "(", "expected an operator or the end, found '('"),
        ("a.``", "``", "a name in back-ticks is empty"),
        ("var x = 1", "var", "'var' is a reserved word: only members can be called so"),
        ("if(a)", "if", "'if' is a reserved word: only members can be called so"),
        ("Name{a: 1}", "Name", "messages such as Name{...} are not part of this language"),
        ("a.b.Name{}", "a.b.Name", "messages such as Name{...} are not part of this language"),
        ("1{}", "{", "expected an operator or the end, found '{'"),
        ("[x for x in y]", "for", "expected an operator, ',' or ']', found 'for'"),
        ("a[]", "]", "expected an expression, found ']'"),
        ("a ; b", ";", "the language has no use for the character ';'"),
        ("a\u{00A0}", "\u{00A0}", "the language has no use for the character U+00A0"),
        ("ä", "ä", "the language has no use for the character 'ä' (U+00E4)"),
        ("has(a)", "a", "'has' asks for a member or an element, as in has(value.member) or has(value[\"key\"])"),
        ("has(a.?b)", "a.?b", "'has' asks for a member or an element, as in has(value.member) or has(value[\"key\"])"),
        ("has(a.b, c)", "has(a.b, c)", "'has' is written has(value.member)"),
        ("a.all(x)", "all(x)", "'all' is written all(x, predicate) or all(k, v, predicate)"),
        ("a.all(x.y, p)", "x.y", "'all' takes a plain name here, for its variable"),
        ("a.all(.x, p)", ".x", "'all' takes a plain name here, for its variable"),
        ("a.map(1, 2)", "1", "'map' takes a plain name here, for its variable"),
        ("a.all(x, x, p)", "x", "the two variables of 'all' have the same name"),
        ("cel.bind(x, 1)", "bind(x, 1)", "'cel.bind' is written cel.bind(x, value, body)"),
    ])
    func `What is wrong is said, and where`(source: String, place: String, summary: String) throws {
        let found = try #require(problem(source))
        #expect(found.summary == summary)
        #expect(found.at == place)
    }

    @Test(arguments: [
        String(repeating: "(", count: 8000) + "1" + String(repeating: ")", count: 8000),
        String(repeating: "(", count: 16_000),
        String(repeating: "[", count: 16_000),
        String(repeating: "{1:", count: 5000),
        String(repeating: "f(", count: 8000),
        String(repeating: "a[", count: 8000),
        String(repeating: "a?b:", count: 4000) + "c",
        String(repeating: "!", count: 16_000) + "a",
        String(repeating: "-", count: 16_000) + "1",
        "a" + String(repeating: ".a", count: 8000),
        "a" + String(repeating: "[0]", count: 5000),
        "a" + String(repeating: ".f()", count: 4000),
        "a" + String(repeating: "+a", count: 8000),
        "a" + String(repeating: "==a", count: 5000),
        String(repeating: "a||a&&a==a+a*(", count: 1100),
        String(repeating: "a.map(x,", count: 2000),
        String(repeating: "cel.bind(x,1,", count: 1200),
    ])
    func `What nests too deep is refused, on a small stack too`(source: String) async {
        let outcome = await onSmallStack { parsed(source) }
        #expect(outcome.contains("expressions may nest 250 deep; this one goes deeper"))
    }

    @Test(arguments: [
        String(repeating: "(", count: 250) + "1" + String(repeating: ")", count: 250),
        String(repeating: "[", count: 250) + String(repeating: "]", count: 250),
        String(repeating: "!", count: 249) + "a",
        "a" + String(repeating: ".a", count: 249),
        "a" + String(repeating: "+a", count: 249),
    ])
    func `What nests as deep as may be is taken and printed, on a small stack too`(source: String) async {
        let outcome = await onSmallStack { (try? Parser.parse(source)).map(\.description) }
        let printed = outcome?.filter { $0 != " " }
        #expect(printed == source.filter { $0 != "(" && $0 != ")" })
    }

    @Test(arguments: ["||", "&&"])
    func `A row of thousands is a low tree`(sign: String) throws {
        let source = "a" + String(repeating: sign + "a", count: 5400)
        let node = try Parser.parse(source)
        #expect(height(node) == 14)
        #expect(node.description.filter { $0 != " " } == source)
        #expect(node.range == 0..<source.utf8.count)
    }

    @Test func `A source of 16 KiB is read and a longer one refused`() throws {
        let comment = "1 //" + String(repeating: "x", count: Parser.maximumSourceBytes - 4)
        #expect(parsed(comment) == "1")
        #expect(try #require(problem(comment + "x")).summary == "an expression may have 16384 bytes; this one has more")
    }

    @Test(arguments: UInt64(0)..<300)
    func `No text stops the parser or makes it trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "+", "-", "!", "&&", "||", "in", "a", "1", "'x'",
            "\"", "r'", "`", "\\", "has(", ".all(", "x", " ", "//", "\n", "0x", "1e", "b'\\", "é", "\u{1F600}", "$",
        ]
        let count = Int.random(in: 0...60, using: &random)
        let source = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
        #expect(!parsed(source).isEmpty)
    }
}

private func height(_ node: SyntaxNode) -> Int {
    switch node.kind {
    case .and(let left, let right), .or(let left, let right): 1 + max(height(left), height(right))
    default: 1
    }
}
