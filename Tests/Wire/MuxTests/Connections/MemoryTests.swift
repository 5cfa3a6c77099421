@testable import Mux
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

struct MemoryTests {
    @Test func `Toward a peer that grants no credit a window goes out, and the rest stays with the writer`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([1])
        var (written, sent) = (0, 0)
        while stream.isWritable {
            stream.write(ByteBuffer(repeating: 7, count: 50_000))
            written += 50_000
            sent += try server.sent().readableBytes
        }
        #expect(written == 300_000)
        #expect(stream.bytesSent == 262_144)
        #expect(stream.queuedBytes == written + 1 - 262_144)
        #expect(sent < 263_000)
    }

    @Test func `From a consumer that takes nothing the peer learns to stop`() throws {
        let link = try Link(seed: 7)
        link.server.recorder.consumes = false
        let stream = try link.agent.open([1])
        while stream.isWritable {
            stream.write(ByteBuffer(repeating: 7, count: 50_000))
            try link.settle()
        }
        #expect(link.server.recorder.accepted[0].bytesReceived == 262_144)
        #expect(link.server.connection.unreadBytes == 262_144)
        // Heartbeats and other streams go on.
        let other = try link.agent.open([2])
        try link.settle()
        #expect(link.server.recorder.bytes(of: other.id) == [2])
    }

    @Test func `With much unread no stream gets credit beyond 64 KiB`() throws {
        var configuration = MuxConnection.Configuration()
        configuration.receiveBudget = 300_000
        let server = try Endpoint(.server, configuration: configuration)
        server.recorder.consumes = false
        for id in [3, 5] {
            try server.receive(hex: "0300001200 00000\(id)".replacing(" ", with: ""))
            try server.receive([UInt8](repeating: 0, count: 0x3_0000))
        }
        #expect(server.connection.unreadBytes == 2 * 0x3_0000)
        let (first, second) = (server.recorder.accepted[0], server.recorder.accepted[1])
        // 65,536 bytes are still available to it; with all of them unread it would hold more than its share.
        first.consumed(0x1_0000)
        #expect(try server.sentFrames() == [])
        first.consumed(0x2_0000)
        #expect(server.connection.unreadBytes < configuration.receiveBudget)
        #expect(try server.sentFrames() == [.credit(stream: 3, increment: 0x3_0000)])
        second.reset(.streamCancelled)
        #expect(server.connection.unreadBytes == 0)
    }

    @Test func `A window grows with rate and round trip time, and its credit with it`() throws {
        var configuration = MuxConnection.Configuration.largeWindows
        configuration.maxReceiveWindow = 600_000
        let server = try Endpoint(.server, configuration: configuration)
        try server.receive(hex: "0000011200000003 78")
        let stream = server.recorder.accepted[0]
        var sizes: [Int] = []
        for roundTripTime in [nil, 50, 50, 50, 50] as [Int64?] {
            server.connection.roundTripTime = roundTripTime.map { .milliseconds($0) }
            server.channel.embeddedEventLoop.advanceTime(by: .milliseconds(50))
            try Self.deliver(200_000, to: stream, of: server)
            sizes.append(stream.receiveWindow.size)
            #expect(stream.receiveWindow.available == stream.receiveWindow.size)
        }
        // Not before a round trip time is known and one has been measured; then twice what came in it.
        #expect(sizes == [262_144, 262_144, 400_000, 400_000, 400_000])
        // Never above the limit.
        server.channel.embeddedEventLoop.advanceTime(by: .milliseconds(50))
        try Self.deliver(400_000, to: stream, of: server)
        #expect(stream.receiveWindow.size == 600_000)
        // Slowly: it keeps what it has.
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        try Self.deliver(200_000, to: stream, of: server)
        #expect(stream.receiveWindow.size == 600_000)
    }

    @Test func `Extra credit stays within the limits of stream and connection, and comes back with the stream`() throws
    {
        var configuration = MuxConnection.Configuration.largeWindows
        configuration.maxReceiveWindow = 1 << 20
        configuration.receiveBudget = 1 << 20
        let server = try Endpoint(.server, configuration: configuration)
        let (stream, other) = (try server.open(), try server.open())
        stream.grantExtra(10 << 20)
        #expect(stream.receiveWindow.size == 1 << 20)
        #expect(server.connection.extraWindows == 786_432)
        other.grantExtra(10 << 20)
        #expect(other.receiveWindow.size == SendWindow.initial + (1 << 20) - 786_432)
        stream.reset(.streamCancelled)
        other.grantExtra(10 << 20)
        #expect(other.receiveWindow.size == 1 << 20)
    }

    @Test func `A larger first window is granted with the stream's first frame`() throws {
        var configuration = MuxConnection.Configuration.largeWindows
        configuration.receiveWindow = 1 << 20
        let server = try Endpoint(.server, configuration: configuration)
        _ = try server.open([1])
        try server.receive(hex: "0000011200000003 78")
        #expect(
            try server.sentFrames() == [
                .data(2, [1], .syn), .credit(stream: 2, increment: 786_432), .credit(stream: 3, increment: 786_432),
            ]
        )
    }

    @Test func `A peer of which nothing is known gets no more than it can use`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([1])
        _ = try server.sent()
        stream.grantExtra(1 << 20)
        #expect(try server.sentFrames() == [])
    }

    /// Brings `count` bytes in one frame, which the recorder consumes.
    private static func deliver(_ count: Int, to stream: MuxStream, of server: Endpoint) throws {
        let header = FrameHeader(.data, length: count, stream: stream.id).word
        var frame = ByteBuffer(integer: header)
        frame.writeRepeatingByte(0, count: count)
        try server.receive(frame)
        _ = try server.sent()
    }
}
