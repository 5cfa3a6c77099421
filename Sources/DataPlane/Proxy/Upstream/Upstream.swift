package import Addressing
package import EdgeLink
import Model

/// How one event loop reaches one endpoint: the connections that it keeps, and how to open another.
final class Upstream {
    private(set) var endpoint: RoutedEndpoint
    /// Its URL as text, made when somebody wants it.
    private(set) lazy var urlText = "\(self.endpoint.url)"
    /// Where its requests are counted.
    let tally: RequestTally
    private unowned let loop: ProxyLoop
    /// Kept connections, the one used last at the end: that one is the least likely to be closed already.
    private var idle: [HTTP1Link] = []
    /// Connections that speak HTTP/2 and take further streams.
    private var http2Connections: [HTTP2UpstreamConnection] = []
    /// The agent's connections, those on this loop first.
    private var ports: [any AgentPort] = []
    private var nextPort = 0
    /// The policy that exchanges with the endpoint must pass; nil for most.
    private(set) var gate: EndpointGate?
    /// Which visitors it takes; nil for all of them.
    private(set) var restriction: VisitorRestriction?
    /// Whether its requests are captured, and of a thousand how many in full.
    private(set) var isCaptured = false
    private(set) var fullCapturesPerMille = 0
    var captureUsage = CaptureUsage()
    /// Whether the endpoint is gone.
    private var isRetired = false
    // What the target says of the endpoint, asked for every request.
    /// Whether nobody new is sent to it for the moment.
    private(set) var isHeld = false
    /// Whether a kept connection may serve any visitor.
    private(set) var sharesLinks = true
    /// Whether the endpoint declares that it speaks HTTP/2.
    private(set) var speaksHTTP2 = false

    init(endpoint: RoutedEndpoint, loop: ProxyLoop) {
        self.endpoint = endpoint
        self.tally = loop.makeTally()
        self.loop = loop
        self.gate = loop.gates[endpoint.id]
        self.updateRestriction()
        self.updateCapture()
        self.noteTarget()
        self.findPorts()
    }

    private func noteTarget() {
        (self.isHeld, self.sharesLinks, self.speaksHTTP2) = (false, true, false)
        switch self.endpoint.target {
        case .held: self.isHeld = true
        case .agent(let target):
            self.sharesLinks = target.mayShareStreams
            self.speaksHTTP2 = target.upstreamProtocol == .http2
        case .address, .cloud: break
        }
    }

    /// The accounts want other things captured than before.
    func updateCapture() {
        let settings = self.loop.captures?.settings(of: self.endpoint)
        self.isCaptured = settings != nil
        self.fullCapturesPerMille = settings?.fullPerMille(at: self.urlText) ?? 0
    }

    /// The accounts' restrictions are others than before. What is reached inside an account alone has none.
    func updateRestriction() {
        self.restriction = self.endpoint.binding == .public ? self.loop.restrictions[self.endpoint.account] : nil
    }

    /// The endpoint is in a new table, perhaps with another target.
    ///
    /// - Returns: whether its agent, which is still here, takes nobody new: what visitors keep for further requests is
    ///   to be let go.
    func update(_ endpoint: RoutedEndpoint) -> Bool {
        let before = self.connections
        if self.endpoint.url != endpoint.url { self.urlText = "\(endpoint.url)" }
        self.endpoint = endpoint
        self.gate = self.loop.gates[endpoint.id]
        self.updateRestriction()
        self.updateCapture()
        self.noteTarget()
        guard before != self.connections else { return false }
        self.findPorts()
        guard self.isHeld else { return false }
        self.letGo()
        return before.contains { self.loop.agents.port(for: $0) != nil }
    }

    private var connections: [ConnectionID] {
        if case .agent(let target) = self.endpoint.target { target.connections } else { [] }
    }

    private func findPorts() {
        let all = self.connections.compactMap { self.loop.agents.port(for: $0) }
        let near = all.filter(\.isOnThisLoop)
        self.ports = near.isEmpty ? all : near
    }

    // MARK: HTTP/1.1

    /// A kept connection, if there is one.
    func takeIdle() -> HTTP1Link? {
        while let link = self.idle.popLast() {
            if link.isIdle { return link }
        }
        return nil
    }

    /// A new connection, opened for `visitor`; nil where the agent is gone.
    func openLink(for visitor: Visitor) -> HTTP1Link? {
        let link = HTTP1Link(upstream: self, loop: self.loop)
        guard let transport = self.open(for: visitor, isPassthroughTLS: false, receiver: link) else { return nil }
        link.attach(transport)
        return link
    }

