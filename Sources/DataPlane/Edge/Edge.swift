import Addressing
package import EdgeLink
package import Logging
package import Model
import NIOCore
import NIOPosix
import NIOSSL
import Proxy
import Routing
import Sessions

/// The data plane of one edge node: its event loops, its listeners, and what the control plane tells it.
///
/// The actor holds what changes rarely: listeners and the table in force. What a request touches lives on the event
/// loops, each with its own copy.
package actor Edge {
    private let configuration: EdgeConfiguration
    private let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    private let directory = SessionDirectory()
    private let limiter: ConnectionLimiter
    private var loops: [NIOLoopBound<EdgeLoop>] = []
    private var acceptor: Acceptor?
    private var listeners: [Listener] = []
    private var tcpListeners: [UInt16: Listener] = [:]
    private var gates = EndpointGates()
    private var revision: UInt64 = 0
    private var isDraining = false

    /// The ports that the listeners of the configuration got, in its order.
    package struct Ports: Sendable {
        package var http: [UInt16] = []
        package var https: [UInt16] = []
        package var agents: [UInt16] = []
    }

    package init(configuration: EdgeConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        let threads = configuration.threads > 0 ? configuration.threads : System.coreCount
        self.group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        self.limiter = ConnectionLimiter(
            total: configuration.connectionLimit,
            perAddress: configuration.connectionsPerAddress
        )
    }

    // MARK: Life

    /// Opens the listeners. Agents that come are let in by `control`.
    ///
    /// - Throws: `Failure` with the listener or the certificate that does not work; nothing stays open then.
    package func start(control: any ControlPlane) async throws -> Ports {
        let contexts = try TLSContexts(self.configuration.certificates)
        try await self.makeLoops(contexts)
        let acceptor = Acceptor(
            configuration: self.configuration,
            control: control,
            limiter: self.limiter,
            logger: self.logger
        )
        self.acceptor = acceptor
        var ports = Ports()
        do {
            for address in self.configuration.http {
                ports.http.append(try await self.listen(address) { try acceptor.acceptHTTP($0, $1) })
            }
            for address in self.configuration.https {
                ports.https.append(try await self.listen(address) { try acceptor.acceptTLS($0, $1) })
            }
            for address in self.configuration.agents {
                let listener = try await Listener.openSpread(address, on: self.loops, group: self.group) {
                    try acceptor.acceptAgent($0, $1)
                }
                self.listeners.append(listener)
                ports.agents.append(listener.port)
            }
        } catch {
            await self.closeListeners()
            throw error
        }
        return ports
    }

    private func listen(
        _ address: EdgeConfiguration.ListenAddress,
        accept: @escaping @Sendable (EdgeLoop, any Channel) throws -> Void
    ) async throws -> UInt16 {
        let listener = try await Listener.open(address, on: self.loops, accept: accept)
        self.listeners.append(listener)
        return listener.port
    }

    private func makeLoops(_ contexts: TLSContexts) async throws {
        var index = 0
        var agents: [NIOLoopBound<LoopAgents>] = []
        for eventLoop in self.group.makeIterator() {
            let number = index
            index += 1
            let made = try await eventLoop.submit { [directory, configuration] in
                let loop = EdgeLoop(
                    eventLoop: eventLoop,
                    index: number,
                    directory: directory,
                    configuration: configuration,
                    contexts: contexts
                )
                loop.startTicking()
                return (
                    NIOLoopBound(loop, eventLoop: eventLoop), NIOLoopBound(loop.agents, eventLoop: eventLoop)
                )
            }.get()
            self.loops.append(made.0)
            agents.append(made.1)
        }
        try await LoopAgents.connect(agents).get()
    }

    /// Serves these certificates to whoever connects from now on; what is connected stays as it is.
    ///
    /// - Throws: `Failure` when one of them cannot be used; the old ones stay in force then.
    package func replaceCertificates(_ certificates: [ServedCertificate]) async throws {
        let contexts = try TLSContexts(certificates)
        await self.onEachLoop { $0.contexts = contexts }
    }

    /// Ends in good order: no new visitors, what is under way ends by itself or after `drainDuration`, then agents
    /// are told to go elsewhere.
    package func drain() async {
        guard !self.isDraining else { return }
        self.isDraining = true
        await self.closeListeners()
        await self.onEachLoop { $0.proxy.drain() }
        await Self.wait(atMost: self.configuration.drainDuration) { [limiter] in limiter.count == 0 }
        if self.limiter.count > 0 {
            self.logger.warning("connections cut at the end of the drain", metadata: ["count": "\(self.limiter.count)"])
        }
        await self.onEachLoop { loop in
            loop.proxy.closeAll()
            for connection in loop.agents.localConnections { connection.goAway() }
        }
        await Self.wait(atMost: .seconds(2)) { [directory] in directory.count == 0 }
    }

    /// Looks at a counter that all loops share until it is as wished, the time is over, or the task is cancelled. Only
    /// the end of a process waits like this.
    private static func wait(atMost duration: Duration, until isReached: @Sendable () -> Bool) async {
        let deadline = ContinuousClock.now + duration
        while !isReached(), ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
        }
    }

    /// Stops the event loops; the last call.
    package func stop() async {
        await self.closeListeners()
        await self.onEachLoop { loop in
            loop.stopTicking()
            loop.proxy.closeAll()
            for connection in loop.agents.localConnections { connection.close() }
        }
        do {
            try await self.group.shutdownGracefully()
        } catch {
            self.logger.warning("event loops did not stop in good order", metadata: ["error": "\(error)"])
        }
    }

    private func closeListeners() async {
        let all = self.listeners + self.tcpListeners.values
        self.listeners = []
        self.tcpListeners = [:]
        for listener in all { await listener.close() }
    }

    private func onEachLoop(_ work: @escaping @Sendable (EdgeLoop) -> Void) async {
        for loop in self.loops {
            // A loop that has shut down has nothing left to do this to.
            try? await loop.eventLoop.submit { work(loop.value) }.get()
        }
    }

    // MARK: Numbers

    /// A snapshot of what the loops have counted.
    package func statistics() async -> EdgeStatistics {
        var sum = EdgeStatistics(agents: self.directory.count, visitors: self.limiter.count)
        for loop in self.loops {
            guard let counters = try? await loop.eventLoop.submit({ loop.value.proxy.counters.snapshot }).get() else {
                continue
            }
            sum.connections += counters.connections
            sum.requests += counters.requests
            sum.failedExchanges += counters.failedExchanges
            sum.limitsReached += counters.limitsReached
        }
        return sum
    }
}

