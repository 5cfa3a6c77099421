/// A URL that visitors reach, and that this process serves until `close()`.
public final class Endpoint: Sendable, Identifiable {
    /// Names an endpoint within its agent.
    public struct ID: Sendable, Hashable {
        let value: UInt64

        package init(value: UInt64) {
            self.value = value
        }

        /// For those who show it; it means nothing elsewhere.
        package var text: String { "ep_\(self.value)" }
    }

    public let id: ID
    /// What visitors use, for instance `https://k3f9.example.com`. It survives reconnects.
    public let url: String
    public let options: EndpointOptions
    /// What is dialled for visitors; nil where a `Listener` takes their connections.
    public let upstream: Upstream?

    private let session: AgentSession

    init(id: ID, url: String, options: EndpointOptions, upstream: Upstream?, session: AgentSession) {
        self.id = id
        self.url = url
        self.options = options
        self.upstream = upstream
        self.session = session
    }

    /// Takes the endpoint offline. Visitors' connections that are under way go on.
    public func close() async { await self.session.unbind(self.id) }
}
