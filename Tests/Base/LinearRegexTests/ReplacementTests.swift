import LinearRegex
import Testing

@Suite struct ReplacementTests {
    /// What Go's `regexp.ReplaceAllString` makes of the same.
    @Test(arguments: [
        ("a*", "baaac", "x", "xbxcx"), ("", "abc", "-", "-a-b-c-"), ("", "éa", "-", "-é-a-"),
        ("b*", "abba", "<$0>", "<>a<bb>a<>"),
        ("(?P<x>[a-z])(?P<y>[0-9])", "a1 b2", "$y$x", "1a 2b"), ("(a)(b)", "ab", "${2}x$1", "bxa"),
        ("(a)(b)", "ab", "$2x$1", "a"), ("(a)", "a", "$$1", "$1"), ("(a)", "a", "$", "$"), ("(a)", "a", "${1", "${1"),
        ("(a)", "a", "$9${no}!", "!"), ("(a)|(b)", "ab", "[$2]", "[][b]"),
        ("^/v1/(.*)$", "/v1/a/b", "/v2/$1", "/v2/a/b"),
        ("x", "abc", "$0", "abc"), ("(a)", "a", "${}", "${}"), ("(a)", "a", "$99999999999999999999", ""),
    ])
    func `Matches are replaced as Go does`(pattern: String, text: String, template: String, expected: String) throws {
        let regex = try LinearRegex(pattern)
        let output = regex.replacingMatches(in: Array(text.utf8), with: ReplacementTemplate(template), limit: 1000)
        #expect(try String(decoding: #require(output), as: UTF8.self) == expected)
    }

    @Test func `A result over its limit is none`() throws {
        let regex = try LinearRegex("a")
        let template = ReplacementTemplate("xx")
        #expect(regex.replacingMatches(in: Array("aaa".utf8), with: template, limit: 5) == nil)
        #expect(regex.replacingMatches(in: Array("aaa".utf8), with: template, limit: 6)?.count == 6)
    }

    @Test(arguments: [
        ("a*", "baaac", [0..<0, 1..<4, 5..<5]), ("", "ab", [0..<0, 1..<1, 2..<2]),
        ("a|", "aab", [0..<1, 1..<2, 3..<3]),
        ("b", "abcb", [1..<2, 3..<4]), ("^", "aa", [0..<0]),
    ])
    func `Matches don't overlap and no empty one touches the one before`(
        pattern: String,
        text: String,
        ranges: [Range<Int>]
    ) throws {
        #expect(try LinearRegex(pattern).allMatches(in: Array(text.utf8)).map(\.range) == ranges)
    }

    @Test func `Names that no group has may stand for something else`() throws {
        let regex = try LinearRegex("(?P<a>x)")
        let bytes = Array("x".utf8)
        let match = try #require(regex.firstMatch(in: bytes))
        var output: [UInt8] = []
        ReplacementTemplate("$a $b $c").expand(match, of: regex, in: bytes, to: &output) { $0 == "b" ? "y" : nil }
        #expect(String(decoding: output, as: UTF8.self) == "x y ")
    }
}
