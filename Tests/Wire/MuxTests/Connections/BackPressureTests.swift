@testable import Mux
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

struct BackPressureTests {
    @Test func `A stream without window waits for credit, and its writer is told`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([1])
        #expect(stream.isWritable)
        stream.write(ByteBuffer(repeating: 7, count: 262_243))
        #expect(stream.queuedBytes == 100)
        #expect(!stream.isWritable)
        _ = try server.sent()
        try server.receive(hex: "00000420 00000002 00000032")
        #expect(stream.queuedBytes == 50)
        #expect(server.recorder.calls == [.credit(2)])
        try server.receive(hex: "00000420 00000002 00000033")
        #expect(try server.sentFrames().count == 2)
        #expect(stream.queuedBytes == 0)
        #expect(server.recorder.calls == [.credit(2), .writability(2, true)])
    }

    @Test func `A writer that was not refused is not called`() throws {
        let server = try Endpoint(.server)
        _ = try server.open([1])
        try server.receive(hex: "00000420 00000002 00000033")
        server.setWritable(false)
        server.setWritable(true)
        #expect(server.recorder.calls == [.credit(2)])
    }

    @Test func `A writer that asked while the channel was full is told when it is not`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([1])
        server.setWritable(false)
        #expect(!server.connection.isWritable)
        #expect(!stream.isWritable)
        #expect(!stream.isWritable)
        server.setWritable(true)
        #expect(server.recorder.calls == [.writability(2, true)])
    }

    @Test func `FIN follows the last queued byte, in its frame`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([1])
        _ = try server.sent()
        server.setWritable(false)
        stream.write(ByteBuffer(bytes: [2]))
        stream.finish(with: ByteBuffer(bytes: [3]))
        stream.write(ByteBuffer(bytes: [4]))
        #expect(!stream.hasSentFIN)
        #expect(try server.sentFrames() == [])
        server.setWritable(true)
        #expect(try server.sentFrames() == [.data(2, [2, 3], .fin)])
        #expect(stream.hasSentFIN)
        #expect(!stream.isWritable)
    }

    @Test func `Streams that wait take turns of one record each`() throws {
        let server = try Endpoint(.server)
        let streams = try (0..<3).map { _ in try server.open([1]) }
        _ = try server.sent()
        server.setWritable(false)
        streams[0].write(ByteBuffer(repeating: 0, count: 100_000))
        streams[1].write(ByteBuffer(repeating: 1, count: 20_000))
        streams[2].write(ByteBuffer(repeating: 2, count: 10))
        server.setWritable(true)
        let turns = try server.sentFrames().map { frame -> [Int] in
            guard case .data(let part) = frame else { return [] }
            return [Int(part.header.stream), part.header.length]
        }
        #expect(
            turns == [
                [2, 16_376], [4, 16_376], [6, 10], [2, 16_376], [4, 3624], [2, 16_376], [2, 16_376], [2, 16_376],
                [2, 16_376], [2, 1744],
            ]
        )
    }

    @Test func `What is written while others wait waits behind them`() throws {
        let server = try Endpoint(.server)
        let (first, second) = (try server.open([1]), try server.open([1]))
        first.write(ByteBuffer(repeating: 2, count: 262_144))
        _ = try server.sent()
        server.recorder.onCall = { call, _ in
            if case .received = call { second.write(ByteBuffer(bytes: [3])) }
        }
        // In one batch the first may go on, and the second's writer brings something.
        try server.receive(hex: "00000420 00000002 00000001 000001100000000478")
        #expect(try server.sentFrames() == [.data(2, [2]), .data(4, [3])])
    }

    @Test func `Several writes that wait leave in order, whatever part of them a frame takes`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([1])
        _ = try server.sent()
        server.setWritable(false)
        let bytes = (0..<60_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        for start in stride(from: 0, to: bytes.count, by: 6000) {
            stream.write(ByteBuffer(bytes: bytes[start..<(start + 6000)]))
        }
        #expect(stream.queuedBytes == 60_000)
        server.setWritable(true)
        let payload = try server.sentFrames().flatMap { frame -> [UInt8] in
            if case .data(let part) = frame { Array(part.bytes.readableBytesView) } else { [] }
        }
        #expect(payload == bytes)
    }

    @Test func `A writer whose bytes waited for the channel is told when they have gone`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([1])
        server.setWritable(false)
        stream.write(ByteBuffer(bytes: [2]))
        server.setWritable(true)
        #expect(stream.queuedBytes == 0)
        #expect(server.recorder.calls == [.writability(2, true)])
    }

    @Test func `Heartbeats, credit and resets pass by what waits`() throws {
        let server = try Endpoint(.server)
        let (bulk, beat) = (try server.open([1]), try server.open([2]))
        beat.isUrgent = true
        _ = try server.sent()
        server.setWritable(false)
        bulk.write(ByteBuffer(repeating: 0, count: 100_000))
        beat.write(ByteBuffer(bytes: [9, 9, 9, 9]))
        try server.receive(hex: "0000041200000003 00000001")
        server.recorder.accepted[0].acknowledge()
        server.recorder.accepted[0].reset(.streamRefused)
        #expect(
            try server.sentFrames() == [
                .data(4, [9, 9, 9, 9]), .credit(stream: 3, increment: 4), .reset(stream: 3, code: .streamRefused),
            ]
        )
        #expect(bulk.queuedBytes == 100_000)
    }

    @Test func `Above the queue limit no stream is writable until the queue has gone`() throws {
        var configuration = MuxConnection.Configuration()
        configuration.writeQueueLimit = 1000
        let server = try Endpoint(.server, configuration: configuration)
        let (full, other) = (try server.open([1]), try server.open([1]))
        _ = try server.sent()
        server.setWritable(false)
        full.write(ByteBuffer(repeating: 0, count: 1000))
        #expect(server.connection.outlets.readyBytes == 1000)
        #expect(!other.isWritable)
        full.reset(.streamCancelled)
        #expect(server.connection.outlets.readyBytes == 0)
        server.setWritable(true)
        #expect(server.recorder.calls == [.writability(4, true)])
    }

    @Test func `A stream that stands still for credit does not stop the others`() throws {
        var configuration = MuxConnection.Configuration()
        configuration.writeQueueLimit = 1000
        let server = try Endpoint(.server, configuration: configuration)
        let (stalled, other) = (try server.open([1]), try server.open([1]))
        stalled.write(ByteBuffer(repeating: 0, count: 300_000))
        #expect(stalled.queuedBytes > 1000)
        #expect(other.isWritable)
    }

    @Test func `Many writers are told a few at a time, in order, and all of them`() throws {
        let server = try Endpoint(.server)
        let streams = try (0..<100).map { _ in try server.open([1]) }
        server.setWritable(false)
        for stream in streams { #expect(!stream.isWritable) }
        server.setWritable(true)
        #expect(server.recorder.calls.count == MuxConnection.writersPerTurn)
        // The channel fills up again: the rest waits.
        server.setWritable(false)
        server.channel.embeddedEventLoop.run()
        #expect(server.recorder.calls.count == MuxConnection.writersPerTurn)
        server.setWritable(true)
        server.channel.embeddedEventLoop.run()
        #expect(server.recorder.calls == streams.map { .writability($0.id, true) })
    }

    @Test func `Streams that end while they wait are forgotten`() throws {
        let server = try Endpoint(.server)
        server.setWritable(false)
        for _ in 0..<1000 {
            let stream = try server.open([1])
            stream.write(ByteBuffer(bytes: [2]))
            #expect(!stream.isWritable)
            stream.reset(.streamCancelled)
        }
        #expect(server.connection.outlets.ready.count <= 64)
        #expect(server.connection.outlets.awaited.count <= 64)
        server.setWritable(true)
        #expect(server.recorder.calls == [])
    }
}
