@testable import Mux
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

struct EndTests {
    @Test func `After GOAWAY nothing is read, streams end once, and the channel is closed`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open()
        let farewell = "00000d30000000000000000400000001696e76616c" + "6964206672616d65"
        try server.receive(hex: farewell)
        #expect(
            server.recorder.calls == [
                .ended(stream.id, .sessionClosed), .over(.goneAway(.protocolError, debug: "inval")),
            ]
        )
        #expect(!server.channel.isActive)
        #expect(server.connection.openStreams == 0)
        #expect(server.connection.open(receiver: server.recorder, first: ByteBuffer(string: "late")) == nil)
    }

    @Test func `Our farewell is the last frame, behind what was written`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([1, 2, 3])
        server.connection.goAway(.noError, debug: "drained")
        stream.write(ByteBuffer(bytes: [4]))
        #expect(
            try server.sentFrames() == [
                .data(2, [1, 2, 3], .syn), .goAway(lastStream: 0, code: .noError, debug: "drained"),
            ]
        )
        #expect(server.recorder.calls == [.ended(2, .sessionClosed), .over(.local)])
        #expect(!server.channel.isActive)
    }

    @Test func `A peer that does not read our farewell keeps the channel for a second`() throws {
        let server = try Endpoint(.server)
        try server.channel.pipeline.syncOperations.addHandler(StuckHandler(), position: .first)
        server.connection.goAway(.noError, debug: "")
        #expect(server.channel.isActive)
        server.channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
        #expect(server.channel.isActive)
        server.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!server.channel.isActive)
    }

    @Test func `Closing flushes what was written and says nothing more`() throws {
        let server = try Endpoint(.server)
        _ = try server.open([1])
        server.connection.close()
        server.connection.close()
        #expect(try server.sentFrames() == [.data(2, [1], .syn)])
        #expect(server.recorder.calls == [.ended(2, .sessionClosed), .over(.local)])
        #expect(!server.channel.isActive)
    }

    @Test func `When the transport ends, streams end in the order of their ids`() throws {
        let server = try Endpoint(.server)
        for _ in 0..<3 { _ = try server.open() }
        _ = try server.channel.finish(acceptAlreadyClosed: true)
        #expect(
            server.recorder.calls == [
                .ended(2, .sessionClosed), .ended(4, .sessionClosed), .ended(6, .sessionClosed), .over(.closed),
            ]
        )
    }

    @Test func `An error of the transport closes the channel`() throws {
        struct Broken: Error {}
        let server = try Endpoint(.server)
        server.channel.pipeline.fireErrorCaught(Broken())
        #expect(server.recorder.calls == [.over(.closed)])
        #expect(!server.channel.isActive)
        #expect(throws: Broken.self) { try server.channel.throwIfErrorCaught() }
    }

    @Test func `A transport that the peer half-closes is closed`() throws {
        let server = try Endpoint(.server)
        _ = try server.open()
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(server.recorder.calls == [.ended(2, .sessionClosed), .over(.closed)])
        #expect(!server.channel.isActive)
    }

    @Test func `A stream that is over takes any call and does nothing`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open()
        try server.receive(hex: "000004000000000200000006")
        _ = try server.sent()
        stream.write(ByteBuffer(bytes: [1]))
        stream.finish()
        stream.consumed(10)
        stream.acknowledge()
        stream.grantExtra(10)
        stream.reset(.streamCancelled)
        stream.abort(.streamCancelled)
        #expect(!stream.isWritable)
        #expect(stream.queuedBytes == 0)
        #expect(try server.sentFrames() == [])
        #expect(server.recorder.calls == [.ended(2, .streamCancelled)])
    }

    @Test func `Neither connection nor receiver outlives its end`() throws {
        weak var connection: MuxConnection?
        weak var recorder: Recorder?
        do {
            let server = try Endpoint(.server)
            (connection, recorder) = (server.connection, server.recorder)
            let stream = try server.open()
            stream.write(ByteBuffer(repeating: 1, count: 1_000_000))
            try server.receive(hex: "000001120000000378")
            _ = try server.channel.finish(acceptAlreadyClosed: true)
            #expect(stream.isClosed)
        }
        #expect(connection == nil)
        #expect(recorder == nil)
    }

    @Test func `A stream lets go of its receiver with its last FIN`() throws {
        let server = try Endpoint(.server)
        weak var receiver: Recorder?
        do {
            let short = Recorder()
            receiver = short
            let stream = server.connection.open(receiver: short, first: ByteBuffer(bytes: [0]))
            stream?.finish()
            try server.receive(hex: "0000001100000002")
            #expect(short.calls == [.end(2), .readComplete(2)])
        }
        #expect(receiver == nil)
        #expect(server.connection.openStreams == 0)
    }
}

/// A transport that never says that a write is done.
private final class StuckHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private var promises: [EventLoopPromise<Void>] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if let promise { self.promises.append(promise) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for promise in self.promises { promise.fail(ChannelError.ioOnClosedChannel) }
    }
}
