import Addressing
package import Logging
import Model
package import Portico

/// Serves the endpoints of the cluster: an agent session, and one of its endpoints for each that is wished for.
///
/// The session is kept for ever, and so are endpoints that the edge has accepted; what it refuses is told, and tried again
/// with the next call.
package actor AgentEndpoints {
    /// How many binds are under way at the same time.
    private static let concurrency = 16
    /// Until a session that was refused is asked for again.
    private static let patience = Duration.seconds(60)
    /// For visitors who are being served when the process ends.
    private static let farewell = Duration.seconds(2)

    private let configuration: Agent.Configuration
    private let logger: Logger
    private let changed: @Sendable () -> Void
    private var agent: Agent?
    private var opened: [AgentWish: Endpoint] = [:]
    /// Why there is no session; nil where there is one, or none was tried yet.
    private(set) var trouble: PorticoError?

    /// - Parameters:
    ///   - configuration: where the edge is, and who asks.
    ///   - logger: is told how the session stands.
    ///   - changed: called when endpoints must be looked at again.
    package init(_ configuration: Agent.Configuration, logger: Logger, changed: @escaping @Sendable () -> Void) {
        var configuration = configuration
        configuration.retriesFirstConnect = true
        self.configuration = configuration
        self.logger = logger
        self.changed = changed
    }

    /// Whether the session is online.
    package var isOnline: Bool { self.agent?.status == .online }

    /// Keeps a session until the task is cancelled, and takes leave of the edge then.
    package func run() async {
        while !Task.isCancelled {
            let agent = Agent(self.configuration)
            let events = agent.events()
            do {
                try await agent.start()
                self.agent = agent
                self.trouble = nil
                self.logger.info("agent session is online")
                self.changed()
                // They end with the task.
                for await event in events {
                    if case .endpointStopped(let id, let error) = event { self.stopped(id, error) }
                }
            } catch {
                self.note(error)
            }
            let endpoints = Array(self.opened.values)
            self.agent = nil
            self.opened = [:]
            // A cancelled task would not wait for the farewell.
            await Task { await Self.leave(agent, endpoints) }.value
            // Credentials may be mended while we run: the process stays, and asks again. Cancelled, the loop ends.
            try? await Task.sleep(for: Self.patience)
        }
    }

    /// No visitor comes any more, those that are here go on for a moment, and then the session ends.
    private static func leave(_ agent: Agent, _ endpoints: [Endpoint]) async {
        await withDiscardingTaskGroup { group in
            for endpoint in endpoints { group.addTask { await endpoint.close() } }
        }
        // The task is its own, which nobody cancels.
        if !endpoints.isEmpty { try? await Task.sleep(for: Self.farewell) }
        await agent.close()
    }

    private func note(_ error: any Error) {
        guard let error = error as? PorticoError else { return }
        self.trouble = error
        self.logger.error("agent session is refused", metadata: ["error": "\(error)"])
        self.changed()
    }

    /// The edge took an endpoint away: it is opened again.
    private func stopped(_ id: Endpoint.ID, _ error: PorticoError) {
        guard let wish = self.opened.first(where: { $0.value.id == id })?.key else { return }
        self.opened[wish] = nil
        self.logger.warning("edge stopped an endpoint", metadata: ["endpoint.url": "\(wish.url)", "error": "\(error)"])
        self.changed()
    }

    /// The URLs that are open.
    var urls: Set<String> { Set(self.opened.keys.map(\.url)) }

    /// Opens what is missing; what is wished for no more stays until `close`. Called by one at a time.
    ///
    /// - Returns: what could not be opened, and why.
    func open(_ wished: Set<AgentWish>) async -> [AgentWish: PorticoError] {
        guard let agent else {
            let error = self.trouble ?? PorticoError(.disconnected, .edgeUnreachable)
            return Dictionary(uniqueKeysWithValues: wished.map { ($0, error) })
        }
        var failures: [AgentWish: PorticoError] = [:]
        for (wish, result) in await Self.open(AgentPlan(from: Set(self.opened.keys), to: wished).open, with: agent) {
            switch result {
            case .success(let endpoint): self.opened[wish] = endpoint
            case .failure(let error): failures[wish] = error
            }
        }
        return failures
    }

    /// Closes all but what is wished for; and but those at `urls`, where what was to replace them is not there yet.
    func close(allBut wished: Set<AgentWish>, keeping urls: Set<String>) async {
        for wish in AgentPlan(from: Set(self.opened.keys), to: wished).close where !urls.contains(wish.url) {
            guard let endpoint = self.opened.removeValue(forKey: wish) else { continue }
            await endpoint.close()
        }
    }

    private static func open(
        _ wishes: [AgentWish],
        with agent: Agent
    ) async -> [(AgentWish, Result<Endpoint, PorticoError>)] {
        await withTaskGroup(of: (AgentWish, Result<Endpoint, PorticoError>).self) { group in
            var results: [(AgentWish, Result<Endpoint, PorticoError>)] = []
            var waiting = wishes.makeIterator()
            for _ in 0..<Self.concurrency {
                guard let wish = waiting.next() else { break }
                group.addTask { (wish, await Self.open(wish, with: agent)) }
            }
            while let result = await group.next() {
                results.append(result)
                guard let wish = waiting.next() else { continue }
                group.addTask { (wish, await Self.open(wish, with: agent)) }
            }
            return results
        }
    }

    private static func open(_ wish: AgentWish, with agent: Agent) async -> Result<Endpoint, PorticoError> {
        do {
            return .success(try await agent.forward(to: wish.upstream, options: wish.options))
        } catch let error as PorticoError {
            return .failure(error)
        } catch {
            return .failure(PorticoError(.disconnected, .sessionLost))
        }
    }
}