/// What an edge has done since it started, and what is connected now.
package struct EdgeStatistics: Sendable {
    package var agents: Int
    package var visitors: Int
    package var connections = 0
    package var requests = 0
    package var failedExchanges = 0
    package var limitsReached = 0
}

extension Edge: EdgeNode {
    package func apply(_ table: EndpointTable) async -> [ResourceID<EndpointKind>: Failure] {
        guard table.revision > self.revision, !self.loops.isEmpty else { return [:] }
        self.revision = table.revision
        var failed = self.compilePolicies(of: table)
        if !self.isDraining { failed.merge(await self.openPorts(of: table)) { first, _ in first } }
        let served = EndpointTable(
            revision: table.revision,
            endpoints: table.endpoints.filter { failed[$0.id] == nil }
        )
        for loop in self.loops {
            // A copy for each loop, made here so that the loop has only to swap it.
            let copy = RoutingTable(served)
            try? await loop.eventLoop.submit { [gates] in loop.value.proxy.publish(copy, gates: gates) }.get()
        }
        await self.closePortsNotIn(served)
        return failed
    }

    /// Makes the policies of the table ready to run, those that are as they were excepted.
    ///
    /// - Returns: the endpoints whose policy this edge cannot run.
    private func compilePolicies(of table: EndpointTable) -> [ResourceID<EndpointKind>: Failure] {
        var gates = EndpointGates()
        var failed: [ResourceID<EndpointKind>: Failure] = [:]
        for endpoint in table.endpoints {
            guard let policy = endpoint.policy else { continue }
            let before = self.gates[endpoint.id]
            if let before, before.text == policy.text {
                gates[endpoint.id] = before
                continue
            }
            do throws(Failure) {
                gates[endpoint.id] = try EndpointGate(policy, for: endpoint, after: before)
            } catch {
                failed[endpoint.id] = error
            }
        }
        self.gates = gates
        return failed
    }

    /// Opens listeners for TCP endpoints that have none yet.
    private func openPorts(of table: EndpointTable) async -> [ResourceID<EndpointKind>: Failure] {
        var failed: [ResourceID<EndpointKind>: Failure] = [:]
        var failedPorts: [UInt16: Failure] = [:]
        for endpoint in table.endpoints where endpoint.url.scheme == .tcp {
            let port = endpoint.url.port
            guard self.tcpListeners[port] == nil, let acceptor = self.acceptor else { continue }
            if let failure = failedPorts[port] {
                failed[endpoint.id] = failure
                continue
            }
            do {
                self.tcpListeners[port] = try await Listener.open(
                    .init(host: self.configuration.tcpHost, port: port),
                    on: self.loops
                ) { try acceptor.acceptTCP($0, $1, port: port) }
            } catch {
                let failure =
                    error as? Failure ?? Failure(.listenFailed, "Cannot listen on port \(port).", detail: "\(error)")
                failedPorts[port] = failure
                failed[endpoint.id] = failure
            }
        }
        return failed
    }

    private func closePortsNotIn(_ table: EndpointTable) async {
        let wanted = Set(table.endpoints.filter { $0.url.scheme == .tcp }.map(\.url.port))
        for (port, listener) in self.tcpListeners where !wanted.contains(port) {
            self.tcpListeners[port] = nil
            await listener.close()
        }
    }

    package func close(_ connection: ConnectionID, because failure: Failure?) async {
        guard let agent = self.directory.connection(connection) else { return }
        try? await agent.eventLoop.flatSubmit {
            agent.value.end(because: failure)
        }.get()
    }

    package func stopEndpoint(bindID: String, on connection: ConnectionID, because failure: Failure) async {
        guard let agent = self.directory.connection(connection) else { return }
        try? await agent.eventLoop.submit {
            agent.value.stopEndpoint(bindID: bindID, because: failure)
        }.get()
    }
}
