@testable import Mux
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

struct BatchingTests {
    @Test func `A batch of reads is answered with one write and one flush`() throws {
        let server = try Endpoint(.server)
        server.recorder.onCall = { call, stream in
            if case .received(_, let bytes) = call { stream?.write(ByteBuffer(bytes: bytes)) }
        }
        // Three reads before the batch is over.
        for id in [3, 5, 7] {
            let frame = try [UInt8](hex: "000001120000000\(id)78")
            server.channel.pipeline.fireChannelRead(ByteBuffer(bytes: frame))
        }
        server.channel.embeddedEventLoop.run()
        #expect(server.counter.writes == 0)
        server.channel.pipeline.fireChannelReadComplete()
        #expect(server.counter.writes == 1)
        #expect(server.counter.flushes == 1)
        #expect(try server.sentFrames() == [.data(3, [0x78]), .data(5, [0x78]), .data(7, [0x78])])
    }

    @Test func `Outside of a read a turn of the event loop is one write and one flush`() throws {
        let server = try Endpoint(.server)
        let streams = try (0..<3).map { _ in try server.open([1]) }
        for stream in streams { stream.write(ByteBuffer(bytes: [2])) }
        #expect(server.counter.writes == 0)
        server.channel.embeddedEventLoop.run()
        #expect(server.counter.writes == 1)
        #expect(server.counter.flushes == 1)
        streams[0].write(ByteBuffer(bytes: [3]))
        server.connection.flush()
        #expect(server.counter.flushes == 2)
        // The turn that was planned finds nothing to do.
        server.channel.embeddedEventLoop.run()
        server.connection.flush()
        #expect(server.counter.flushes == 2)
    }

    @Test func `A read that provokes nothing writes nothing`() throws {
        let server = try Endpoint(.server)
        try server.receive(hex: "000001120000000378")
        #expect(server.counter.writes == 0)
        #expect(server.counter.flushes == 0)
    }

    @Test func `Bulk goes out in whole TLS records, four a write`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([1])
        server.channel.embeddedEventLoop.run()
        _ = try server.sent()
        server.counter.writes = 0
        stream.write(ByteBuffer(repeating: 7, count: 16_376 * 8))
        server.channel.embeddedEventLoop.run()
        #expect(server.counter.writes == 2)
        for _ in 0..<2 {
            let write = try #require(try server.channel.readOutbound(as: ByteBuffer.self))
            #expect(write.readableBytes == 65_536)
        }
        #expect(stream.bytesSent == 16_376 * 8 + 1)
    }

    @Test func `What follows in a batch is read though the first stream is slow`() throws {
        let server = try Endpoint(.server)
        server.recorder.consumes = false
        try server.receive(hex: "000001120000000378 000001120000000579")
        #expect(server.recorder.calls.suffix(2) == [.readComplete(3), .readComplete(5)])
        #expect(try server.sentFrames() == [])
    }
}