    /// Puts an idle link where the next request finds it.
    func keep(_ link: HTTP1Link) {
        guard !self.isRetired, !self.isHeld, self.sharesLinks,
            self.idle.count < self.loop.limits.idleConnectionsPerUpstream
        else {
            link.abandon()
            return
        }
        self.idle.append(link)
    }

    /// An idle link has been closed.
    func forget(_ link: HTTP1Link) {
        // From the end: links that are closed for being idle are few, and those that are not are used last.
        if let index = self.idle.lastIndex(where: { $0 === link }) { self.idle.remove(at: index) }
    }

    /// The endpoint is gone: kept connections go, those under way end with their exchange.
    func retire() {
        self.isRetired = true
        self.letGo()
    }

    private func letGo() {
        let links = self.idle
        self.idle = []
        for link in links { link.abandon() }
        for connection in self.http2Connections { connection.retire() }
        self.http2Connections = []
    }

    // MARK: HTTP/2

    /// A stream of a connection that has room for one, or of a new one, opened for `visitor`; nil where the agent is gone.
    func openStream(for visitor: Visitor) -> HTTP2Link? {
        // Where one takes nothing, what is sent to it would wait in it: for as long as it lives, whatever becomes of the
        // request.
        if let connection = self.http2Connections.first(where: { $0.hasRoom && $0.isWritable }) {
            return connection.makeLink()
        }
        guard let connection = self.openConnection(for: visitor) else { return nil }
        self.http2Connections.append(connection)
        return connection.makeLink()
    }

    /// A new connection, which is not kept here.
    func openConnection(for visitor: Visitor) -> HTTP2UpstreamConnection? {
        let connection = HTTP2UpstreamConnection(upstream: self, loop: self.loop)
        guard let transport = self.open(for: visitor, isPassthroughTLS: false, receiver: connection) else { return nil }
        connection.attach(transport)
        return connection
    }

    /// A connection takes no more streams.
    func forget(_ connection: HTTP2UpstreamConnection) {
        self.http2Connections.removeAll { $0 === connection }
    }

    // MARK: Any transport

    /// Opens a byte stream toward the endpoint for `visitor`; nil where there is no way to it.
    func open(
        for visitor: Visitor,
        isPassthroughTLS: Bool,
        receiver: any UpstreamTransportReceiver
    ) -> (any UpstreamTransport)? {
        switch self.endpoint.target {
        case .address(let host, let port):
            let transport = TCPTransport(receiver: receiver)
            transport.connect(
                host: host,
                port: port,
                on: self.loop.eventLoop,
                timeoutMilliseconds: self.loop.limits.connectMilliseconds
            )
            return transport
        case .agent(let target):
            guard !self.ports.isEmpty else { return nil }
            let request = AgentStreamRequest(
                bindID: target.bindID,
                scheme: self.endpoint.url.scheme,
                visitor: visitor,
                isPassthroughTLS: isPassthroughTLS,
                proxyProtocol: target.proxyProtocol
            )
            for _ in 0..<self.ports.count {
                self.nextPort = (self.nextPort + 1) % self.ports.count
                if let transport = self.ports[self.nextPort].open(request, receiver: receiver) { return transport }
            }
            return nil
        case .held, .cloud:
            return nil
        }
    }

    /// Whether nothing stands behind the endpoint: what its policy lets pass has nowhere to go.
    var isCloud: Bool {
        if case .cloud = self.endpoint.target { true } else { false }
    }
}

/// One connection of an agent, as an event loop sees it: its own, or one of another loop reached over a mailbox.
package protocol AgentPort: AnyObject {
    var isOnThisLoop: Bool { get }
    /// Opens a stream; nil when the connection is over. The stream is announced to the agent with the first bytes
    /// that are flushed (`spec/agent-protocol.md` 3.4), or at the first flush without any.
    func open(_ request: AgentStreamRequest, receiver: any UpstreamTransportReceiver) -> (any UpstreamTransport)?
}

/// Finds the agent connections that tables name.
package protocol AgentPorts: AnyObject {
    func port(for connection: ConnectionID) -> (any AgentPort)?
}

/// What an agent is told about a stream.
package struct AgentStreamRequest: Sendable {
    package let bindID: String
    package let scheme: EndpointScheme
    package let visitor: Visitor
    package let isPassthroughTLS: Bool
    package let proxyProtocol: ProxyProtocolVersion?
}
