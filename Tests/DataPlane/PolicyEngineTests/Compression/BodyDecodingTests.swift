import NIOCore
import TestSupport
import Testing

@testable import PolicyEngine

@Suite struct BodyDecodingTests {
    private static let decodable = ContentCoding.allCases.filter(\.isDecodable)

    @Test(arguments: decodable)
    func `A bomb costs the limit and no more`(coding: ContentCoding) throws {
        let (bomb, _) = try CompressorTests.compress(
            Array(repeating: [UInt8](repeating: 0, count: 1 << 20), count: 12),
            with: coding
        )
        #expect(bomb.count < 1 << 19)
        #expect(throws: DecodingError.tooLarge) {
            try coding.decode(ByteBuffer(bytes: bomb), limit: 4 << 20, allocator: .init())
        }
    }

    @Test(arguments: decodable)
    func `What ends early is malformed`(coding: ContentCoding) throws {
        let (bytes, _) = try CompressorTests.compress([Array("the quick brown fox".utf8)], with: coding)
        for count in 0..<bytes.count {
            #expect(throws: DecodingError.malformed) {
                try coding.decode(ByteBuffer(bytes: bytes[..<count]), limit: 1 << 20, allocator: .init())
            }
        }
    }

    @Test(arguments: decodable, UInt64(0)..<50)
    func `Noise is an error or text, never a crash`(coding: ContentCoding, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var (bytes, _) = try CompressorTests.compress([Array("the quick brown fox".utf8)], with: coding)
        for _ in 0..<3 { bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random) }
        if let text = try? coding.decode(ByteBuffer(bytes: bytes), limit: 1 << 20, allocator: .init()) {
            #expect(text.readableBytes <= 1 << 20)
        }
        _ = try? coding.decode(ByteBuffer(bytes: random.bytes(100)), limit: 1 << 20, allocator: .init())
    }

    @Test func `A gzip body of two members is both of them`() throws {
        let (first, _) = try CompressorTests.compress([Array("one ".utf8)], with: .gzip)
        let (second, _) = try CompressorTests.compress([Array("two".utf8)], with: .gzip)
        let body = try ContentCoding.gzip.decode(ByteBuffer(bytes: first + second), limit: 100, allocator: .init())
        #expect(String(buffer: body) == "one two")
    }

    @Test func `Deflate without the zlib header is read too`() throws {
        let (bytes, _) = try CompressorTests.compress([Array("bare".utf8)], with: .deflate)
        let bare = ByteBuffer(bytes: bytes[2..<bytes.count - 4])
        #expect(String(buffer: try ContentCoding.deflate.decode(bare, limit: 100, allocator: .init())) == "bare")
    }

    @Test func `What compress wrote is not decoded`() {
        #expect(!ContentCoding.compress.isDecodable)
        #expect(throws: DecodingError.malformed) {
            try ContentCoding.compress.decode(ByteBuffer(), limit: 1, allocator: .init())
        }
    }
}
