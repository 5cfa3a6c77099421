import LinearRegex
import Testing

@Suite struct LinearRegexTests {
    @Test(arguments: [
        ("foo|bar", "", false), ("", "cows", true), ("", "", true), ("bc", "abcd", true), ("^bc", "abcd", false),
        ("(?i)GREY", "grey", true), ("gr(a|e)y", "grey", true), (#"^\pL+$"#, "завтра", true), (#"\bb"#, "a b", true),
        ("a.c", "a\nc", false), ("(?s)a.c", "a\nc", true), (#"abc\z"#, "abc\n", false), ("(a|😀){2}", "🐱😀😀", true),
        ("^.$", "é", true), ("^.$", "e\u{301}", false), ("é", "e\u{301}", false), ("a\u{0}b", "xa\u{0}b", true),
    ])
    func `A text matches where any part of it does`(pattern: String, text: String, isMatch: Bool) throws {
        let regex = try LinearRegex(pattern)
        #expect(regex.matches(text) == isMatch)
        #expect((regex.firstMatch(in: text) != nil) == isMatch)
        #expect(Array(text.utf8).withUnsafeBytes { regex.matches(bytes: $0) } == isMatch)
    }

    @Test(arguments: [
        ("(a", "missing ): (a"), ("a)", "unexpected ): a)"), ("*", "no argument for repetition operator: *"),
        ("(?=a)", "invalid perl operator: (?="), (#"(a)\1"#, #"invalid escape sequence: \1"#), ("a{2000}", "2000"),
        ("[z-a]", "z-a"), ("((a{100}){100}){100}", "invalid repetition size"), (#"(\pL{300}){2}"#, "too large"),
    ])
    func `A pattern that is none says why`(pattern: String, problem: String) throws {
        let error = try #require(throws: LinearRegexError.self) { _ = try LinearRegex(pattern) }
        #expect(error.problem.contains(problem), "\(error)")
    }

    @Test func `A pattern of more bytes than may be is refused before it is compiled`() {
        let pattern = String(repeating: "a", count: LinearRegex.maximumPatternBytes + 1)
        #expect(throws: LinearRegexError.self) { try LinearRegex(pattern) }
    }

    @Test(arguments: ["(a+)+$", "(a|aa)*b", "(.*)*(.*)*(.*)*x", "(a?){500}a{500}b"])
    func `A pattern that makes others backtrack takes time in proportion to the text`(pattern: String) throws {
        let regex = try LinearRegex(pattern)
        let text = String(repeating: "a", count: 200_000) + "!"
        #expect(!regex.matches(text))
    }

    @Test func `Leftmost-first decides between alternatives`() throws {
        let match = try #require(LinearRegex("a|ab").firstMatch(in: "xab"))
        #expect(match.range == 1..<2)
    }

    @Test func `Groups tell where they matched and those that took no part are nil`() throws {
        let regex = try LinearRegex("(?P<word>[a-z]+)(-)?(?P<number>[0-9]*)")
        let match = try #require(regex.firstMatch(in: "é ab12"))
        #expect(match.groups == [3..<7, 3..<5, nil, 5..<7])
        #expect(regex.groupNumbers == ["word": 1, "number": 3])
        #expect(regex.groupCount == 3)
    }

    @Test func `More groups than fit on the stack are found too`() throws {
        let regex = try LinearRegex(String(repeating: "(a)", count: 40))
        let match = try #require(regex.firstMatch(in: String(repeating: "a", count: 40)))
        #expect(match.groups.count == 41)
        #expect(match.groups[40] == 39..<40)
    }

    @Test func `A search from within the text sees what stands before`() throws {
        let bytes = Array("ab ab".utf8)
        #expect(try LinearRegex("^ab").firstMatch(in: bytes, from: 3) == nil)
        #expect(try LinearRegex(#"\bb"#).firstMatch(in: bytes, from: 1) == nil)
        #expect(try LinearRegex(#"\bab"#).firstMatch(in: bytes, from: 1)?.range == 3..<5)
    }

    @Test(arguments: [-1, 4, Int.max, Int.min])
    func `No search begins outside of the text`(start: Int) throws {
        #expect(try LinearRegex("").firstMatch(in: [1, 2, 3], from: start) == nil)
    }

    @Test func `Bytes that are not UTF-8 are characters in Latin-1 and no character in UTF-8`() throws {
        var options = LinearRegex.Options()
        options.encoding = .latin1
        let bytes: [UInt8] = [0xFF, 0x80]
        #expect(try LinearRegex("^..$", options: options).firstMatch(in: bytes)?.range == 0..<2)
        #expect(try LinearRegex("^..$").firstMatch(in: bytes) == nil)
        #expect(try LinearRegex("", options: options).allMatches(in: bytes).map(\.range) == [0..<0, 1..<1, 2..<2])
    }

    @Test func `One expression is searched with on many threads`() async throws {
        let regex = try LinearRegex("([a-z]+)=([0-9]+);$")
        let counts = await withTaskGroup(of: Int.self) { group in
            for seed in 0..<8 {
                group.addTask {
                    (0..<500).count { regex.matches("key\(seed)=x;name=\($0);") }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: 500, count: 8))
    }
}
