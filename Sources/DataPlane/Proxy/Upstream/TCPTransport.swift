import NIOCore
import NIOPosix

/// A TCP connection to a configured upstream.
///
/// What is written before the connection stands waits here; the writer sees `isWritable` false once that is more
/// than a little.
final class TCPTransport: UpstreamTransport, ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes that may wait for the connection to stand.
    private static let waitingLimit = 64 * 1024

    var receiver: (any UpstreamTransportReceiver)?
    private var context: ChannelHandlerContext?
    private var waiting: [ByteBuffer] = []
    private var waitingBytes = 0
    private var finishesWhenConnected = false
    /// An answer of 64 KiB comes with its head in one read, and large ones in half as many as by NIO's own 64 KiB.
    private static let receiveBuffers = AdaptiveRecvByteBufferAllocator(
        minimum: 64,
        initial: 2048,
        maximum: 128 * 1024
    )

    private var isReading = true
    /// Of the channel, once there is one.
    private var takesMore = true
    private var isOver = false
    private var hasReceivedEnd = false
    private var hasFinished = false

    init(receiver: any UpstreamTransportReceiver) {
        self.receiver = receiver
    }

    var isWritable: Bool {
        self.context == nil ? self.waitingBytes < Self.waitingLimit : self.takesMore
    }

    /// Connects on `eventLoop`; the outcome comes to the receiver.
    func connect(host: String, port: UInt16, on eventLoop: any EventLoop, timeoutMilliseconds: Int64) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.recvAllocator, value: Self.receiveBuffers)
            .connectTimeout(.milliseconds(timeoutMilliseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
        let connected: EventLoopFuture<any Channel>
        if let address = try? SocketAddress(ipAddress: host, port: Int(port)) {
            connected = bootstrap.connect(to: address)
        } else {
            // Not an address literal: the name is looked up by NIO's resolver, off the loop.
            connected = bootstrap.connect(host: host, port: Int(port))
        }
        connected.whenFailure { error in
            bound.value.isOver = true
            bound.value.waiting = []
            if case ChannelError.connectTimeout = error {
                bound.value.end(.connectTimedOut)
            } else {
                bound.value.end(.unreachable("\(error)"))
            }
        }
    }

    // MARK: The writer's side

    func write(_ bytes: ByteBuffer) {
        guard !self.isOver else { return }
        if let context = self.context {
            context.write(Self.wrapOutboundOut(bytes), promise: nil)
        } else {
            self.waiting.append(bytes)
            self.waitingBytes += bytes.readableBytes
        }
    }

    func flush() {
        self.context?.flush()
    }

    func finish() {
        guard let context = self.context else {
            self.finishesWhenConnected = true
            return
        }
        guard !self.hasFinished else { return }
        self.hasFinished = true
        if self.hasReceivedEnd {
            context.closeAfterWriting()
        } else {
            context.close(mode: .output, promise: nil)
        }
    }

    func abort() {
        self.receiver = nil
        self.isOver = true
        self.waiting = []
        self.context?.close(promise: nil)
    }

    func setReading(_ isReading: Bool) {
        guard self.isReading != isReading else { return }
        self.isReading = isReading
        self.context?.channel.setReading(isReading)
    }

    // MARK: The channel's side

    func channelActive(context: ChannelHandlerContext) {
        guard !self.isOver else {
            context.close(promise: nil)
            return
        }
        self.context = context
        let couldWrite = self.waitingBytes < Self.waitingLimit
        for bytes in self.waiting { context.write(Self.wrapOutboundOut(bytes), promise: nil) }
        self.waiting = []
        self.waitingBytes = 0
        context.flush()
        if self.finishesWhenConnected { self.finish() }
        if !self.isReading { context.channel.setReading(false) }
        if !couldWrite { self.receiver?.transportWritabilityChanged() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.receiver?.transportReceived(Self.unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.receiver?.transportReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.takesMore = context.channel.isWritable
        self.receiver?.transportWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        self.hasReceivedEnd = true
        self.receiver?.transportReceivedEnd()
        if self.hasFinished { context.closeAfterWriting() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        self.isOver = true
        self.end(self.hasReceivedEnd ? .closed : .reset)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The connection is cut; channelInactive tells the receiver.
        context.close(promise: nil)
    }
}
