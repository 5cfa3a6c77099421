package import Portico

/// One run of an agent: connects, serves endpoints, and ends when it is told to.
package struct AgentRun: Sendable {
    private let configuration: Agent.Configuration
    private let endpoints: [EndpointDefinition]
    private let display: any AgentDisplay

    package init(
        _ configuration: Agent.Configuration,
        serving endpoints: [EndpointDefinition],
        display: any AgentDisplay
    ) {
        var configuration = configuration
        configuration.trafficObserver = display
        self.configuration = configuration
        self.endpoints = endpoints
        self.display = display
    }

    private enum Step: Sendable {
        /// Every endpoint is online; the run goes on.
        case serving
        /// The run is over, and nothing went wrong.
        case over
    }

    /// Runs until `stop` yields or ends, the edge tells the agent to stop, or something fails that trying again does
    /// not cure.
    ///
    /// - Throws: `PorticoError`: the session or an endpoint was refused, the edge took the last endpoint away.
    package func run(until stop: AsyncStream<Void>) async throws {
        let agent = Agent(self.configuration)
        let events = agent.events()
        do {
            try await withThrowingTaskGroup(of: Step.self) { group in
                group.addTask { try await self.follow(events, of: agent) }
                group.addTask { try await self.serve(on: agent) }
                group.addTask {
                    for await _ in stop { break }
                    return .over
                }
                defer { group.cancelAll() }
                while let step = try await group.next() {
                    if case .over = step { return }
                }
            }
        } catch {
            self.display.failed(error)
            await self.display.finish()
            await agent.close()
            throw error
        }
        await self.display.finish()
        await agent.close()
    }

    private func serve(on agent: Agent) async throws -> Step {
        try await agent.start()
        for definition in self.endpoints {
            let endpoint = try await agent.forward(to: definition.upstream, options: definition.options)
            self.display.endpointStarted(endpoint, name: definition.name)
        }
        return .serving
    }

    private func follow(_ events: AsyncStream<Agent.Event>, of agent: Agent) async throws -> Step {
        var left = self.endpoints.count
        for await event in events {
            self.display.happened(event, details: agent.details)
            switch event {
            case .commandReceived(.stop), .statusChanged(.closed(nil)):
                return .over
            case .statusChanged(.closed(let error?)):
                throw error
            case .endpointStopped(_, let error):
                left -= 1
                if left == 0 { throw error }
            default:
                break
            }
        }
        return .over
    }
}
