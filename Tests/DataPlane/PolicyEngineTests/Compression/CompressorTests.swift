import Foundation
import NIOCore
import TestSupport
import Testing

@testable import PolicyEngine

@Suite struct CompressorTests {
    static let seeds = UInt64(0)..<(ProcessInfo.processInfo.environment["PORTICO_FULL_COUNTS"] == nil ? 5 : 200)

    /// A body with a shape that is drawn: noise, one byte, or words that come again.
    static func body(_ random: inout SeededGenerator, atMost limit: Int = 200_000) -> [UInt8] {
        let count = Int.random(in: 0...limit, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return random.bytes(count)
        case 1: return Array(repeating: UInt8.random(in: .min ... .max, using: &random), count: count)
        default:
            let words = (0..<50).map { _ in random.bytes(Int.random(in: 1...12, using: &random)) }
            var text: [UInt8] = []
            while text.count < count { text += words.randomElement(using: &random) ?? [] }
            return text
        }
    }

    /// The bytes as they go over the wire, and how many of them there were after each piece.
    static func compress(_ pieces: [[UInt8]], with coding: ContentCoding) throws -> (bytes: [UInt8], ends: [Int]) {
        let compressor = try coding.makeCompressor()
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for piece in pieces {
            bytes += try compressor.compress(ByteBuffer(bytes: piece), allocator: .init()).readableBytesView
            ends.append(bytes.count)
        }
        bytes += try compressor.finish(allocator: .init()).readableBytesView
        return (bytes, ends)
    }

    /// What can be decoded of `bytes`, whole or not.
    static func decodable(_ bytes: [UInt8], _ coding: ContentCoding) throws -> [UInt8] {
        let decoder: any BodyDecoder
        switch coding {
        case .gzip: decoder = try ZlibDecoder(.gzip)
        case .deflate: decoder = try ZlibDecoder(.zlib)
        case .brotli: decoder = try BrotliDecoder()
        case .zstd: decoder = try ZstdDecoder()
        case .compress: return LZWReference.decode(bytes) ?? []
        }
        var output = ByteBuffer()
        // What is cut off ends in an error, and what was decoded until then is there.
        bytes.withUnsafeBytes { bytes in
            try? decoder.decode(bytes, limit: 1 << 24, to: &output)
        }
        return Array(output.readableBytesView)
    }

    @Test(arguments: ContentCoding.allCases, seeds)
    func `Whatever the body and wherever it is cut, it comes out as it went in`(
        coding: ContentCoding,
        seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        let body = Self.body(&random)
        let pieces = random.pieces(of: body, atMost: 70_000)
        let (bytes, _) = try Self.compress(pieces, with: coding)
        if coding.isDecodable {
            let decoded = try coding.decode(ByteBuffer(bytes: bytes), limit: body.count, allocator: .init())
            #expect(Array(decoded.readableBytesView) == body)
        } else {
            #expect(LZWReference.decode(bytes) == body)
        }
    }

    @Test(arguments: ContentCoding.allCases, UInt64(0)..<10)
    func `After each piece the receiver can decode all that was given so far`(
        coding: ContentCoding,
        seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = random.pieces(of: Self.body(&random, atMost: 3000), atMost: 1000)
        let (bytes, ends) = try Self.compress(pieces, with: coding)
        var given: [UInt8] = []
        for (piece, end) in zip(pieces, ends) {
            given += piece
            #expect(try Self.decodable(Array(bytes[..<end]), coding) == given)
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `A body of nothing is a whole stream of nothing`(coding: ContentCoding) throws {
        let (bytes, _) = try Self.compress([], with: coding)
        #expect(!bytes.isEmpty)
        #expect(try Self.decodable(bytes, coding).isEmpty)
        if coding.isDecodable {
            #expect(try coding.decode(ByteBuffer(bytes: bytes), limit: 0, allocator: .init()).readableBytes == 0)
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `A piece that is flushed over and over adds no bytes without end`(coding: ContentCoding) throws {
        let compressor = try coding.makeCompressor()
        _ = try compressor.compress(ByteBuffer(string: "data: 1\n\n"), allocator: .init())
        for _ in 0..<100 {
            let more = try compressor.compress(ByteBuffer(), allocator: .init())
            #expect(more.readableBytes <= 5)
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `Text becomes smaller, and noise hardly larger`(coding: ContentCoding) throws {
        let text = Array(String(repeating: "the quick brown fox jumps over the lazy dog; ", count: 2000).utf8)
        #expect(try Self.compress([text], with: coding).bytes.count < text.count / 5)
        var random = SeededGenerator(seed: 1)
        let noise = random.bytes(100_000)
        // A phrase of `compress` is a code of up to 16 bits, so that noise grows by half.
        let bound = coding == .compress ? noise.count * 3 / 2 : noise.count + 1000
        #expect(try Self.compress([noise], with: coding).bytes.count < bound)
    }

    private static let inflate = "import sys,zlib;sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))"

    /// Programs that read each coding, which have nothing in common with what wrote it.
    static let programs: [(ContentCoding, [String])] = [
        (.gzip, ["gzip", "-dc"]),
        (.deflate, ["python3", "-c", CompressorTests.inflate]),
        (.brotli, ["brotli", "-dc"]),
        (.zstd, ["zstd", "-dcq"]),
        (.compress, ["gzip", "-dc"]),
        (.compress, ["uncompress.real", "-c"]),
    ]

    @Test(arguments: programs.indices)
    func `Programs that others wrote read what we write`(program: Int) throws {
        let (coding, arguments) = Self.programs[program]
        var random = SeededGenerator(seed: UInt64(program))
        for limit in [0, 10, 1000, 300_000, 600_000] {
            let body = Self.body(&random, atMost: limit)
            let (bytes, _) = try Self.compress(random.pieces(of: body, atMost: 40_000), with: coding)
            #expect(try Self.run(arguments, input: bytes) == body)
        }
    }

    /// What a program writes when it reads `input`.
    private static func run(_ arguments: [String], input: [UInt8]) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (source, target) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try Data(input).write(to: source)
        try Data().write(to: target)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: source)
        process.standardOutput = try FileHandle(forWritingTo: target)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try Array(Data(contentsOf: target))
    }
}
