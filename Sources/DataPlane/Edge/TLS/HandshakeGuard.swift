import NIOCore
import NIOTLS
import Proxy

/// Stands behind the TLS handler until the handshake is done, then makes room for what speaks over it. A peer that
/// does not finish in time is closed.
final class HandshakeGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let loop: ProxyLoop
    private let milliseconds: Int64
    private var whenFailed: (() -> Void)?
    private var whenDone: ((any Channel, String?) throws -> Void)?
    private var context: ChannelHandlerContext?
    private var deadline: Deadline?

    /// - Parameters:
    ///   - loop: the loop of the connection.
    ///   - milliseconds: how long the handshake may take.
    ///   - whenFailed: called where the connection ends before `whenDone` was, or because that could not be done.
    ///   - whenDone: adds the handlers that come behind, on the event loop; the name is that of the protocol that was
    ///     agreed on by ALPN.
    init(
        loop: ProxyLoop,
        milliseconds: Int64,
        whenFailed: (() -> Void)? = nil,
        whenDone: @escaping (any Channel, String?) throws -> Void
    ) {
        self.loop = loop
        self.milliseconds = milliseconds
        self.whenFailed = whenFailed
        self.whenDone = whenDone
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let deadline = Deadline { [unowned self] in self.deadlinePassed() }
        self.deadline = deadline
        self.loop.wheel.set(deadline, in: self.milliseconds)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if let deadline = self.deadline { self.loop.wheel.remove(deadline) }
        self.deadline = nil
        self.context = nil
        self.whenDone = nil
        let whenFailed = self.whenFailed
        self.whenFailed = nil
        whenFailed?()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted(let negotiated) = event, let whenDone = self.whenDone {
            self.whenDone = nil
            do {
                try whenDone(context.channel, negotiated)
                self.whenFailed = nil
            } catch {
                // The channel closed in the meantime: there is no place to add handlers to.
                context.close(promise: nil)
            }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func deadlinePassed() {
        self.loop.counters.note(.handshakeTimeout)
        self.context?.close(promise: nil)
    }
}
