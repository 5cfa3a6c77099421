import Addressing
import EdgeLink
import Foundation
import Logging
import Model
import SQLiteStore
import Secrets
import Store
import Synchronization
import TestSupport

@testable import Control

/// A control plane with an edge at its seam, a store in memory, and clocks that tests move.
struct ControlUnderTest {
    let control: Control
    let edge = FakeEdge()
    let store: any RecordStore
    let clock = ManualClock()
    let timeOfDay = TimeOfDay()
    let log = LogRecorder()
    let keys = SealingKeyring(.random())
    let first: Provisioning.FirstAccount

    init(
        store: (any RecordStore)? = nil,
        away: UnsteadyStore.Switch? = nil,
        _ configure: (inout Control.Configuration) throws -> Void = { _ in }
    ) async throws {
        let inner = try store ?? SQLiteStore.inMemory()
        let timeOfDay = self.timeOfDay
        self.first = try await Provisioning(store: inner, now: { timeOfDay.now }).createFirstAccount(
            named: "Test",
            user: "Tester",
            email: "Tester@example.test"
        )
        self.store = away.map { UnsteadyStore(inner: inner, control: $0) } ?? inner
        var configuration = Control.Configuration(
            baseDomains: [try HostName(parsing: "portico.test")],
            connectAddress: "connect.portico.test:443"
        )
        configuration.reservedHosts = [try HostName(parsing: "connect.portico.test")]
        configuration.tcpPorts = 20_000...20_009
        try configure(&configuration)
        self.control = Control(
            store: self.store,
            configuration: configuration,
            sealingKeys: self.keys,
            logger: self.log.logger,
            clock: self.clock,
            now: { timeOfDay.now }
        )
        await self.control.attach(self.edge)
    }

    var provisioning: Provisioning {
        let timeOfDay = self.timeOfDay
        return Provisioning(store: self.store, now: { timeOfDay.now })
    }

    /// Another authtoken of the first account, with rules.
    func authtoken(rules: [String]) async throws -> Secret {
        try await self.provisioning.createAuthtoken(
            account: self.first.account,
            user: self.first.user,
            rules: rules
        ).token
    }

    /// An account beside the first, with an authtoken.
    func otherAccount() async throws -> (account: ResourceID<AccountKind>, token: Secret) {
        let account = ResourceID<AccountKind>.new(at: 0)
        let user = ResourceID<UserKind>.new(at: 0)
        let token = Authtoken.new(at: 0)
        let email = "\(account)@example.test"
        let member = UserRecord(name: "Other", email: email, accounts: [account], created: self.timeOfDay.now)
        let credential = CredentialRecord(
            hash: TokenHash(of: token.secret),
            user: user,
            rules: [],
            description: "",
            created: self.timeOfDay.now
        )
        try await self.store.commit([
            .create(AccountRecord(name: "Other", created: self.timeOfDay.now), account, owner: account),
            .create(member, user, owner: nil),
            .create(credential, token.credential, owner: account),
        ])
        return (account, token.secret)
    }

    func request(on connection: UInt64, token: Secret? = nil) -> SessionRequest {
        SessionRequest(
            connection: ConnectionID(connection),
            remoteAddress: nil,
            connectHost: nil,
            versions: ["3", "2"],
            clientID: "",
            cookie: "",
            authtoken: token ?? self.first.authtoken.token,
            legNumber: 0,
            userAgent: "ngrok-python/1.7.0 ngrok-rust/0.18.0",
            clientType: "ngrok-python",
            clientVersion: "1.7.0",
            operatingSystem: "linux",
            architecture: "x86_64",
            metadata: "",
            heartbeatInterval: .seconds(10),
            heartbeatTolerance: .seconds(15)
        )
    }

    @discardableResult
    func open(
        on connection: UInt64,
        token: Secret? = nil,
        _ change: (inout SessionRequest) -> Void = { _ in }
    ) async throws -> SessionGrant {
        var request = self.request(on: connection, token: token)
        change(&request)
        return try await self.control.openSession(request)
    }

    /// Comes back on another connection, as an agent does that was cut off.
    @discardableResult
    func resume(_ grant: SessionGrant, on connection: UInt64, leg: Int = 0) async throws -> SessionGrant {
        try await self.open(on: connection) { request in
            request.clientID = grant.clientID
            request.cookie = grant.cookie
            request.legNumber = leg
        }
    }

