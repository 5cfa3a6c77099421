package import NIOCore

/// Holds back what a connection sends until its ClientHello is known, so that the owner can choose what stands behind.
///
/// The owner is told once, builds the pipeline, and removes this handler, which then hands on all it has kept. It
/// holds at most what `ClientHelloReader` looks at and what one read brings on top: once the outcome is known it lets
/// no further read through until it is removed. It has no timer: the owner calls `deadlinePassed()`.
package final class ClientHelloHandler: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    package enum Outcome: Sendable, Equatable {
        case hello(ClientHello)
        /// Something else than TLS: `received` has it.
        case notTLS
        case invalid
        /// The connection ended before.
        case ended
        /// `deadlinePassed()` was called before.
        case timedOut
    }

    /// What came so far, from the connection's first byte on.
    package private(set) var received = ByteBuffer()

    private var reader = ClientHelloReader()
    /// Called once; nil afterwards.
    private var decide: ((Outcome) -> Void)?
    private var isReadHeld = false
    private var isInputClosed = false

    /// - Parameter decide: is told the outcome, once, on the event loop; it may remove the handler right there.
    package init(decide: @escaping (Outcome) -> Void) {
        self.decide = decide
    }

    /// The time that the owner gives a client is over; nothing happens when the outcome is known.
    package func deadlinePassed() {
        self.settle(.timedOut)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        if self.received.readableBytes == 0 {
            self.received = bytes
        } else {
            self.received.writeBuffer(&bytes)
        }
        guard self.decide != nil else { return }
        switch self.reader.read(self.received) {
        case .incomplete: break
        case .hello(let hello): self.settle(.hello(hello))
        case .notTLS: self.settle(.notTLS)
        case .invalid: self.settle(.invalid)
        }
    }

    /// Nothing was handed on, so nothing is complete yet.
    package func channelReadComplete(context: ChannelHandlerContext) {}

    package func read(context: ChannelHandlerContext) {
        if self.decide == nil {
            self.isReadHeld = true
        } else {
            context.read()
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        // Those behind see the end after the bytes that came before it.
        self.isInputClosed = true
        self.settle(.ended)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.settle(.ended)
        context.fireChannelInactive()
    }

    package func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        self.decide = nil
        if self.received.readableBytes > 0 {
            let bytes = self.received
            self.received = ByteBuffer()
            context.fireChannelRead(Self.wrapInboundOut(bytes))
            context.fireChannelReadComplete()
        }
        if self.isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        if self.isReadHeld { context.read() }
        context.leavePipeline(removalToken: removalToken)
    }

    private func settle(_ outcome: Outcome) {
        guard let decide = self.decide else { return }
        self.decide = nil
        decide(outcome)
    }
}
