import Testing

@testable import LinearRegex

@Suite struct NamedGroupsTests {
    @Test(
        arguments: [
            ("(?<a>x)", "(?P<a>x)"), ("(?P<a>x)(?<b>y)", "(?P<a>x)(?P<b>y)"), ("a<b", "a<b"), ("(?i)<", "(?i)<"),
            (#"\(?<a>"#, #"\(?<a>"#), (#"\\(?<a>x)"#, #"\\(?P<a>x)"#), ("[(?<a>]", "[(?<a>]"), ("[](?<]", "[](?<]"),
            ("[^](?<](?<a>x)", "[^](?<](?P<a>x)"), ("[[:alpha:](?<](?<a>x)", "[[:alpha:](?<](?P<a>x)"),
            (#"\Q(?<a>\E(?<b>x)"#, #"\Q(?<a>\E(?P<b>x)"#), (#"\Q(?<"#, #"\Q(?<"#), ("(?<=x)", "(?<=x)"),
            ("(?<!x)", "(?<!x)"),
            ("(?<", "(?<"), ("[[:<", "[[:<"), ("<\\", "<\\"),
        ]
    )
    func `Names of groups are written in the older form, and nothing else changes`(pattern: String, portable: String) {
        #expect(NamedGroups.portable(pattern) == portable)
    }

    @Test func `Both forms name their groups`() throws {
        let regex = try LinearRegex("(?<first>a)(?P<second>b)")
        #expect(regex.groupNumbers == ["first": 1, "second": 2] && regex.pattern == "(?<first>a)(?P<second>b)")
    }

    @Test(arguments: ["(?<=a)b", "(?<!a)b", "(?<>a)", "(?<a"]) func `Looking behind is refused`(pattern: String) {
        #expect(throws: LinearRegexError.self) { try LinearRegex(pattern) }
    }
}
