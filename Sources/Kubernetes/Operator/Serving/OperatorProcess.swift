import APIClient
import Addressing
package import KubernetesClient
package import Logging
import Model
import Portico
import ServiceLifecycle
import Telemetry

/// An operator, whole: what follows the cluster, what serves its endpoints, and the loop between them.
///
/// It stays alive whatever is away, and says on `/readyz` what it waits for.
package struct OperatorProcess: Sendable {
    private let configuration: OperatorConfiguration
    private let logger: Logger
    private let client: ClusterClient
    private let signal = ChangeSignal()
    private let agent: AgentEndpoints
    private let view: ClusterView
    private let election: LeaderElection
    private let discovery: Discovery
    /// Is told the port of the health checks once it is open.
    private let whenListening: @Sendable (Int) -> Void

    /// Makes everything and starts nothing.
    ///
    /// - Parameters:
    ///   - configuration: whole and checked.
    ///   - logger: of the process.
    ///   - whenListening: is told the port of the health checks.
    /// - Throws: where the cluster's certificates or keys cannot be used.
    package init(
        _ configuration: OperatorConfiguration,
        logger: Logger,
        whenListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(ClusterConfigurationError) {
        self.configuration = configuration
        self.logger = logger
        self.whenListening = whenListening
        let product = "portico-operator/\(Agent.version)"
        self.client = try ClusterClient(configuration.cluster, product: product)
        self.discovery = Discovery(self.client)
        let changed: @Sendable () -> Void = { [signal] in signal.send() }
        self.agent = AgentEndpoints(configuration.agent, logger: logger, changed: changed)
        self.view = ClusterView(
            self.client,
            self.discovery,
            features: configuration.features,
            namespace: configuration.watchNamespace,
            logger: logger,
            changed: changed
        )
        self.election = LeaderElection(
            self.client,
            lease: ObjectKey(configuration.namespace, configuration.electionID),
            identity: configuration.identity,
            logger: logger,
            changed: { _ in changed() }
        )
    }

    /// Runs until it is shut down or its task is cancelled.
    ///
    /// - Throws: where an address of its own cannot be listened on.
    package func run() async throws {
        let state = OperatorState()
        defer { self.logger.info("operator has ended") }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.serveHealth(state) }
            await cancelWhenGracefulShutdown {
                await withDiscardingTaskGroup { parts in
                    parts.addTask { await self.view.run() }
                    parts.addTask { await self.agent.run() }
                    parts.addTask { await self.election.run() }
                    parts.addTask { await self.synchronize(state) }
                }
            }
            group.cancelAll()
        }
        await self.client.shutDown()
    }

    private func synchronize(_ state: OperatorState) async {
        guard let mark = await self.findMark(state) else { return }
        let edge = self.configuration.api.map { api in
            let connection = APIConnection(
                api.address,
                key: api.key,
                authorities: api.authorities,
                product: "portico-operator/\(Agent.version)"
            )
            return EdgeAPI(connection, mark: mark)
        }
        let synchronizer = Synchronizer(
            Synchronizer.Parts(
                view: self.view,
                translator: Translator(self.configuration.translation),
                agent: self.agent,
                cloud: edge.map { CloudEndpoints($0, logger: self.logger) },
                names: edge.map { EdgeNames($0, logger: self.logger) },
                addresses: edge.map { EdgeAddresses($0, logger: self.logger) },
                client: self.client,
                discovery: self.discovery,
                recorder: EventRecorder(
                    self.client,
                    component: self.configuration.release,
                    instance: self.configuration.identity,
                    logger: self.logger
                ),
                isLeading: { [election] in election.isLeading },
                signal: self.signal
            ),
            logger: self.logger
        )
        await state.began(synchronizer)
        await synchronizer.run()
    }

    /// Which installation this is: nothing can be written before it is known.
    private func findMark(_ state: OperatorState) async -> OperatorMark? {
        var backoff = Backoff(first: .seconds(1), longest: .seconds(60))
        let type = ResourceType(Namespace.resource, version: "v1")
        while !Task.isCancelled {
            do {
                let key = ObjectKey("", self.configuration.namespace)
                if let namespace: Namespace = try await self.client.get(as: type, key) {
                    return OperatorMark(namespaceUID: namespace.metadata.uid, release: self.configuration.release)
                }
                await state.waits("the namespace \(self.configuration.namespace) is not there")
            } catch {
                await state.waits("\(error)")
                self.logger.warning("cluster cannot be asked", metadata: ["error": "\(error)"])
            }
            // Cancelled meanwhile, the loop ends.
            try? await Task.sleep(for: backoff.next(chance: .random(in: 0...1)))
        }
        return nil
    }

    // MARK: - Health

    private func serveHealth(_ state: OperatorState) async throws {
        let numbers: @Sendable () async -> [MetricFamily] = {
            await state.numbers(isLeading: self.election.isLeading, isOnline: self.agent.isOnline)
        }
        let trouble: @Sendable () async -> String? = {
            if let trouble = await state.trouble { return trouble }
            if let trouble = await self.agent.trouble { return "\(trouble)" }
            return await self.agent.isOnline ? nil : "the edge is not connected to"
        }
        try await withThrowingDiscardingTaskGroup { group in
            if let address = self.configuration.health {
                let server = HealthServer(
                    address: address,
                    trouble: trouble,
                    numbers: numbers,
                    whenListening: self.whenListening
                )
                group.addTask { try await server.run() }
            }
            if let address = self.configuration.metrics, address != self.configuration.health {
                group.addTask { try await HealthServer(address: address, trouble: trouble, numbers: numbers).run() }
            }
        }
    }
}

/// How far the process is, for those who ask.
private actor OperatorState {
    private var synchronizer: Synchronizer?
    private var waiting = "the cluster is not read yet"

    func began(_ synchronizer: Synchronizer) { self.synchronizer = synchronizer }

    func waits(_ reason: String) { self.waiting = reason }

    var trouble: String? {
        get async {
            guard let synchronizer else { return self.waiting }
            if await synchronizer.runs == 0 { return await synchronizer.trouble ?? self.waiting }
            return nil
        }
    }

    func numbers(isLeading: Bool, isOnline: Bool) async -> [MetricFamily] {
        let numbers = await self.synchronizer?.numbers ?? Synchronizer.Numbers()
        return [
            MetricFamily("portico_operator_leader", .gauge, "Whether this replica writes.", isLeading ? 1 : 0),
            MetricFamily("portico_operator_session_online", .gauge, "Whether the agent is online.", isOnline ? 1 : 0),
            MetricFamily("portico_operator_runs_total", .counter, "Runs over the whole cluster.", numbers.runs),
            MetricFamily("portico_operator_endpoints", .gauge, "Endpoints that are wished for.", numbers.endpoints),
            MetricFamily("portico_operator_problems", .gauge, "What the edge did not do.", numbers.problems),
        ]
    }
}
