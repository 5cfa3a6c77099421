import Addressing
import EdgeLink
import Logging
import Model
import NIOCore
import NIOSSL
import PolicyEngine
import Preamble
import Proxy
import Routing
import SSHGateway
import Sessions

/// Sets up what was accepted: which handlers a connection gets, by listener and by its first bytes.
///
/// A new kind of listener is a new method here and a line in `Edge.start`.
struct Acceptor: Sendable {
    let configuration: EdgeConfiguration
    let control: any ControlPlane
    let limiter: ConnectionLimiter
    let logger: Logger

    // MARK: Visitors

    func acceptHTTP(_ loop: EdgeLoop, _ channel: any Channel) throws {
        guard let visitor = self.admit(loop, channel, isSecure: false) else { return }
        try channel.pipeline.syncOperations.addHandler(HTTP1VisitorHandler(loop: loop.proxy, visitor: visitor))
    }

    /// HTTPS, TLS endpoints and agents share a port: the server name of the ClientHello says which it is.
    func acceptTLS(_ loop: EdgeLoop, _ channel: any Channel) throws {
        guard let visitor = self.admit(loop, channel, isSecure: true) else { return }
        try self.readHello(loop, channel) { try self.route($0, visitor, loop, channel) }
    }

    func acceptTCP(_ loop: EdgeLoop, _ channel: any Channel, port: UInt16) throws {
        guard let visitor = self.admit(loop, channel, isSecure: false) else { return }
        guard !visitor.isSurplus else {
            channel.close(promise: nil)
            return
        }
        try channel.pipeline.syncOperations.addHandler(
            PipeVisitorHandler(loop: loop.proxy, visitor: visitor, key: .port(port))
        )
    }

    private func route(_ hello: ClientHello, _ visitor: Visitor, _ loop: EdgeLoop, _ channel: any Channel) throws {
        let name = hello.serverName
        if let name, !self.configuration.connectHost.isEmpty, name == self.configuration.connectHost {
            try self.addAgent(loop, channel, connectHost: name)
            return
        }
        if !loop.challenges.isEmpty, hello.applicationProtocols == [TLSContext.challengeProtocol],
            let context = hello.host.flatMap({ loop.challenges[$0] })
        {
            try self.showChallenge(context, loop, channel)
            return
        }
        guard name != nil || !loop.admission.requiresServerName else {
            channel.close(promise: nil)
            return
        }
        let visitor = visitor.telling { TLSFacts(hello) }
        let bytes = Array((name ?? "").utf8)
        if bytes.withUnsafeBytes({ loop.proxy.table.pool(for: .tls, host: $0) }) != nil {
            guard !visitor.isSurplus else {
                channel.close(promise: nil)
                return
            }
            try channel.pipeline.syncOperations.addHandler(
                PipeVisitorHandler(loop: loop.proxy, visitor: visitor, key: .serverName(bytes))
            )
            return
        }
        try VisitorOpening(visitor, hello, loop, channel).begin()
    }

    /// Shows an authority the certificate that it asks for; nothing is spoken over it (RFC 8737 §3).
    private func showChallenge(_ context: NIOSSLContext, _ loop: EdgeLoop, _ channel: any Channel) throws {
        let milliseconds = loop.admission.handshakeMilliseconds
        let guardian = HandshakeGuard(loop: loop.proxy, milliseconds: milliseconds) { channel, _ in
            channel.close(promise: nil)
        }
        try self.endTLS(context, guardian, channel)
    }

    /// Counts the connection; one that is too many is closed, or let in to be told so.
    private func admit(_ loop: EdgeLoop, _ channel: any Channel, isSecure: Bool) -> Visitor? {
        let address = channel.remoteAddress.flatMap(NetworkAddress.init)
        let port = Self.port(of: channel)
        guard loop.proxy.shedding.memory != .exhausted else {
            return Self.refuse(channel, for: .memory, loop)
        }
        let isSurplus: Bool
        switch self.limiter.enter(address?.ip, listener: port) {
        case .admitted: isSurplus = false
        case .surplus(let limit):
            loop.proxy.counters.note(limit)
            isSurplus = true
        case .refused(let limit): return Self.refuse(channel, for: limit, loop)
        }
        channel.closeFuture.whenComplete { [limiter] _ in limiter.leave(address?.ip, listener: port) }
        return Visitor(
            address: address,
            local: channel.localAddress.flatMap(NetworkAddress.init),
            isSecure: isSecure,
            isSurplus: isSurplus
        )
    }

    private static func refuse(_ channel: any Channel, for limit: Limit, _ loop: EdgeLoop) -> Visitor? {
        loop.proxy.counters.note(limit)
        channel.close(promise: nil)
        return nil
    }

