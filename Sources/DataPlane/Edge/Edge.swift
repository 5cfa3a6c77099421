import Addressing
package import EdgeLink
package import Logging
import Model
import NIOCore
import NIOPosix
import NIOSSL
import Proxy
import Routing
import SSHGateway
import Sessions

/// The data plane of one edge node: its event loops, its listeners, and what the control plane tells it.
///
/// The actor holds what changes rarely: listeners and the table in force. What a request touches lives on the event
/// loops, each with its own copy.
package actor Edge {
    var configuration: EdgeConfiguration
    private let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    let directory = SessionDirectory()
    let limiter: ConnectionLimiter
    private let policyTLS = VisitorTLSTable.Shared()
    var loops: [NIOLoopBound<EdgeLoop>] = []
    var acceptor: Acceptor?
    private var sshGateway: SSHGateway?
    private var listeners: [Listener] = []
    var tcpListeners: [UInt16: Listener] = [:]
    /// Of the table in force.
    var revision: UInt64 = 0
    /// Of what is captured.
    var captureRevision: UInt64 = 0
    /// Of the restrictions in force.
    var restrictionsRevision: UInt64 = 0
    /// Of the domains that have one of their own.
    var domainCertificates = DomainCertificates()
    /// Of the answers to authorities that are in force.
    var challengeRevision: UInt64 = 0
    /// What is ready to run for the endpoints that have a policy.
    var policies = PolicyShelf()
    var planner = RoutingPlanner(loops: 0)
    /// The endpoints that cannot be served for the moment, each tried again with the next change.
    var unserved: [ResourceID<EndpointKind>: (endpoint: RoutedEndpoint, failure: Failure)] = [:]
    var isDraining = false
    /// Whether its event loops are gone, or going.
    private(set) var isStopped = false
    var memoryWatch: RepeatedTask?

    /// The ports that the listeners of the configuration got, in its order.
    package struct Ports: Sendable {
        package var http: [UInt16] = []
        package var https: [UInt16] = []
        package var agents: [UInt16] = []
        package var ssh: [UInt16] = []
    }

    package init(configuration: EdgeConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        let threads = configuration.threads > 0 ? configuration.threads : System.coreCount
        self.configuration.proxy.capture.loops = threads
        self.group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        self.limiter = ConnectionLimiter(configuration.connectionLimits)
    }

    // MARK: Life

    /// Opens the listeners. Agents that come are let in by `control`.
    ///
    /// - Throws: `Failure` with the listener or the certificate that does not work; nothing stays open then.
    package func start(control: any ControlPlane) async throws -> Ports {
        try await self.makeLoops(Admission(self.configuration))
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
            ports.ssh = try await self.listenForSSH(acceptor, control)
        } catch {
            await self.closeListeners()
            throw error
        }
        return ports
    }

    private func listenForSSH(_ acceptor: Acceptor, _ control: any ControlPlane) async throws -> [UInt16] {
        guard !self.configuration.ssh.isEmpty else { return [] }
        let gateway = try SSHGateway(
            self.configuration.sshGateway,
            region: self.configuration.region,
            control: control,
            logger: self.logger
        )
        self.sshGateway = gateway
        var ports: [UInt16] = []
        for address in self.configuration.ssh {
            let listener = try await Listener.openSpread(address, on: self.loops, group: self.group) {
                try acceptor.acceptSSH($0, $1, gateway)
            }
            self.listeners.append(listener)
            ports.append(listener.port)
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

    private func makeLoops(_ admission: Admission) async throws {
        var index = 0
        var agents: [NIOLoopBound<LoopAgents>] = []
        for eventLoop in self.group.makeIterator() {
            let number = index
            index += 1
            let made = try await eventLoop.submit { [directory, configuration, policyTLS, logger] in
                let loop = EdgeLoop(
                    eventLoop: eventLoop,
                    index: number,
                    directory: directory,
                    configuration: configuration,
                    admission: admission,
                    policyTLS: policyTLS,
                    whenUnusable: { domain, error in
                        logger.error(
                            "the certificate of a domain cannot be served",
                            metadata: [
                                "domain": "\(domain)", "error.detail": "\((error as? Failure)?.detail ?? "\(error)")",
                            ]
                        )
                    }
                )
                loop.startTicking()
                return (
                    NIOLoopBound(loop, eventLoop: eventLoop), NIOLoopBound(loop.agents, eventLoop: eventLoop)
                )
            }.get()
            self.loops.append(made.0)
            agents.append(made.1)
        }
        self.planner = RoutingPlanner(loops: self.loops.count)
        self.watchMemory()
        try await LoopAgents.connect(agents).get()
        await self.followSubscribers()
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
        self.memoryWatch?.cancel()
        await self.onEachLoop { loop in
            loop.stopTicking()
            loop.proxy.closeAll()
            for connection in loop.agents.localConnections { connection.close() }
        }
        self.isStopped = true
        await self.sshGateway?.stop()
        // What the control plane has been asked is answered on the loops.
        await Self.wait(atMost: .seconds(2)) { [directory] in directory.questions == 0 }
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

    func onEachLoop(_ work: @escaping @Sendable (EdgeLoop) -> Void) async {
        for loop in self.loops {
            // A loop that has shut down, or is about to, takes no work and has nothing left to do this to.
            guard !self.isStopped else { return }
            try? await loop.eventLoop.submit { work(loop.value) }.get()
        }
    }
}
