import Addressing
import AgentProtocol
import Model
import Mux
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import PeerIdentity

/// Opens legs: TCP, TLS, and the mux above.
struct LegDialer: Sendable {
    /// From TCP to the end of the TLS handshake: a third more than TCP may take, one to ten seconds. Where a SYN was sent
    /// again and the next segment is lost too, TCP waits for three seconds; the next attempt is there sooner.
    private static func handshakeLimit(_ timeout: TimeAmount) -> TimeAmount {
        min(max(.nanoseconds(timeout.nanoseconds / 3 * 4), .seconds(1)), .seconds(10))
    }

    private let tls: NIOSSLContext
    /// For an edge that is known by its address, behind a proxy: the TLS library would compare the proxy's.
    private let tlsByAddress: NIOSSLContext?
    private let tunnel: ProxyTunnel?
    private let interface: NetworkInterface?
    private let heartbeats: AgentClientSession.Configuration
    private let commands: Set<Agent.RemoteCommand.Kind>

    /// - Throws: `.invalidConfiguration` when the roots cannot be read.
    init(_ configuration: Agent.Configuration) throws(PorticoError) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = try configuration.trust.roots(.edgeUntrusted)
        self.tunnel = try configuration.proxy.map { (proxy) throws(PorticoError) in try ProxyTunnel(proxy) }
        do {
            self.tls = try NIOSSLContext(configuration: tls)
            tls.certificateVerification = .noHostnameVerification
            self.tlsByAddress = self.tunnel == nil ? nil : try NIOSSLContext(configuration: tls)
        } catch {
            throw PorticoError(.invalidConfiguration, .edgeTLSFailed, "TLS to the edge cannot be set up: \(error)")
        }
        self.interface = try configuration.interface.map { (name) throws(PorticoError) in try NetworkInterface(name) }
        self.heartbeats = AgentClientSession.Configuration(
            heartbeatInterval: TimeAmount(configuration.heartbeatInterval),
            heartbeatTolerance: TimeAmount(configuration.heartbeatTolerance)
        )
        self.commands = configuration.remoteCommands
    }

    /// Dials an edge.
    ///
    /// - Parameters:
    ///   - server: where it accepts agents.
    ///   - loop: what the leg is bound to.
    ///   - timeout: for TCP, resolving the name included, and as much again for a proxy to connect. TLS has a
    ///     limit of its own that follows from it.
    /// - Returns: a leg on which nothing has been said yet.
    /// - Throws: of kind `.unreachable` or `.untrusted`.
    func dial(_ server: ServerAddress, on loop: any EventLoop, timeout: TimeAmount) async throws(PorticoError)
        -> LegHandle
    {
        let channel = try await self.connect(server, on: loop, timeout: timeout)
        try await self.pass(channel, to: server, timeout: timeout)
        let (events, continuation) = AsyncStream.makeStream(of: Leg.Event.self)
        let started = loop.makePromise(of: LegHandle.self)
        loop.execute {
            let leg = Leg(on: channel, heartbeats: self.heartbeats, commands: self.commands, events: continuation)
            let handle = LegHandle(leg, on: channel, events: events)
            self.secure(
                channel,
                server,
                LegStarter(leg, handle, started, within: Self.handshakeLimit(timeout))
            )
        }
        do {
            return try await started.futureResult.get()
        } catch {
            channel.close(promise: nil)
            throw Self.error(TLSFailure(error), server)
        }
    }

    /// Connects to the edge, or to the proxy on the way to it.
    private func connect(
        _ server: ServerAddress,
        on loop: any EventLoop,
        timeout: TimeAmount
    ) async throws(PorticoError) -> any Channel {
        let first = self.tunnel?.proxy.address ?? server.address
        do {
            return try await ClientBootstrap(group: loop)
                .connectTimeout(timeout)
                .channelInitializer { [interface] channel in
                    interface?.bind(channel) ?? channel.eventLoop.makeSucceededVoidFuture()
                }
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                // The first reads belong to TLS, whose handler comes when the name is resolved and one channel has won.
                .channelOption(.autoRead, value: false)
                .connect(host: first.host.description, port: Int(first.port))
                .get()
        } catch {
            if let interface = NetworkInterface.Unusable.within(error) { throw interface.error }
            let failure = ConnectFailure(error)
            throw self.tunnel?.error(failure) ?? Self.error(failure, server)
        }
    }

    /// Has the proxy connect, where there is one.
    private func pass(
        _ channel: any Channel,
        to server: ServerAddress,
        timeout: TimeAmount
    ) async throws(PorticoError) {
        guard let tunnel else { return }
        do {
            try await channel.eventLoop.flatSubmit { tunnel.open(to: server, on: channel, within: timeout) }.get()
        } catch {
            channel.close(promise: nil)
            throw tunnel.error(error, server)
        }
    }

    private func handlers(for server: ServerAddress) throws -> [any ChannelHandler] {
        if let tlsByAddress, case .address(let address) = server.address.host {
            return try ServerNameHandler.client(ofAddress: address.octets, tlsByAddress)
        }
        return try ServerNameHandler.client(of: server.address.host.serverName, self.tls)
    }

    /// Begins TLS; `starter` goes on when it is done.
    private func secure(_ channel: any Channel, _ server: ServerAddress, _ starter: LegStarter) {
        do {
            try channel.pipeline.syncOperations.addHandlers(self.handlers(for: server) + [starter])
            try channel.syncOptions?.setOption(.autoRead, value: true)
            guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
        } catch {
            starter.fail(error)
        }
    }

    private static func error(_ failure: ConnectFailure, _ server: ServerAddress) -> PorticoError {
        switch failure.cause {
        case .unresolved:
            PorticoError(.unreachable, .edgeNameUnresolved, "The edge's name \(server.host) cannot be resolved.")
        case .timedOut:
            PorticoError(.unreachable, .edgeUnreachable, "The edge at \(server) did not answer in time.")
        case .failed(let reason):
            PorticoError(.unreachable, .edgeUnreachable, "The edge at \(server) cannot be reached: \(reason).")
        }
    }

    private static func error(_ failure: TLSFailure, _ server: ServerAddress) -> PorticoError {
        switch failure.cause {
        case .untrusted:
            PorticoError(
                .untrusted,
                code: ErrorCode.edgeUntrusted.name,
                "The certificate of the edge at \(server) is not signed by an authority that the agent trusts.",
                remedy:
                    "Give the edge's CA with --connect-cas or agent.connect_cas; portico-edge init tells where it is."
            )
        case .nameMismatch:
            PorticoError(.untrusted, .edgeNameMismatch, "The certificate of the edge at \(server) is for another name.")
        case .failed(let reason):
            PorticoError(
                .unreachable,
                .edgeTLSFailed,
                "The TLS handshake with the edge at \(server) failed: \(reason)."
            )
        }
    }
}

/// Waits for the end of the TLS handshake and puts the leg into the pipeline in its own place.
private final class LegStarter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let leg: Leg
    private let handle: LegHandle
    private let started: EventLoopPromise<LegHandle>
    private let limit: TimeAmount
    private var deadline: Scheduled<Void>?

    init(_ leg: Leg, _ handle: LegHandle, _ started: EventLoopPromise<LegHandle>, within limit: TimeAmount) {
        self.limit = limit
        self.leg = leg
        self.handle = handle
        self.started = started
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.deadline = context.eventLoop.scheduleTask(in: self.limit) { [started] in
            started.fail(HandshakeTimeout())
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        self.deadline?.cancel()
        do {
            try context.pipeline.syncOperations.addHandler(self.leg.handler, position: .after(self))
            self.leg.start()
            self.started.succeed(self.handle)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            self.fail(error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.fail(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func fail(_ error: any Error) {
        self.deadline?.cancel()
        self.started.fail(error)
    }
}

private struct HandshakeTimeout: Error, CustomStringConvertible {
    var description: String { "it took too long" }
}
