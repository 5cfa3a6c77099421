import Addressing
import Model
import NIOCore
import NIOSSL
import NIOTLS
import PeerIdentity

/// Has a proxy connect a channel to the edge.
struct ProxyTunnel: Sendable {
    let proxy: SessionProxy
    /// nil where the proxy is spoken to in clear.
    private let tls: NIOSSLContext?

    init(_ proxy: SessionProxy) throws(PorticoError) {
        self.proxy = proxy
        guard proxy.kind == .https else {
            self.tls = nil
            return
        }
        do {
            self.tls = try NIOSSLContext(configuration: .makeClientConfiguration())
        } catch {
            throw PorticoError(.invalidConfiguration, .proxyUnreachable, "TLS to the proxy cannot be set up: \(error)")
        }
    }

    /// On the channel's event loop, before anything is read from it.
    ///
    /// - Returns: when what is written to the channel goes to `server`. Nothing more is read from it then.
    func open(to server: ServerAddress, on channel: any Channel, within limit: TimeAmount) -> EventLoopFuture<Void> {
        let done = channel.eventLoop.makePromise(of: Void.self)
        do {
            var handlers: [any ChannelHandler] = []
            if let tls { handlers = try ServerNameHandler.client(of: self.proxy.address.host.serverName, tls) }
            let handshake = ProxyHandshake(self.proxy, to: server)
            handlers.append(ProxyHandler(handshake, waitsForTLS: self.tls != nil, within: limit, done))
            try channel.pipeline.syncOperations.addHandlers(handlers)
            try channel.syncOptions?.setOption(.autoRead, value: true)
            guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
        } catch {
            done.fail(error)
        }
        return done.futureResult
    }

    /// Why there is no tunnel, in words of what the proxy did.
    func error(_ error: any Error, _ server: ServerAddress) -> PorticoError {
        let reason: String
        if let failure = error as? ProxyHandshake.Failure {
            reason = failure.words
        } else {
            reason = TLSFailure(error).reason
        }
        return PorticoError(
            .unreachable,
            .proxyRefused,
            "The proxy \(self.proxy) does not connect to the edge at \(server): \(reason)."
        )
    }

    /// The proxy itself cannot be reached.
    func error(_ failure: ConnectFailure) -> PorticoError {
        PorticoError(.unreachable, .proxyUnreachable, "The proxy \(self.proxy) cannot be reached: \(failure.reason).")
    }
}

/// Speaks with the proxy, and leaves the pipeline when it has connected.
private final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var handshake: ProxyHandshake
    private let waitsForTLS: Bool
    private let limit: TimeAmount
    private let done: EventLoopPromise<Void>
    private var deadline: Scheduled<Void>?
    private var received = ByteBuffer()

    init(_ handshake: ProxyHandshake, waitsForTLS: Bool, within limit: TimeAmount, _ done: EventLoopPromise<Void>) {
        self.handshake = handshake
        self.waitsForTLS = waitsForTLS
        self.limit = limit
        self.done = done
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.deadline = context.eventLoop.scheduleTask(in: self.limit) { [done] in
            done.fail(ProxyHandshake.Failure(words: "it did not answer in time"))
        }
        if !self.waitsForTLS { self.begin(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if self.waitsForTLS, case TLSUserEvent.handshakeCompleted = event {
            return self.begin(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func begin(_ context: ChannelHandlerContext) {
        context.writeAndFlush(Self.wrapOutboundOut(self.handshake.opening), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.received.writeImmutableBuffer(Self.unwrapInboundIn(data))
        do throws(ProxyHandshake.Failure) {
            while true {
                switch try self.handshake.received(&self.received) {
                case .wait: return
                case .send(let bytes): context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil)
                case .done: return try self.leave(context)
                }
            }
        } catch {
            self.fail(error)
        }
    }

    private func leave(_ context: ChannelHandlerContext) throws(ProxyHandshake.Failure) {
        // The edge says nothing before the agent has.
        guard self.received.readableBytes == 0 else {
            throw ProxyHandshake.Failure(words: "it sent bytes of its own")
        }
        self.deadline?.cancel()
        // What comes next is for the handlers of TLS, which are not there yet.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        context.pipeline.syncOperations.removeHandler(self, promise: self.done)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.fail(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.fail(ProxyHandshake.Failure(words: "it closed the connection"))
        context.fireChannelInactive()
    }

    private func fail(_ error: any Error) {
        self.deadline?.cancel()
        self.done.fail(error)
    }
}
