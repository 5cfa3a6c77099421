/// Keeps an agent connected.
actor AgentSession {
    let board = AgentBoard()
    private let configuration: Agent.Configuration

    init(_ configuration: Agent.Configuration) {
        self.configuration = configuration
    }

    func start() async throws {
        throw PorticoError(.unreachable, "The agent protocol is not on board yet.")
    }

    func forward(to upstream: Upstream, options: EndpointOptions) async throws -> Endpoint {
        throw PorticoError(.disconnected, "The agent protocol is not on board yet.")
    }

    func listen(_ options: EndpointOptions) async throws -> Listener {
        throw PorticoError(.disconnected, "The agent protocol is not on board yet.")
    }

    func unbind(_ endpoint: Endpoint.ID) async {}

    func close() async {}
}