    @discardableResult
    func bind(
        _ url: String = "",
        on connection: UInt64 = 1,
        _ scheme: EndpointScheme = .https,
        id: String = "",
        pooled: Bool = false,
        _ change: (inout BindRequest) -> Void = { _ in }
    ) async throws -> BindGrant {
        var request = BindRequest(bindID: id, scheme: scheme)
        request.url = url
        request.isPooled = pooled
        change(&request)
        return try await self.control.bind(request, on: ConnectionID(connection))
    }

    func end(_ connection: UInt64, _ end: ConnectionEnd) async {
        await self.control.connectionEnded(ConnectionID(connection), end)
    }

    var table: EndpointTable {
        get async { await self.edge.view.table ?? EndpointTable(revision: 0, endpoints: []) }
    }

    /// The one endpoint of the table with this URL; nil when there is none, or more than one.
    func routed(_ url: some CustomStringConvertible) async -> RoutedEndpoint? {
        let found = await self.table.endpoints.filter { $0.url.description == url.description }
        return found.count == 1 ? found[0] : nil
    }
}

/// The number of the code that `body` fails with; nil when it does not fail.
func code(_ body: () async throws -> some Any) async -> Int? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? Failure)?.code.number ?? -1
    }
}

extension RoutedEndpoint {
    var connections: [UInt64] {
        guard case .agent(let agent) = self.target else { return [] }
        return agent.connections.map(\.value)
    }

    var isHeld: Bool {
        guard case .held = self.target else { return false }
        return true
    }

    var agent: AgentTarget? {
        guard case .agent(let agent) = self.target else { return nil }
        return agent
    }
}

/// The time of day, which tests set.
final class TimeOfDay: Sendable {
    private let date = Mutex(Date(timeIntervalSince1970: 1_800_000_000))

    var now: Date { self.date.withLock { $0 } }

    func advance(by seconds: TimeInterval) { self.date.withLock { $0 += seconds } }
}

/// Keeps what is logged, as text.
final class LogRecorder: Sendable {
    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            self.recorder.lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }

    private let lines = Mutex<[String]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }
    var all: [String] { self.lines.withLock { $0 } }
}

/// A store that tests take away, and look into.
struct UnsteadyStore: RecordStore {
    final class Switch: Sendable {
        private struct State {
            var failuresLeft = 0
            var afterGet: (@Sendable () async -> Void)?
        }

        private let state = Mutex(State())

        /// The next reads fail.
        func failNext(_ count: Int) { self.state.withLock { $0.failuresLeft = count } }

        /// Runs once, at the end of the next read.
        func afterNextGet(_ body: @escaping @Sendable () async -> Void) { self.state.withLock { $0.afterGet = body } }

        fileprivate func isAway() -> Bool {
            self.state.withLock { state in
                guard state.failuresLeft > 0 else { return false }
                state.failuresLeft -= 1
                return true
            }
        }

        fileprivate func didGet() async {
            let body = self.state.withLock { state in
                defer { state.afterGet = nil }
                return state.afterGet
            }
            await body?()
        }
    }

    let inner: any RecordStore
    let control: Switch

    func get(_ kind: RecordKind, _ id: String, in scope: Scope) async throws(StoreError) -> Record {
        if self.control.isAway() { throw .unavailable("away") }
        let record = try await self.inner.get(kind, id, in: scope)
        await self.control.didGet()
        return record
    }

    func find(_ kind: RecordKind, _ key: String, _ value: String, in scope: Scope) async throws(StoreError) -> Record {
        try await self.inner.find(kind, key, value, in: scope)
    }

    func list(_ kind: RecordKind, in scope: Scope, _ page: Page) async throws(StoreError) -> [Record] {
        try await self.inner.list(kind, in: scope, page)
    }

    func commit(_ writes: [RecordWrite]) async throws(StoreError) -> [Revision] {
        try await self.inner.commit(writes)
    }

    func changes(after revision: Revision, limit: Int) async throws(StoreError) -> [RecordChange] {
        try await self.inner.changes(after: revision, limit: limit)
    }

    func wakeups() -> AsyncStream<Void> { self.inner.wakeups() }
}
