@testable import Mux
import NIOCore
import NIOEmbedded
import TestSupport

/// One end of a connection in an embedded channel.
struct Endpoint {
    let connection: MuxConnection
    let channel: EmbeddedChannel
    let recorder = Recorder()
    /// Counts the writes and flushes that leave the connection.
    let counter = OutboundCounter()

    init(_ role: MuxRole, configuration: MuxConnection.Configuration = .init()) throws {
        self.connection = MuxConnection(role: role, configuration: configuration)
        self.connection.delegate = self.recorder
        self.channel = EmbeddedChannel(handlers: [self.counter, self.connection.handler])
        try self.channel.connect(to: SocketAddress(unixDomainSocketPath: "/mux")).wait()
    }

    /// Lets the peer's `bytes` come in one read.
    func receive(_ bytes: ByteBuffer) throws {
        try self.channel.writeInbound(bytes)
    }

    func receive(_ bytes: [UInt8]) throws {
        try self.receive(ByteBuffer(bytes: bytes))
    }

    func receive(hex: String) throws {
        try self.receive([UInt8](hex: hex.filter { $0 != " " }))
    }

    /// What the connection has written since the last call, whole turns of the event loop included.
    func sent() throws -> ByteBuffer {
        self.channel.embeddedEventLoop.run()
        var bytes = ByteBuffer()
        while let buffer = try self.channel.readOutbound(as: ByteBuffer.self) { bytes.writeImmutableBuffer(buffer) }
        return bytes
    }

    /// The frames among `sent`.
    func sentFrames() throws -> [FrameDecoder.Event] {
        try decode(self.sent())
    }

    func setWritable(_ isWritable: Bool) {
        self.channel.isWritable = isWritable
        self.channel.pipeline.fireChannelWritabilityChanged()
    }

    /// Opens a stream to the recorder with `first` as its first payload.
    func open(_ first: [UInt8] = [0, 0, 0, 3]) throws -> MuxStream {
        struct NotOpened: Error {}
        guard let stream = self.connection.open(receiver: self.recorder, first: ByteBuffer(bytes: first)) else {
            throw NotOpened()
        }
        return stream
    }
}

/// Counts what goes to the transport.
final class OutboundCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    var writes = 0
    var flushes = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.writes += 1
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        self.flushes += 1
        context.flush()
    }
}

/// All events of `bytes`.
func decode(_ bytes: ByteBuffer) throws -> [FrameDecoder.Event] {
    var decoder = FrameDecoder()
    var buffer = bytes
    var events: [FrameDecoder.Event] = []
    while let event = try decoder.next(from: &buffer) { events.append(event) }
    return events
}

extension FrameDecoder.Event {
    /// A whole DATA frame.
    static func data(_ stream: UInt32, _ payload: [UInt8], _ flags: FrameFlags = []) -> Self {
        .data(
            FrameDecoder.DataPart(
                header: FrameHeader(.data, length: payload.count, flags: flags, stream: stream),
                bytes: ByteBuffer(bytes: payload),
                isFirst: true,
                isLast: true
            )
        )
    }
}
