import JSON
import AgentProtocol
import NIOCore
import TestSupport
import Testing

// TestSupport has a JSON value of its own, for reading vectors; here it is the module's that is meant.
typealias JSONValue = JSON.JSONValue

@Suite struct JSONReadingTests {
    @Test(
        arguments: [
            ("null", .null), ("true", true), (" false\n", false), ("[]", []), ("{}", [:]), ("\"\"", ""),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number("9223372036854775808")), ("-0", .number("-0")), ("0.50", .number("0.50")),
            ("1E+2", .number("1E+2")), ("[1, [2], {\"a\": null}]", [1, [2], ["a": .null]]),
            (#""a\"\\\/\b\f\n\r\t\u0041\u00e9""#, .string("a\"\\/\u{8}\u{C}\n\r\tA\u{E9}")),
            (#""\ud83d\ude80""#, "\u{1F680}"), ("\"\u{1F680}\"", "\u{1F680}"),
        ] as [(String, JSONValue)]
    )
    func `A value reads as what it says`(text: String, value: JSONValue) throws {
        #expect(try JSONValue(reading: ByteBuffer(string: text)) == value)
    }

    @Test(arguments: [
        "", " ", "{", "[1", "\"a", "tru", "nul", "[1,]", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "-",
        "1.", ".5", "1e", "+1", "NaN", "[1 2]", "{} {}", "\"\n\"", #""\x""#, #""\u12g4""#, "'a'", "[}", "{]", "1,",
    ])
    func `What is no JSON is refused`(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(reading: ByteBuffer(string: text)) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22],
            [0x22, 0xE2, 0x82, 0x22], Array(#""\ud800""#.utf8), Array(#""\udc00\ud800""#.utf8),
            Array(#""\ud800A""#.utf8),
        ] as [[UInt8]]
    )
    func `Text that is not Unicode is refused`(bytes: [UInt8]) {
        #expect(throws: JSONError.notUnicode(at: bytes.contains(0x5C) ? 3 : 1)) { try JSONValue(reading: bytes) }
    }

    @Test func `Nesting is taken to the limit and no further`() throws {
        func nested(_ depth: Int) -> ByteBuffer {
            ByteBuffer(string: String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        }
        _ = try JSONValue(reading: nested(64))
        #expect(throws: JSONError.tooDeep) { try JSONValue(reading: nested(65)) }
        #expect(throws: JSONError.tooDeep) { try JSONValue(reading: nested(100_000)) }
    }

    @Test func `Size is taken to the limit and no further`() throws {
        let text = ByteBuffer(string: "[1,2,3]")
        _ = try JSONValue(reading: text, limits: JSONLimits(bytes: 7))
        #expect(throws: JSONError.tooLarge) { try JSONValue(reading: text, limits: JSONLimits(bytes: 6)) }
    }

    @Test(arguments: UInt64(0)..<200)
    func `What is written reads as what it was`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = JSONValue.random(depth: 4, using: &random)
        var buffer = ByteBuffer()
        value.write(into: &buffer)
        #expect(try JSONValue(reading: buffer) == value)
    }
}

@Suite struct JSONObjectTests {
    @Test func `Keys are found whatever their case, and the last of duplicates counts`() throws {
        let value = try JSONValue(reading: ByteBuffer(string: #"{"authtoken":"a","AuthToken":"b","Other":1}"#))
        let object = try #require(value.object)
        #expect(object["Authtoken"] == "b")
        #expect(object["OTHER"] == 1)
        #expect(object["missing"] == nil)
    }

    @Test func `Setting keeps the place, spells the key and drops duplicates`() {
        var object: JSONObject = ["a": 1, "HOST": 2, "b": 3, "host": 4, "c": 5]
        object.set("Host", to: "x")
        #expect(object == ["a": 1, "b": 3, "Host": "x", "c": 5])
        object.set("new", to: .null)
        #expect(object.members.last == JSONObject.Member("new", .null))
    }
}

@Suite struct JSONBoundaryTests {
    @Test(arguments: UInt64(0)..<200)
    func `The end of a value is found however the bytes are cut`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = JSONValue.random(depth: 4, using: &random)
        var buffer = ByteBuffer(string: " \n")
        value.write(into: &buffer)
        let length = buffer.readableBytes
        // A number at the top ends only where something else begins.
        buffer.writeString("\n{\"more\":[]}")
        var boundary = JSONBoundary()
        var taken = 0
        for piece in random.pieces(of: Array(buffer.readableBytesView)) {
            if let count = try boundary.scan(ByteBuffer(bytes: piece).readableBytesView) {
                taken += count
                break
            }
            taken += piece.count
        }
        #expect(boundary.isComplete)
        #expect(taken == length)
        #expect(boundary.count == length)
    }

    @Test func `A value is complete without anything behind it`() throws {
        var boundary = JSONBoundary()
        #expect(try boundary.scan(ByteBuffer(string: #"{"a":"}]\"","b":[{}]}"#).readableBytesView) == 21)
        #expect(try boundary.scan(ByteBuffer(string: "{}").readableBytesView) == 0)
    }

    @Test func `A number is complete when the stream ends`() throws {
        var boundary = JSONBoundary()
        #expect(try boundary.scan(ByteBuffer(string: "12").readableBytesView) == nil)
        try boundary.end()
        #expect(boundary.isComplete)
        var half = JSONBoundary()
        #expect(try half.scan(ByteBuffer(string: "[12").readableBytesView) == nil)
        #expect(throws: JSONError.incomplete) { try half.end() }
    }

    @Test(
        arguments: [
            ("]", .malformed(at: 0)), ("[}", .malformed(at: 1)), ("{\"a\":[1}", .malformed(at: 7)),
            ("[\"\u{1}", .malformed(at: 2)),
            ("[\u{E9}", .malformed(at: 1)), ("%", .malformed(at: 0)), ("\"\\\u{E9}", .malformed(at: 2)),
            (String(repeating: "[", count: 65), .tooDeep),
        ] as [(String, JSONError)]
    )
    func `A shape that cannot become a value is refused at once`(text: String, error: JSONError) {
        var boundary = JSONBoundary()
        #expect(throws: error) { try boundary.scan(ByteBuffer(string: text).readableBytesView) }
    }

    @Test func `Text is checked to be UTF-8 across pieces`() throws {
        var good = JSONBoundary()
        for byte in "\"\u{1F680}\u{20AC}\u{7FF}\"".utf8 {
            _ = try good.scan(ByteBuffer(bytes: [byte]).readableBytesView)
        }
        #expect(good.isComplete)
        var bad = JSONBoundary()
        #expect(try bad.scan(ByteBuffer(bytes: [0x22, 0xED]).readableBytesView) == nil)
        #expect(throws: JSONError.notUnicode(at: 2)) { try bad.scan(ByteBuffer(bytes: [0xA0]).readableBytesView) }
    }

    @Test func `A value over the limit is refused when the limit is passed`() throws {
        var boundary = JSONBoundary(limits: JSONLimits(bytes: 8))
        #expect(try boundary.scan(ByteBuffer(string: "[1,2,3,4").readableBytesView) == nil)
        #expect(throws: JSONError.tooLarge) { try boundary.scan(ByteBuffer(string: "]").readableBytesView) }
    }
}

extension JSONValue {
    static func random(depth: Int, using random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2: .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: .number("\(Int.random(in: -9...9, using: &random)).5e1")
        case 4, 5: .string(self.randomText(using: &random))
        case 6:
            .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in .random(depth: depth - 1, using: &random) })
        default:
            .object(
                JSONObject(
                    (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                        JSONObject.Member(self.randomText(using: &random), .random(depth: depth - 1, using: &random))
                    }
                )
            )
        }
    }

    private static func randomText(using random: inout SeededGenerator) -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "\"", "\\", "/", "{", "]", "\n", "\u{0}", "\u{1F}", "\u{7F}", "\u{E9}", "\u{1F680}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
        }
        return text
    }
}
