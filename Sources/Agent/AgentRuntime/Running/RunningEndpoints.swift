import Model
package import Portico

/// An endpoint that is online, with what was asked for.
package struct RunningEndpoint: Sendable {
    package let definition: EndpointDefinition
    package let endpoint: Endpoint

    package var name: String { self.definition.name }
}

/// The endpoints of an agent by their local names: those of the command line and of files, and those that come and go
/// by the local API.
package actor RunningEndpoints {
    /// Endpoints that one agent has at most.
    package static let limit = 1000

    private let agent: Agent
    private let display: any AgentDisplay
    private let folders: (any FolderServing)?
    /// In the order in which they came.
    private var running: [RunningEndpoint] = []
    /// Names that are taken by endpoints which are not online yet.
    private var starting: Set<String> = []

    /// - Parameters:
    ///   - agent: whose endpoints they are.
    ///   - display: is told of them.
    ///   - folders: serves the files of `file://` upstreams; nil where there can be none.
    package init(on agent: Agent, display: any AgentDisplay, folders: (any FolderServing)? = nil) {
        self.agent = agent
        self.display = display
        self.folders = folders
    }

    package var all: [RunningEndpoint] { self.running }

    package func named(_ name: String) -> RunningEndpoint? { self.running.first { $0.name == name } }

    /// Brings an endpoint online.
    ///
    /// - Throws: where the name is taken, and as `Agent.forward` does.
    @discardableResult
    package func start(_ definition: EndpointDefinition) async throws -> RunningEndpoint {
        let name = definition.name
        guard self.named(name) == nil, self.running.count + self.starting.count < Self.limit,
            self.starting.insert(name).inserted
        else {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.usage.name,
                self.running.count >= Self.limit
                    ? "This agent has \(Self.limit) endpoints, and takes no more."
                    : "There is an endpoint \(name.quotedForDisplay) already.",
                remedy: "Stop one, or give another name."
            )
        }
        defer { self.starting.remove(name) }
        let endpoint = try await self.agent.forward(to: self.served(definition.upstream), options: definition.options)
        let running = RunningEndpoint(definition: definition, endpoint: endpoint)
        self.running.append(running)
        self.display.endpointStarted(endpoint, name: name)
        return running
    }

    /// The upstream as it can be dialled: files are served first.
    private func served(_ upstream: Upstream) async throws -> Upstream {
        guard let folder = upstream.folder else { return upstream }
        guard let folders else {
            throw PorticoError(.invalidConfiguration, .upstreamAddressInvalid, "Files are not served here.")
        }
        return upstream.served(behind: try await folders.serve(folder))
    }

    /// Takes an endpoint offline.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package func stop(_ name: String) async -> Bool {
        guard let index = self.running.firstIndex(where: { $0.name == name }) else { return false }
        let stopped = self.running.remove(at: index)
        await stopped.endpoint.close()
        self.display.endpointClosed(stopped.endpoint, name: name)
        return true
    }

    /// Forgets an endpoint that the edge took away.
    func forget(_ id: Endpoint.ID) {
        self.running.removeAll { $0.endpoint.id == id }
    }
}

/// An agent at work, for what serves people beside it.
package struct RunningAgent: Sendable {
    package let agent: Agent
    package let endpoints: RunningEndpoints
    package let display: any AgentDisplay

    package init(agent: Agent, endpoints: RunningEndpoints, display: any AgentDisplay) {
        self.agent = agent
        self.endpoints = endpoints
        self.display = display
    }
}

/// Serves the files of folders, over HTTP behind sockets that only this user reaches.
package protocol FolderServing: Sendable {
    /// - Returns: the path of a socket, which serves the folder until `close`; the same for the same folder.
    /// - Throws: where there is no such folder.
    func serve(_ folder: String) async throws -> String

    /// Ends all.
    func close() async
}

/// Serves people on this machine for as long as an agent runs.
package protocol LocalService: Sendable {
    /// Serves until it is cancelled.
    ///
    /// - Parameters:
    ///   - running: what it tells of.
    ///   - whenListening: is called once, when it answers.
    /// - Throws: where it cannot listen.
    func run(_ running: RunningAgent, whenListening: @escaping @Sendable () -> Void) async throws
}
