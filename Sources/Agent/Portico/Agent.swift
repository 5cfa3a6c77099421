import Model

/// A connection to an edge over which this process serves endpoints without an open port.
///
/// ```swift
/// let agent = try await Agent.connect(
///     Agent.Configuration(server: ServerAddress("edge.example.com:443"), authtoken: token)
/// )
/// let endpoint = try await agent.forward(to: "localhost:8080")
/// print(endpoint.url)
/// ```
///
/// The connection is kept for ever: when it is lost it is made again, and every endpoint is bound again under its URL.
/// `close()` ends it.
public final class Agent: Sendable {
    /// The version of this library and of the `portico` program.
    public static let version = ProductVersion.current

    let session: AgentSession

    /// An agent that has not connected yet, for those who want to see its events from the first.
    package init(_ configuration: Configuration) {
        self.session = AgentSession(configuration)
    }

    /// Connects, as `connect` tells. Called once.
    package func start() async throws { try await self.session.start() }

    /// Connects, and returns when the edge has accepted the session.
    ///
    /// - Throws: `PorticoError`: when the edge refuses the agent, and when it cannot be reached, unless
    ///   `Configuration.retriesFirstConnect` says to go on. Also `CancellationError`.
    public static func connect(_ configuration: Configuration) async throws -> Agent {
        let agent = Agent(configuration)
        try await agent.start()
        return agent
    }

    /// Serves an upstream: what visitors send goes there, and back.
    ///
    /// - Parameters:
    ///   - upstream: a port, an address or a URL, see `Upstream`.
    ///   - options: the wished URL and more.
    /// - Returns: when the endpoint is online.
    /// - Throws: `PorticoError`, also when the edge refuses the endpoint.
    public func forward(to upstream: String, options: EndpointOptions = EndpointOptions()) async throws -> Endpoint {
        try await self.forward(to: Upstream(upstream, for: options.wish().scheme), options: options)
    }

    /// Serves an upstream: what visitors send goes there, and back.
    ///
    /// - Parameters:
    ///   - upstream: what the agent dials for each visitor's connection.
    ///   - options: the wished URL and more.
    /// - Returns: when the endpoint is online.
    /// - Throws: `PorticoError`, also when the edge refuses the endpoint.
    public func forward(to upstream: Upstream, options: EndpointOptions = EndpointOptions()) async throws -> Endpoint {
        try await self.session.forward(to: upstream, options: options)
    }

    /// Serves visitors in this process: their connections come out of the listener.
    ///
    /// - Parameter options: the wished URL and more.
    /// - Returns: when the endpoint is online.
    /// - Throws: `PorticoError`, also when the edge refuses the endpoint.
    public func listen(_ options: EndpointOptions = EndpointOptions()) async throws -> Listener {
        try await self.session.listen(options)
    }

    /// How the connection stands now.
    public var status: Status { self.session.board.status }

    /// Why no data flows to an endpoint, of those where none does: a session may be online and the service behind it
    /// gone. The edge looks every few seconds (`Configuration.probeInterval`), by the way that visitors come.
    public var stalls: [Endpoint.ID: PorticoError] { self.session.board.stalls }

    /// What the edge said when it accepted the session last; nil before the first time.
    public var details: SessionDetails? { self.session.board.details }

    /// What happens from now on. Each call has its own events, of which the last 256 are kept for a slow reader; they
    /// end when the agent is closed.
    public func events() -> AsyncStream<Event> { self.session.board.events() }

    /// Takes all endpoints offline, takes leave of the edge and closes; connections under way are cut. Returns when it
    /// is done, at the latest after a few seconds.
    public func close() async { await self.session.close() }
}
