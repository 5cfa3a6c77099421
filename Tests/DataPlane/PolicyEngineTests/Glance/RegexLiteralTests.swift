import LinearRegex
import Testing

@testable import PolicyEngine

/// What a regular expression wants a text to begin with.
@Suite struct RegexLiteralTests {
    @Test(arguments: [
        ("^/internal-1/[a-z]+/[0-9]+$", "/internal-1/"), ("^/a\\.b", "/a.b all"), ("^/a\\.b$", "/a.b whole"),
        ("^", " all"),
        ("^$", " whole"), ("^/ab?", "/a"), ("^/ab*c", "/a"), ("^/ab+", "/a"), ("^/ab{2}", "/a"),
        ("^/a\\?b", "/a?b all"),
        ("^/a\\?*", "/a"), ("^/\\d", "/"), ("^(/a)?", ""), ("^/a|^/b", ""), ("^/a[|]", ""), ("/a", ""), ("(?i)^/a", ""),
        ("(?m)^/a", ""), ("^é", ""), ("^/a$b", "/a"), ("^^a", ""), ("^\\Qa.b\\E", ""), ("^\\x41", ""), ("", ""),
    ])
    func `Only what every match begins with`(pattern: String, expected: String) {
        let literal = RegexLiteral(pattern)
        let state = literal.isAll ? " all" : literal.isWholeText ? " whole" : ""
        #expect(String(decoding: literal.prefix, as: UTF8.self) + state == expected)
    }

    /// Against RE2 itself, over every short text of a few characters.
    @Test func `Nothing matches that does not begin so`() throws {
        let pieces = ["a", "b", ".", "\\.", "a?", "b*", "[ab]", "(a)", "$", "^", "{", "a{0}", "a{0,1}", "\\b", "\n"]
        let texts = Self.texts(of: ["a", "b", ".", "^", "{", "\n"], upTo: 3)
        for first in pieces {
            for second in pieces {
                for third in pieces + [""] {
                    let pattern = "^" + first + second + third
                    guard let regex = try? LinearRegex(pattern) else { continue }
                    let literal = RegexLiteral(pattern)
                    for text in texts {
                        let begins = text.utf8.starts(with: literal.prefix)
                        let matches = regex.matches(text)
                        if matches { #expect(begins, "\(pattern) \(text)") }
                        if literal.isAll { #expect(matches == begins, "\(pattern) \(text)") }
                        if literal.isWholeText {
                            #expect(matches == text.utf8.elementsEqual(literal.prefix), "\(pattern) \(text)")
                        }
                    }
                }
            }
        }
    }

    private static func texts(of characters: [String], upTo length: Int) -> [String] {
        guard length > 0 else { return [""] }
        let shorter = self.texts(of: characters, upTo: length - 1)
        return shorter + shorter.filter { $0.utf8.count == length - 1 }.flatMap { text in characters.map { text + $0 } }
    }
}
