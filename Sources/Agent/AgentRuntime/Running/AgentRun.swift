package import Portico

/// One run of an agent: connects, serves endpoints, and ends when it is told to.
package struct AgentRun: Sendable {
    private let configuration: Agent.Configuration
    private let endpoints: [EndpointDefinition]
    private let display: any AgentDisplay
    private let service: (any LocalService)?
    private let folders: (any FolderServing)?
    private let upkeep: (any AgentUpkeep)?

    /// How a run ended that nothing has gone wrong in.
    package enum End: Sendable, Equatable {
        case stopped
        /// The edge wants the agent to begin anew, as the program that is installed now.
        case restart
    }

    /// - Parameters:
    ///   - configuration: of the agent.
    ///   - endpoints: what it serves from the beginning.
    ///   - display: what it shows itself on.
    ///   - service: what answers on this machine before the agent connects; nil for nothing.
    ///   - folders: serves the files of `file://` upstreams; nil where there can be none.
    ///   - upkeep: looks for newer versions and installs them; nil where there are none.
    package init(
        _ configuration: Agent.Configuration,
        serving endpoints: [EndpointDefinition],
        display: any AgentDisplay,
        service: (any LocalService)? = nil,
        folders: (any FolderServing)? = nil,
        upkeep: (any AgentUpkeep)? = nil
    ) {
        var configuration = configuration
        configuration.trafficObserver = display
        self.configuration = configuration
        self.endpoints = endpoints
        self.display = display
        self.service = service
        self.folders = folders
        self.upkeep = upkeep
    }

    private enum Step: Sendable {
        /// Every endpoint is online; the run goes on.
        case serving
        /// The run is over, and nothing went wrong.
        case over(End)
    }

    /// Runs until `stop` yields or ends, the edge tells the agent to stop, or something fails that trying again does
    /// not cure.
    ///
    /// - Throws: `PorticoError`: the session or an endpoint was refused, the edge took the last endpoint away.
    @discardableResult
    package func run(until stop: AsyncStream<Void>) async throws -> End {
        let agent = Agent(self.configuration)
        let events = agent.events()
        let running = RunningAgent(
            agent: agent,
            endpoints: RunningEndpoints(on: agent, display: self.display, folders: self.folders),
            display: self.display
        )
        let (updated, updates) = AsyncStream.makeStream(of: Void.self)
        let end: End
        do {
            end = try await withThrowingTaskGroup(of: Step.self) { group in
                group.addTask { try await self.follow(events, of: running, updates) }
                if let upkeep {
                    group.addTask {
                        await upkeep.look { self.display.updateAvailable($0) }
                        return .serving
                    }
                }
                group.addTask {
                    for await _ in updated { break }
                    return .over(.restart)
                }
                let (listening, continuation) = AsyncStream.makeStream(of: Void.self)
                if let service {
                    group.addTask {
                        defer { continuation.finish() }
                        try await service.run(running) { continuation.finish() }
                        return .over(.stopped)
                    }
                } else {
                    continuation.finish()
                }
                group.addTask {
                    // Who waits for the session asks the local service next.
                    for await _ in listening {}
                    return try await self.serve(on: running)
                }
                group.addTask {
                    for await _ in stop { break }
                    return .over(.stopped)
                }
                defer { group.cancelAll() }
                while let step = try await group.next() {
                    if case .over(let end) = step { return end }
                }
                return .stopped
            }
        } catch {
            self.display.failed(error)
            await self.display.finish()
            await agent.close()
            await self.folders?.close()
            throw error
        }
        await self.display.finish()
        await agent.close()
        await self.folders?.close()
        return end
    }

    private func serve(on running: RunningAgent) async throws -> Step {
        try await running.agent.start()
        for definition in self.endpoints { try await running.endpoints.start(definition) }
        return .serving
    }

    private func follow(
        _ events: AsyncStream<Agent.Event>,
        of running: RunningAgent,
        _ updates: AsyncStream<Void>.Continuation
    ) async throws -> Step {
        for await event in events {
            self.display.happened(event, details: running.agent.details)
            switch event {
            case .commandReceived(.stop), .statusChanged(.closed(nil)):
                return .over(.stopped)
            case .commandReceived(.restart):
                return .over(.restart)
            case .commandReceived(.update(let version)):
                // It takes its time, in which the agent serves on.
                Task { await self.update(to: version, updates) }
            case .statusChanged(.closed(let error?)):
                throw error
            case .endpointStopped(let id, let error):
                await running.endpoints.forget(id)
                // Where others may come by the local service, the agent goes on without any.
                if self.service == nil || !self.endpoints.isEmpty, await running.endpoints.all.isEmpty { throw error }
            default:
                break
            }
        }
        return .over(.stopped)
    }

    private func update(to version: String?, _ updates: AsyncStream<Void>.Continuation) async {
        do {
            if try await self.upkeep?.install(version) == true { updates.yield() }
        } catch {
            self.display.updateFailed(error)
        }
    }
}

/// Looks for newer versions of this program, and puts them in its place.
package protocol AgentUpkeep: Sendable {
    /// Looks now and then, until it is cancelled, and tells of what is newer.
    func look(_ tell: @Sendable (String) -> Void) async

    /// Installs a version, the newest one for nil, where it is not there already.
    ///
    /// - Returns: whether another program is installed now.
    func install(_ version: String?) async throws -> Bool
}
