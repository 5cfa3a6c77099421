import NIOCore

/// One end of a link in memory between two channels of one event loop; stands where the socket would.
final class Wire: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer

    /// What is written comes nowhere, as at a host that is gone.
    var isBlocked = false
    private var context: ChannelHandlerContext?
    private weak var peer: Wire?
    private var waiting: [ByteBuffer] = []

    static func pair() -> (Wire, Wire) {
        let (one, other) = (Wire(), Wire())
        one.peer = other
        other.peer = one
        return (one, other)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.waiting.append(Self.unwrapOutboundIn(data))
        promise?.succeed(())
    }

    func flush(context: ChannelHandlerContext) {
        let bytes = self.waiting
        self.waiting = []
        guard !self.isBlocked, !bytes.isEmpty else { return }
        context.eventLoop.assumeIsolated().execute { self.peer?.deliver(bytes) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        self.flush(context: context)
        context.eventLoop.assumeIsolated().execute { self.peer?.context?.close(promise: nil) }
        context.close(mode: mode, promise: promise)
    }

    private func deliver(_ bytes: [ByteBuffer]) {
        for buffer in bytes { self.context?.fireChannelRead(Self.wrapInboundOut(buffer)) }
        self.context?.fireChannelReadComplete()
    }
}