    /// The listener's.
    private static func port(of channel: any Channel) -> UInt16 {
        UInt16(clamping: channel.localAddress?.port ?? 0)
    }

    /// Waits for the ClientHello, lets `route` add the handlers that fit it, and hands them every byte.
    private func readHello(
        _ loop: EdgeLoop,
        _ channel: any Channel,
        route: @escaping (ClientHello) throws -> Void
    ) throws {
        let wheel = loop.proxy.wheel
        let counters = loop.proxy.counters
        let deadline = Deadline { [weak channel = channel as AnyObject] in
            counters.note(.handshakeTimeout)
            (channel as? any Channel)?.close(promise: nil)
        }
        let reader = Reader()
        reader.handler = ClientHelloHandler { outcome in
            guard let handler = reader.handler else { return wheel.remove(deadline) }
            reader.handler = nil
            switch outcome {
            case .hello(let hello):
                // The handler keeps what comes until the certificate is there, for which the deadline counts too.
                loop.whenReady(for: hello.host) {
                    wheel.remove(deadline)
                    guard channel.isActive else { return }
                    do {
                        try route(hello)
                        channel.pipeline.syncOperations.removeHandler(handler, promise: nil)
                    } catch {
                        // The channel closed in the meantime: there is no place to add handlers to.
                        channel.close(promise: nil)
                    }
                }
            case .notTLS:
                wheel.remove(deadline)
                Self.refusePlain(loop, handler.received, channel)
            case .invalid, .ended, .timedOut:
                wheel.remove(deadline)
                channel.close(promise: nil)
            }
        }
        guard let handler = reader.handler else { return }
        wheel.set(deadline, in: loop.admission.handshakeMilliseconds)
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Holds a handler for its own callback, until that has been called.
    private final class Reader {
        var handler: ClientHelloHandler?
    }

    /// Tells someone who speaks plain HTTP to a TLS port what is wrong; anything else is closed.
    private static func refusePlain(_ loop: EdgeLoop, _ received: ByteBuffer, _ channel: any Channel) {
        guard case .http1 = HTTPSniffer.sniff(received) else {
            channel.close(promise: nil)
            return
        }
        var response = ErrorResponse(
            Failure(.plainHTTPOnTLSPort, "This port speaks HTTPS, and the request was plain HTTP."),
            format: .text
        )
        response.closesConnection = true
        var buffer = channel.allocator.buffer(capacity: 1024)
        response.write(into: &buffer, date: loop.proxy.dateLine.now())
        channel.writeAndFlush(buffer).whenComplete { _ in channel.close(promise: nil) }
    }

    // MARK: Agents

    func acceptAgent(_ loop: EdgeLoop, _ channel: any Channel) throws {
        let port = Self.port(of: channel)
        guard self.limiter.enterAgent(listener: port) else {
            loop.proxy.counters.note(.connectionsPerListener)
            channel.close(promise: nil)
            return
        }
        channel.closeFuture.whenComplete { [limiter] _ in limiter.leaveAgent(listener: port) }
        try self.readHello(loop, channel) { try self.addAgent(loop, channel, connectHost: $0.serverName) }
    }

    func acceptSSH(_ loop: EdgeLoop, _ channel: any Channel, _ gateway: SSHGateway) throws {
        let port = Self.port(of: channel)
        guard loop.proxy.shedding.memory != .exhausted, self.limiter.enterAgent(listener: port) else {
            loop.proxy.counters.note(.connectionsPerListener)
            channel.close(promise: nil)
            return
        }
        channel.closeFuture.whenComplete { [limiter] _ in limiter.leaveAgent(listener: port) }
        try gateway.accept(channel, loop.agents, loop.proxy)
    }

    private func addAgent(_ loop: EdgeLoop, _ channel: any Channel, connectHost: String?) throws {
        let guardian = HandshakeGuard(loop: loop.proxy, milliseconds: loop.admission.handshakeMilliseconds) {
            channel,
            _ in
            let connection = AgentConnection(
                agents: loop.agents,
                proxyLoop: loop.proxy,
                control: self.control,
                remoteAddress: channel.remoteAddress.flatMap(NetworkAddress.init),
                connectHost: connectHost,
                region: self.configuration.region,
                logger: self.logger
            )
            try connection.install(in: channel)
        }
        try self.endTLS(loop.admission.contexts.agents, guardian, channel)
    }

    private func endTLS(_ context: NIOSSLContext, _ guardian: HandshakeGuard, _ channel: any Channel) throws {
        // As for visitors (`VisitorOpening`).
        try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
        try channel.pipeline.syncOperations.addHandlers([NIOSSLServerHandler(context: context), guardian])
    }
}
