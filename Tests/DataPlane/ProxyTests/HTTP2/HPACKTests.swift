import NIOCore
import TestSupport
import Testing

@testable import Proxy

/// Header blocks of a published encoder, and what no encoder sends.
@Suite struct HPACKTests {
    /// A block's fields as `name: value` lines, bytes above 0x7F as Latin-1.
    private static func decode(_ hex: String, with decoder: inout HPACKDecoder) throws -> [String] {
        let list = FieldList(limit: 60 * 1024)
        let bytes = try [UInt8](hex: hex)
        let result = bytes.withUnsafeBytes { bytes -> Result<Void, HPACKDecoder.Failure> in
            do throws(HPACKDecoder.Failure) {
                try decoder.decode(bytes, into: list)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        return list.lines
    }

    @Test func `Blocks of one connection are read with what the earlier ones have left in the table`() throws {
        var decoder = HPACKDecoder(tableBytes: 4096)
        let first = try Self.decode(
            "82874487606c47fe12093f41841ae92a137a8625b650c3cb834086f2b12d424f4f8affff9ffffff4fffffeef60821c0160838e017f",
            with: &decoder
        )
        #expect(
            first == [
                ":method: GET", ":scheme: https", ":path: /a/b?c=d", ":authority: a.test", "user-agent: curl/8.0",
                "x-custom: Äöü", "cookie: a=1", "cookie: b=2",
            ]
        )
        let second = try Self.decode("8287c3c2c1bf", with: &decoder)
        #expect(second == [first[0], first[1], first[2], first[3], first[4], "cookie: a=1"])
        // The table is emptied, and grows again.
        #expect(try Self.decode("208287", with: &decoder) == [first[0], first[1]])
        #expect(try Self.decode("3fe11f4081f381f5", with: &decoder) == ["x: y"])
        #expect(try Self.decode("be", with: &decoder) == ["x: y"])
    }

    @Test func `Strings without Huffman's code are read as they are`() throws {
        var decoder = HPACKDecoder(tableBytes: 4096)
        let lines = try Self.decode(
            "828744082f612f623f633d644106612e746573747a086375726c2f382e304008782d637573746f6d03c4f6fc6003613d31",
            with: &decoder
        )
        #expect(lines.suffix(2) == ["x-custom: Äöü", "cookie: a=1"])
    }

    @Test(arguments: [
        ("80", HPACKDecoder.Failure.index), ("be", .index), ("7f8001", .index),
        ("ffffffffffff", .integer), ("7f", .integer), ("ff80", .integer),
        ("3fe21f", .tableSize), ("8220", .tableSize), ("202020", .tableSize),
        ("4003616263", .string), ("40", .string), ("4005616263", .string),
        // Padding of zeros, of more than seven bits, and the end of the string in it.
        ("00816100", .huffman), ("0082ffff00", .huffman), ("0084ffffffff00", .huffman),
    ])
    func `What no encoder sends is an error`(hex: String, failure: HPACKDecoder.Failure) throws {
        var decoder = HPACKDecoder(tableBytes: 4096)
        #expect(throws: failure) { try Self.decode(hex, with: &decoder) }
    }

    @Test func `A list beyond its bound is read to the end, so that the next block can be`() throws {
        var decoder = HPACKDecoder(tableBytes: 4096)
        let list = FieldList(limit: 60 * 1024)
        let value = [UInt8](repeating: 0x61, count: 2000)
        var block = try [UInt8](hex: "4001787f") + [0xD1, 0x0E] + value
        block += [UInt8](repeating: 0xBE, count: 40)
        block += try [UInt8](hex: "40017a0131")
        block.withUnsafeBytes { bytes in _ = try? decoder.decode(bytes, into: list) }
        #expect(list.isTooLarge)
        #expect(try Self.decode("be", with: &decoder) == ["z: 1"])
    }

    @Test(arguments: UInt64(0)..<20)
    func `The table drops its oldest entries, whatever comes and goes`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var table = DynamicTable(limit: 1000)
        var wanted: [(name: [UInt8], value: [UInt8])] = []
        for _ in 0..<500 {
            if Int.random(in: 0..<50, using: &generator) == 0 {
                table.resize(to: Int.random(in: 0...1000, using: &generator))
            }
            let name = Self.bytes(upTo: 20, &generator)
            let value = Self.bytes(upTo: 300, &generator)
            name.withUnsafeBytes { name in value.withUnsafeBytes { table.add(name: name, value: $0) } }
            wanted.insert((name, value), at: 0)
            while wanted.reduce(0, { $0 + $1.name.count + $1.value.count + 32 }) > table.capacity {
                wanted.removeLast()
            }
            #expect(table.count == wanted.count)
            for (index, entry) in wanted.enumerated() {
                let found = table.withEntry(index) { Array($0) == entry.name && Array($1) == entry.value }
                #expect(found == true)
            }
            #expect(table.withEntry(wanted.count) { _, _ in } == nil)
        }
    }

    private static func bytes(upTo limit: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 0..<limit, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    @Test func `What the writer writes, the reader reads`() throws {
        var buffer = ByteBuffer()
        let statuses = [100, 200, 204, 206, 299, 304, 400, 404, 500, 599]
        for status in statuses { HPACKWriter.writeStatus(status, into: &buffer) }
        let long = String(repeating: "v", count: 300)
        for (name, value) in [("Content-Type", "text/plain"), ("X-Long", long), ("set-cookie", "a=b"), ("via", "")] {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes {
                    HPACKWriter.writeField(name: name, value: $0, isSecret: name.count == 10, into: &buffer)
                }
            }
        }
        var decoder = HPACKDecoder(tableBytes: 0)
        #expect(
            try Self.decode(Array(buffer.readableBytesView).hex, with: &decoder)
                == statuses.map { ":status: \($0)" }
                + ["content-type: text/plain", "x-long: \(long)", "set-cookie: a=b", "via: "]
        )
    }
}

extension FieldList {
    /// The fields as lines, bytes above 0x7F as Latin-1.
    var lines: [String] {
        func text(_ range: Range<Int>) -> String {
            self.bytes[range].reduce(into: "") { $0.unicodeScalars.append(UnicodeScalar($1)) }
        }
        return self.fields.map { "\(text($0.name)): \(text($0.value))" }
    }
}
