import JSON
import AgentProtocol
import Foundation
import NIOCore
import TestSupport
import Testing

@Suite struct ProxyHeaderTests {
    struct Vectors: Decodable {
        struct Preamble: Decodable {
            struct Header: Decodable {
                let Id, ClientAddr, Proto, EdgeType: String
                let PassthroughTLS: Bool
            }
            let name, json, hex: String
            let header: Header
        }
        let proxy_preambles: [Preamble]
    }

    static func published() throws -> [(ProxyHeader, [UInt8])] {
        let file = try SharedMaterial.file("conformance/agent-protocol/vectors.json")
        let vectors: Vectors = try readJSON(at: file)
        return try vectors.proxy_preambles.map {
            let header = ProxyHeader(
                bindID: $0.header.Id,
                clientAddress: $0.header.ClientAddr,
                proto: $0.header.Proto,
                edgeType: $0.header.EdgeType,
                passesTLSThrough: $0.header.PassthroughTLS
            )
            return (header, try [UInt8](hex: $0.hex))
        }
    }

    @Test func `Published preambles are written byte for byte and read, however cut`() throws {
        let published = try Self.published()
        #expect(!published.isEmpty)
        for (header, bytes) in published {
            var written = ByteBuffer()
            try header.writePreamble(into: &written)
            #expect(Array(written.readableBytesView) == bytes)
            for seed in UInt64(0)..<50 {
                var random = SeededGenerator(seed: seed)
                var reader = ProxyHeaderReader()
                var found: ProxyHeader?
                var rest = ByteBuffer()
                for piece in random.pieces(of: Array(bytes.dropFirst(4)) + Array("GET".utf8)) {
                    var buffer = ByteBuffer(bytes: piece)
                    if found == nil { found = try reader.read(from: &buffer) }
                    rest.writeBuffer(&buffer)
                }
                #expect(found == header)
                #expect(String(buffer: rest) == "GET")
            }
        }
    }

    @Test func `Text that JSON must escape survives`() throws {
        let header = ProxyHeader(bindID: "a\"b\\c\n", clientAddress: "[::1]:1", proto: "tcp", edgeType: "1")
        var written = ByteBuffer()
        try header.writePreamble(into: &written)
        written.moveReaderIndex(forwardBy: 4)
        var reader = ProxyHeaderReader()
        #expect(try reader.read(from: &written) == header)
    }

    @Test func `A header over the limit is not written`() {
        let header = ProxyHeader(bindID: String(repeating: "x", count: 4096), clientAddress: "", proto: "tcp")
        var buffer = ByteBuffer(string: "before")
        #expect(throws: ProxyHeaderError.self) { try header.writePreamble(into: &buffer) }
        #expect(String(buffer: buffer) == "before")
    }

    @Test(arguments: [-1, 0, 1, 4097, Int64.min, Int64.max])
    func `A length that no header has is refused before anything is kept`(length: Int64) {
        var bytes = ByteBuffer()
        bytes.writeInteger(length, endianness: .little)
        var reader = ProxyHeaderReader()
        #expect(throws: ProxyHeaderError.length(length)) { try reader.read(from: &bytes) }
    }

    @Test func `A header that is no object is refused`() {
        var bytes = ByteBuffer()
        bytes.writeInteger(Int64(2), endianness: .little)
        bytes.writeString("[]")
        var reader = ProxyHeaderReader()
        #expect(throws: ProxyHeaderError.message(.notAnObject)) { try reader.read(from: &bytes) }
    }
}
