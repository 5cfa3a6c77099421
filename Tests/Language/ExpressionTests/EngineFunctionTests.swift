import Expression
import Testing

/// The dialect's own functions, where the examples of the reference page don't reach.
@Suite struct EngineFunctionTests {
    @Test(arguments: [
        // Hashes of nothing, and of more than the widest block of each algorithm.
        "hash.crc64('') == '0000000000000000'", "hash.xxhash64('') == 'ef46db3751d8e999'",
        "hash.xxhash64('the quick brown fox jumps over it') == '61d577d6d33bea54'",
        "hash.xxhash64('the quick brown fox jumps over it', 'base64') == 'YdV31tM76lQ='", "''.crc32() == '00000000'",
        // JSON.
        #"json.decode('{"a": 1, "a": 2}').a == 2.0"#,
        #"json.decode(' [1e2, -0.5, true, null] ') == [100.0, -0.5, true, null]"#,
        #"json.decode('"\\ud83d\\ude00\\u00e9\\n"') == '😀é\n'"#,
        #"json.encode({2: b'a', 'x': 1.0, 'y': duration('1.5s')}) == '{"2":"YQ==","x":1,"y":"1.5s"}'"#,
        "json.encode('<&>') == '\"<&>\"'",
        "!'[1,]'.isJson() && !'01'.isJson() && !'1.'.isJson() && !'{a:1}'.isJson() && !'\"\t\"'.isJson() && ' 1 '.isJson()",
        #"!'"\\ud800"'.isJson() && !'nul'.isJson() && !''.isJson() && !'1 2'.isJson() && !'1e999'.isJson()"#,
        // Addresses.
        "inCidrRange('::ffff:10.0.0.1', '10.0.0.0/8')", "inCidrRange('2001:db8::1', '2001:db8::/32')",
        "!inCidrRange('10.0.0.1', 'nonsense') && !inCidrRange('nonsense', '10.0.0.0/8')",
        "inCidrRanges('10.0.0.1', ['nonsense', '10.0.0.0/8']) && !inCidrRanges('10.0.0.1', [])",
        "'172.31.0.1'.isPrivateIp() && !'172.32.0.1'.isPrivateIp() && !'10.0.0'.isPrivateIp() && !'169.254.0.1'.isPrivateIp()",
        // Paths.
        "['/admin', '/admin/', '/admin/x', '/admin;x=1', '/admin%2fx', '/admin%5Cx', '/x/..%2fadmin', '/x%2F..%2Fadmin', "
            + "'/x/..;/admin', '/.;/admin', '///admin', '/%2Fadmin', '/x/..%5cadmin'].all(p, inPath(p, '/admin'))",
        "['/', '', '/administrator', '/admin.', '/Admin', '/admin%3Bx', '/admin%20', '/x/admin', '/admin%252Fx', 'x'].all(p, "
            + "!inPath(p, '/admin'))",
        "inPath('/a/b/c', '/a/b/') && !inPath('/a', '/a/b') && inPath('/anything', '/') && inPath('/../a', '/a')",
        // URLs.
        "url.escape('$/;~-_.') == '%24%2F%3B~-_.'", "url.unescape('+%2B') == '++'",
        "url.parse('HTTPS://u:p@[2001:db8::1]:8443/a%2Fb?x=1&x=%20&y#f') == {'scheme': 'https', 'opaque': '', 'user_password': 'u:p', "
            + "'host': '[2001:db8::1]:8443', 'hostname': '2001:db8::1', 'port': '8443', 'path': '/a/b', 'raw_path': '/a%2Fb', "
            + "'query': 'x=1&x=%20&y', 'query_params': {'x': ['1', ' '], 'y': ['']}, 'fragment': 'f'}",
        "url.parse('mailto:a@b.example').opaque == 'a@b.example'", "url.parse('').path == ''",
        "!'https://'.isURL() && !'mailto:a@b'.isURL() && !'https://a:x'.isURL() && 'ftp://a'.isURL()",
        "queryString.decode('?a=1') == {'?a': '1'}", "queryString.decode('') == {}",
        "queryString.decode('a') == {'a': ''}",
        "!'a=%zz'.isQueryString() && !'a=1&'.isQueryString() && !'=1'.isQueryString() && !'a= '.isQueryString()",
        // Lists.
        "[3, 1, 2].sort() == [1, 2, 3] && [b'b', b'a'].sort() == [b'a', b'b'] && [true, false].sort() == [false, true]",
        "[1, [2, [3, [4]]]].flatten(0) == [1, [2, [3, [4]]]] && [[[1]], [[2]]].flatten(9) == [1, 2]",
        "[[1], [1.0], [2]].distinct() == [[1], [2]]", #"['\u00e9', 'e\u0301'].distinct().size() == 2"#,
        "lists.range(-1) == []", "optional.of(1).orValue(1 / 0) == 1",
        "optional.of(1).or(optional.of(1 / 0)).value() == 1",
    ])
    func `This is true`(source: String) {
        #expect(outcome(of: source) == isTrue)
        #expect(outcome(of: source, isChecked: false, foldsConstants: false) == isTrue)
    }

    @Test(arguments: [
        "'a'.md5('hexadecimal')", "json.decode('{')", "json.encode(0.0 / 0.0)", "json.encode(int)",
        "base64.decode('a')",
        "base64.decode('a-_=')", "'/w=='.decodeBase64()", "url.unescape('%')", "url.unescape('%ff')",
        "url.parse('http://a b/')",
        "url.parse('http://a:b/')", "rand.int(-1, 2)", "rand.int(3, 2)", "[1, dyn('a')].sort()", "[[1]].sort()",
        "[1].flatten(-1)", "[1].slice(0, 2)", "[1].slice(1, 0)", "lists.range(1000000)", "[dyn(1)].join()",
        "optional.none().value()", "math.greatest([])", "math.greatest('a')",
    ])
    func `This fails when it runs`(source: String) {
        #expect(fails(source), "\(outcome(of: source))")
    }

    @Test func `JSON that nests without end is refused`() {
        let given = Given([("text", .string, .string(String(repeating: "[", count: 100_000)))])
        #expect(fails("text.decodeJson()", given))
        #expect(outcome(of: "text.isJson()", given) == isFalse)
    }

    @Test func `Chance is asked at each evaluation`() throws {
        let program = try Given().environment().compile("rand.double()")
        #expect(program.constant == nil)
        let given = Given()
        let numbers = try (0..<20).map { _ in Outcome(of: try program.evaluate(given)).description }
        #expect(Set(numbers).count > 1)
        let dice = try given.environment().compile("rand.int(1, 3)")
        let thrown = try Set((0..<200).map { _ in Outcome(of: try dice.evaluate(given)).description })
        #expect(thrown == ["int(1)", "int(2)", "int(3)"])
    }
}
