@testable import Mux
import NIOCore
import TestSupport
import Testing

struct FrameDecoderTests {
    @Test(arguments: UInt64(0)..<200)
    func `Frames come out the same wherever the bytes are cut`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let events = (0..<20).map { _ in Self.event(using: &random) }
        let bytes = events.flatMap(Self.bytes)
        var decoder = FrameDecoder()
        var found: [FrameDecoder.Event] = []
        for piece in random.pieces(of: bytes, atMost: Int.random(in: 1...40, using: &random)) {
            var buffer = ByteBuffer(bytes: piece)
            while let event = try decoder.next(from: &buffer) { Self.append(event, to: &found) }
            #expect(buffer.readableBytes == 0)
        }
        #expect(found == events)
    }

    @Test func `DATA is passed on as it arrives, and never collected`() throws {
        let feed = Feed()
        #expect(try feed.events(of: "ffffff1000000002") == [])
        for round in 0..<3 {
            let events = try feed.events(of: [UInt8](repeating: 7, count: 1000))
            guard case .data(let part)? = events.first, events.count == 1 else {
                Issue.record("no part in round \(round)")
                return
            }
            #expect(part.bytes.readableBytes == 1000)
            #expect(part.isFirst == (round == 0))
            #expect(!part.isLast)
        }
    }

    @Test func `A frame of an unassigned type is skipped, body and all, over many reads`() throws {
        let feed = Feed()
        for hex in ["0000", "0a9f00000007", "00112233", "445566778899"] {
            #expect(try feed.events(of: hex) == [])
        }
        #expect(try feed.events(of: "0000001100000005") == [.data(5, [], .fin)])
    }

    @Test func `Of a farewell's text 1 KiB is read, and nothing after it`() throws {
        let feed = Feed()
        #expect(try feed.events(of: "ffffff30000000000000000500000002") == [])
        #expect(try feed.events(of: [UInt8](repeating: UInt8(ascii: "x"), count: 1023)) == [])
        let text = String(repeating: "x", count: 1024)
        #expect(
            try feed.events(of: [UInt8](repeating: UInt8(ascii: "x"), count: 100))
                == [.goAway(lastStream: 5, code: .internalError, debug: text)]
        )
        #expect(try feed.events(of: "0000001100000005") == [])
    }

    @Test func `The Rust core's farewell, whose length lies, is read and what follows is not`() throws {
        // The declared part of goaway-from-rust.json, then the eight bytes that belong to no frame.
        let bytes = try [UInt8](hex: "00000d30000000000000000400000001696e76616c" + "6964206672616d65")
        #expect(try decode(ByteBuffer(bytes: bytes)) == [.goAway(lastStream: 4, code: .protocolError, debug: "inval")])
    }

    @Test(
        arguments: [
            ("0000031000000000", MuxError.streamMissing(.data)),
            ("0000040000000000", .streamMissing(.reset)),
            ("0000042000000000", .streamMissing(.credit)),
            ("0000050000000002", .frameLength(.reset, 5)),
            ("0000002000000002", .frameLength(.credit, 0)),
            ("ffffff2000000002", .frameLength(.credit, 0xFF_FFFF)),
            ("0000083000000001", .streamGiven(1)),
            ("0000073000000000", .frameLength(.goAway, 7)),
        ]
    )
    func `A header that breaks the rules ends the decoding before its body comes`(hex: String, error: MuxError) throws {
        let feed = Feed()
        #expect(throws: error) { try feed.events(of: hex) }
        #expect(try feed.events(of: "0000001100000005") == [])
    }

    @Test func `Credit of nothing is the stream's fault, and decoding goes on`() throws {
        let bytes = try [UInt8](hex: "0000042000000002" + "80000000" + "0000001100000005")
        #expect(try decode(ByteBuffer(bytes: bytes)) == [.malformed(stream: 2, .zeroCredit), .data(5, [], .fin)])
    }

    @Test(arguments: UInt64(0)..<200)
    func `No bytes trap the decoder, and it takes all of them or ends`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var decoder = FrameDecoder()
        for _ in 0..<50 {
            // Mostly small lengths, so that frames end and the next header is looked at.
            let bytes = [0, 0, UInt8.random(in: 0...20, using: &random)] + random.bytes(20)
            var buffer = ByteBuffer(bytes: bytes)
            do throws(MuxError) {
                while try decoder.next(from: &buffer) != nil {}
                #expect(buffer.readableBytes == 0)
            } catch {
                return
            }
        }
    }

    private static func event(using random: inout SeededGenerator) -> FrameDecoder.Event {
        let stream = UInt32.random(in: 1...FrameHeader.maxStream, using: &random)
        return switch UInt8.random(in: 0..<4, using: &random) {
        case 0: .reset(stream: stream, code: MuxErrorCode(rawValue: .random(in: 0...300, using: &random)))
        case 1: .credit(stream: stream, increment: Int.random(in: 1...SendWindow.limit, using: &random))
        default:
            .data(
                stream,
                random.bytes(Int.random(in: 0...60, using: &random)),
                FrameFlags(rawValue: UInt8.random(in: 0..<4, using: &random))
            )
        }
    }

    private static func bytes(of event: FrameDecoder.Event) -> [UInt8] {
        var encoder = FrameEncoder()
        switch event {
        case .reset(let stream, let code): encoder.reset(stream: stream, code: code)
        case .credit(let stream, let increment): encoder.credit(stream: stream, increment: increment)
        case .data(let part):
            encoder.startData(
                stream: part.header.stream,
                length: part.bytes.readableBytes,
                flags: part.header.flags
            )
            encoder.append(part.bytes)
        case .malformed, .goAway: break
        }
        return Array(encoder.take().readableBytesView)
    }

    /// Joins the parts of a frame again.
    private static func append(_ event: FrameDecoder.Event, to events: inout [FrameDecoder.Event]) {
        guard case .data(let part) = event, !part.isFirst, case .data(let earlier)? = events.popLast() else {
            events.append(event)
            return
        }
        let bytes = ByteBuffer(bytes: Array(earlier.bytes.readableBytesView) + part.bytes.readableBytesView)
        let joined = FrameDecoder.DataPart(header: part.header, bytes: bytes, isFirst: true, isLast: part.isLast)
        events.append(.data(joined))
    }
}

/// A decoder that bytes are fed to.
private final class Feed {
    private var decoder = FrameDecoder()

    /// The events that `bytes` complete; all of them must be taken.
    func events(of bytes: [UInt8]) throws -> [FrameDecoder.Event] {
        var buffer = ByteBuffer(bytes: bytes)
        var events: [FrameDecoder.Event] = []
        while let event = try self.decoder.next(from: &buffer) { events.append(event) }
        #expect(buffer.readableBytes == 0)
        return events
    }

    func events(of hex: String) throws -> [FrameDecoder.Event] {
        try self.events(of: [UInt8](hex: hex))
    }
}
