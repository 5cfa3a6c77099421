/// An endpoint whose visitors this process serves itself: a sequence of their connections.
///
/// ```swift
/// let listener = try await agent.listen(EndpointOptions(scheme: .tcp))
/// for try await connection in listener {
///     Task { try await serve(connection) }
/// }
/// ```
///
/// The sequence has one reader. It ends when the endpoint or the agent is closed, and throws when the edge takes the
/// endpoint away.
public struct Listener: AsyncSequence, Sendable {
    public typealias Element = Connection

    /// Connections that wait to be taken; a visitor beyond them is refused.
    public static let backlog = 128

    public let endpoint: Endpoint
    private let connections: AsyncThrowingStream<Connection, any Error>

    init(endpoint: Endpoint, connections: AsyncThrowingStream<Connection, any Error>) {
        self.endpoint = endpoint
        self.connections = connections
    }

    public func makeAsyncIterator() -> AsyncThrowingStream<Connection, any Error>.Iterator {
        self.connections.makeAsyncIterator()
    }

    /// What visitors use.
    public var url: String { self.endpoint.url }

    /// Takes the endpoint offline and ends the sequence. Connections that were taken go on.
    public func close() async { await self.endpoint.close() }
}
