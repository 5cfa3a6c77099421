import LinearRegex
import Testing

@testable import PolicyEngine

@Suite struct TextReplacementTests {
    private func apply(
        _ replacements: [(String, String)],
        to text: [UInt8],
        limit: Int = 1000
    ) throws -> ([UInt8], [TextReplacement.Finding]) {
        var body = text
        let compiled = try replacements.map { try TextReplacement(from: $0.0, to: $0.1) }
        let findings = try compiled.apply(to: &body, limit: limit)
        return (body, findings)
    }

    @Test func `Replacements are made in order, each on what the one before left`() throws {
        let (body, findings) = try self.apply(
            [("b", "c"), ("zz", ""), ("c+", "<$0>"), ("a", "")],
            to: Array("abcb".utf8)
        )
        #expect(String(decoding: body, as: UTF8.self) == "<ccc>")
        #expect(
            findings == [.init(index: 0, content: "b"), .init(index: 2, content: "ccc"), .init(index: 3, content: "a")]
        )
    }

    @Test func `Groups are known by number and by name`() throws {
        let (body, _) = try self.apply([("(?P<key>[a-z]+)=([0-9]+)", "$2:$key$$")], to: Array("a=1, b=22".utf8))
        #expect(String(decoding: body, as: UTF8.self) == "1:a$, 22:b$")
    }

    @Test func `Text is searched as characters, other bytes one by one`() throws {
        #expect(try self.apply([("^.$", "x")], to: Array("é".utf8)).0 == Array("x".utf8))
        #expect(try self.apply([("^..$", "x")], to: [0xE9, 0x62]).0 == Array("x".utf8))
        #expect(try self.apply([("b", "c")], to: [0xE9, 0x62, 0xFF]).0 == [0xE9, 0x63, 0xFF])
        let (body, findings) = try self.apply([("\\xe9", "e")], to: [0xE9, 0x62])
        #expect(body == Array("eb".utf8))
        #expect(findings.map(\.content) == ["\u{FFFD}"])
    }

    @Test func `Where nothing matches the body is the same, and nothing is said`() throws {
        let (body, findings) = try self.apply([("x", "y")], to: [0xFF, 0x00])
        #expect(body == [0xFF, 0x00] && findings.isEmpty)
    }

    @Test func `A body that grows beyond the limit is an error, while it grows`() throws {
        #expect(throws: ReplacementError.tooLarge) {
            try self.apply([("a", "aa"), ("a", "aa")], to: Array(repeating: 0x61, count: 300))
        }
        #expect(try self.apply([("a", "aa")], to: Array(repeating: 0x61, count: 500)).0.count == 1000)
        // One match, written so often that it would fill the memory.
        let text = [UInt8](repeating: 0x61, count: 1 << 20)
        #expect(throws: ReplacementError.tooLarge) {
            try self.apply([("(?s).*", String(repeating: "$0", count: 20_000))], to: text, limit: 1 << 22)
        }
    }

    @Test func `A pattern that is none is refused`() {
        #expect(throws: LinearRegexError.self) { try TextReplacement(from: "(", to: "") }
    }
}
