import Addressing
import EdgeLink
import Model

/// An edge at the seam of EdgeLink: it keeps what it is told and serves nothing.
actor FakeEdge: EdgeNode {
    struct Closing {
        let connection: ConnectionID
        let code: Int?
    }

    private(set) var tables: [EndpointTable] = []
    private(set) var closings: [Closing] = []
    private(set) var restrictions: [ResourceID<AccountKind>: IPAccessList] = [:]
    private(set) var certificates: [HostPattern: DomainCertificate.KeyPair] = [:]
    /// How many tables were on their way at the same time, at most.
    private(set) var mostInFlight = 0
    private var inFlight = 0
    /// The connections whose endpoints took visitors when the last command came.
    private(set) var servedAtCommand: [UInt64]?
    private var commandRefusal: Failure?
    /// Ports that another process has.
    private var takenPorts: Set<UInt16> = []
    private var isGated = false
    private var gated: [CheckedContinuation<Void, Never>] = []
    private var watchers: [(test: @Sendable (FakeEdge.View) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
        []

    /// What can be waited for.
    struct View {
        let table: EndpointTable?
        let closings: [Closing]
        let restrictions: [ResourceID<AccountKind>: IPAccessList]
        let certificates: [HostPattern: DomainCertificate.KeyPair]
        /// Tables that the edge is held back from applying.
        let gatedCount: Int
    }

    func apply(_ changes: EndpointChanges) async -> [ResourceID<EndpointKind>: Failure]? {
        guard let table = self.tables.last, table.revision == changes.base else { return nil }
        let gone = Set(changes.removed + changes.put.map(\.id))
        return await self.apply(
            EndpointTable(
                revision: changes.revision,
                endpoints: table.endpoints.filter { !gone.contains($0.id) } + changes.put
            )
        )
    }

    func apply(_ table: EndpointTable) async -> [ResourceID<EndpointKind>: Failure] {
        self.inFlight += 1
        self.mostInFlight = max(self.mostInFlight, self.inFlight)
        defer { self.inFlight -= 1 }
        if self.isGated {
            await withCheckedContinuation { continuation in
                self.gated.append(continuation)
                self.look()
            }
        }
        self.tables.append(table)
        self.look()
        let failed = table.endpoints.filter { $0.url.scheme == .tcp && self.takenPorts.contains($0.url.port) }
        return Dictionary(uniqueKeysWithValues: failed.map { ($0.id, Failure(.portTaken, "Another has it.")) })
    }

    func apply(_ restrictions: VisitorRestrictions) {
        self.restrictions = restrictions.lists
        self.look()
    }

    func apply(_ certificates: [DomainCertificate]) -> [HostPattern: Failure] {
        for certificate in certificates { self.certificates[certificate.domain] = certificate.keyPair }
        self.look()
        return [:]
    }

    func apply(_ answers: ChallengeAnswers) {}

    private(set) var captures: [ResourceID<AccountKind>: CaptureSettings] = [:]

    func apply(_ orders: CaptureOrders) {
        self.captures = orders.accounts
        self.look()
    }

    func replay(_ order: ReplayOrder) throws(Failure) -> ReplayAnswer {
        throw Failure(.replayNotPossible, "This edge serves nothing.")
    }

    func close(_ connection: ConnectionID, because failure: Failure?) {
        self.closings.append(Closing(connection: connection, code: failure?.code.number))
        self.look()
    }

    func stopEndpoint(bindID: String, on connection: ConnectionID, because failure: Failure) {}

    func command(
        _ command: AgentCommand,
        on connection: ConnectionID,
        sparing legs: [ConnectionID]
    ) throws(Failure) {
        self.servedAtCommand = self.tables.last?.endpoints.flatMap(\.connections).sorted() ?? []
        if let commandRefusal { throw commandRefusal }
    }

    // MARK: - For tests

    var view: View {
        View(
            table: self.tables.last,
            closings: self.closings,
            restrictions: self.restrictions,
            certificates: self.certificates,
            gatedCount: self.gated.count
        )
    }

    func refuseCommands(with failure: Failure) { self.commandRefusal = failure }

    func takePorts(_ ports: some Sequence<UInt16>) { self.takenPorts.formUnion(ports) }

    /// Holds every table back until the gate opens.
    func shutGate() { self.isGated = true }

    func openGate() {
        self.isGated = false
        let gated = self.gated
        self.gated = []
        for continuation in gated { continuation.resume() }
    }

    /// Returns when `test` holds.
    func wait(until test: @escaping @Sendable (View) -> Bool) async {
        guard !test(self.view) else { return }
        await withCheckedContinuation { self.watchers.append((test, $0)) }
    }

    private func look() {
        let view = self.view
        let done = self.watchers.filter { $0.test(view) }
        self.watchers.removeAll { $0.test(view) }
        for watcher in done { watcher.continuation.resume() }
    }
}

extension EndpointTable {
    var urls: [String] { self.endpoints.map(\.url.description).sorted() }
}
