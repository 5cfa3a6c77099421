import AgentProtocol
import Model
import NIOCore

/// Keeps an agent connected: the leg that leads the session, further legs where the edge wants them, and the endpoints
/// that are bound on all of them.
///
/// What is called from outside is here; `+Lead` and `+FurtherLegs` keep the legs, `+Endpoints` binds.
actor AgentSession {
    /// What the edge knows this session by. It is sent with each Auth, so that a lost session is taken up again.
    struct Identity: Equatable {
        let clientID: String
        let cookie: String
    }

    /// The edge's legs beyond this many are not opened.
    static let maximumLegs = 4
    /// How long the edge may take to answer the farewell of all endpoints.
    private static let farewellLimit = Duration.seconds(2)

    nonisolated let board = AgentBoard()
    let configuration: Agent.Configuration
    let loops: [any EventLoop]

    var dialer: LegDialer?
    var identity: Identity?
    /// The legs that are online, by number; 0 leads.
    var legs: [Int: LegHandle] = [:]
    /// The legs that are connected and not yet online.
    var pending: [Int: LegHandle] = [:]
    /// What keeps each leg connected.
    var keepers: [Int: Task<Void, Never>] = [:]
    /// Where each further leg connects.
    var addresses: [Int: ServerAddress] = [:]
    /// In the order in which they were bound.
    var endpoints: [EndpointRecord] = []
    var lastEndpointID: UInt64 = 0
    /// Whether the edge says of endpoints whether their data flows.
    var edgeProbes = false
    var isClosed = false
    /// What looks for another connection in place of a lead that does not answer.
    var search: LeadSearch?
    private var opening: CheckedContinuation<Void, any Error>?
    private var leadWaiters: [CheckedContinuation<Void, Never>] = []

    init(_ configuration: Agent.Configuration) {
        self.configuration = configuration
        var loops = Array(configuration.eventLoopGroup.makeIterator())
        // Agents in one process begin on different loops.
        loops = loops.isEmpty ? [configuration.eventLoopGroup.next()] : loops
        let first = Int.random(in: 0..<loops.count)
        self.loops = Array(loops[first...] + loops[..<first])
    }

    /// Connects, and returns when the session is online.
    func start() async throws {
        guard !self.isClosed, self.keepers.isEmpty else {
            throw PorticoError(.closed, "An agent is started once.")
        }
        self.dialer = try LegDialer(self.configuration)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.opening = continuation
                self.keepers[0] = Task { await self.keepLead() }
            }
        } onCancel: {
            Task { await self.close() }
        }
    }

    /// Serves an upstream.
    func forward(to upstream: Upstream, options: EndpointOptions) async throws -> Endpoint {
        let id = self.nextEndpointID()
        let forwarding = try Forwarding(
            id,
            to: upstream,
            scheme: options.wish().scheme,
            options: options,
            observer: self.configuration.trafficObserver
        )
        let target = try StreamTarget(.upstream(forwarding), options)
        let record = try EndpointRecord(id, options: options, to: target)
        let bound = try await self.bind(record)
        return Endpoint(id: id, url: bound.url, options: options, upstream: upstream, session: self)
    }

    /// Serves an application.
    func listen(_ options: EndpointOptions) async throws -> Listener {
        let id = self.nextEndpointID()
        let (sink, connections) = ListenerSink.make()
        let target = try StreamTarget(.application(sink), options)
        let bound = try await self.bind(EndpointRecord(id, options: options, to: target))
        let endpoint = Endpoint(id: id, url: bound.url, options: options, upstream: nil, session: self)
        return Listener(endpoint: endpoint, connections: connections)
    }

    /// Takes everything offline and leaves.
    func close() async {
        guard !self.isClosed else { return }
        self.isClosed = true
        self.settleOpening(.failure(CancellationError()))
        if let lead = self.legs[0] { await self.unbindAll(on: lead) }
        for keeper in self.keepers.values { keeper.cancel() }
        self.search?.task.cancel()
        for leg in Array(self.pending.values) + Array(self.legs.values) { await leg.disconnect() }
        self.end(nil)
    }

    private func unbindAll(on lead: LegHandle) async {
        // The calls end with the leg: an edge that does not answer costs no more than the limit.
        let deadline = Task {
            try await Task.sleep(for: Self.farewellLimit)
            await lead.disconnect()
        }
        await withTaskGroup(of: Void.self) { group in
            for id in self.endpoints.compactMap(\.bindID) {
                // The leg is left in any case: an endpoint that could not be unbound goes with it.
                group.addTask { try? await lead.unbind(id) }
            }
        }
        deadline.cancel()
    }

    // MARK: - What the keepers tell

    /// The session is over for good.
    func end(_ error: PorticoError?) {
        self.isClosed = true
        for keeper in self.keepers.values { keeper.cancel() }
        self.settleOpening(.failure(error ?? PorticoError(.closed, "The agent was closed.")))
        for endpoint in self.endpoints { endpoint.target.finish(error) }
        self.endpoints = []
        self.legs = [:]
        self.wakeLeadWaiters()
        self.board.show(.closed(error))
    }

    /// Opens a leg on the loop that is its own.
    func dial(
        _ server: ServerAddress,
        number: Int,
        timeout: TimeAmount
    ) async throws(PorticoError) -> LegHandle {
        guard let dialer = self.dialer else { throw PorticoError(.closed, "The agent was not started.") }
        return try await dialer.dial(server, on: self.loops[number % self.loops.count], timeout: timeout)
    }

    /// Draws the jitter of a wait, on the early side: waits of a second at most let an agent be back within a second of
    /// its edge, dialling and binding included (docs/decisions/0062-early-jitter.md).
    func jitter() -> Double { .random(in: 0...0.4) }

    func settleOpening(_ result: Result<Void, any Error>) {
        self.opening?.resume(with: result)
        self.opening = nil
    }

    /// Whether the first connect is still under way.
    var isOpening: Bool { self.opening != nil }

    // MARK: - Waiting for the lead

    /// The leg that leads, as soon as there is one.
    ///
    /// - Throws: `.closed`.
    func lead() async throws(PorticoError) -> LegHandle {
        while !self.isClosed {
            if let lead = self.legs[0], self.search?.isDecided != true { return lead }
            await withCheckedContinuation { self.leadWaiters.append($0) }
        }
        throw PorticoError(.closed, "The agent was closed.")
    }

    func wakeLeadWaiters() {
        for waiter in self.leadWaiters { waiter.resume() }
        self.leadWaiters = []
    }

    private func nextEndpointID() -> Endpoint.ID {
        self.lastEndpointID += 1
        return Endpoint.ID(value: self.lastEndpointID)
    }
}
