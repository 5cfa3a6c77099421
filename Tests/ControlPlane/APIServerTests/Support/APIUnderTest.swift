import Addressing
import Control
import Foundation
import JSON
import Logging
import Model
import NIOPosix
import SQLiteStore
import Secrets
import ServiceLifecycle
import Store
import Testing
import TrafficPolicy

@testable import APIServer

/// An API that serves on a socket, over a store in memory, with two accounts.
struct APIUnderTest: Sendable {
    let store: any RecordStore
    let control: Control
    /// With which the control plane seals.
    let sealingKey: SealingKey
    let port: Int
    /// A key of the first account's administrator.
    let key: String
    /// A key of another account.
    let foreignKey: String
    let first: Provisioning.FirstAccount
    let other: ResourceID<AccountKind>

    /// Runs `body` while the API serves.
    static func run(
        _ configure: (inout APIServerConfiguration) -> Void = { _ in },
        _ body: @Sendable (APIUnderTest) async throws -> Void
    ) async throws {
        let store = try SQLiteStore.inMemory()
        let first = try await Provisioning(store: store).createFirstAccount(
            named: "Test",
            user: "Tester",
            email: "tester@example.test"
        )
        let key = try await APIKeyProvisioning(store: store).create(account: first.account, user: first.user)
        let other = try await Self.otherAccount(store)
        let foreignKey = try await APIKeyProvisioning(store: store).create(account: other.account, user: other.user)
        var settings = Control.Configuration(
            baseDomains: [try HostName(parsing: "portico.test")],
            connectAddress: "connect.portico.test:443"
        )
        settings.reservedHosts = [try HostName(parsing: "connect.portico.test")]
        settings.tcpPorts = 20_000...20_009
        settings.runnableActions = Set(ActionType.allCases)
        let sealingKey = SealingKey.random()
        let control = Control(
            store: store,
            configuration: settings,
            sealingKeys: SealingKeyring(sealingKey),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        var configuration = APIServerConfiguration(host: "127.0.0.1", port: 0)
        configure(&configuration)
        try await Self.serve(configuration, control) { port in
            try await body(
                APIUnderTest(
                    store: store,
                    control: control,
                    sealingKey: sealingKey,
                    port: port,
                    key: key.token.reveal(),
                    foreignKey: foreignKey.token.reveal(),
                    first: first,
                    other: other.account
                )
            )
        }
    }

    private static func serve(
        _ configuration: APIServerConfiguration,
        _ control: Control,
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = APIServer(
            configuration,
            control: control,
            on: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            whenListening: { port.yield($0) }
        )
        let group = ServiceGroup(
            services: [RunningServer(server: server)],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await group.run()
                port.finish()
            }
            let number = try #require(await ports.first { _ in true })
            try await body(number)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// An account with a user of its own.
    private static func otherAccount(
        _ store: any RecordStore
    ) async throws -> (account: ResourceID<AccountKind>, user: ResourceID<UserKind>) {
        let account = ResourceID<AccountKind>.new(at: 0)
        let user = ResourceID<UserKind>.new(at: 0)
        let record = UserRecord(name: "Other", email: "other@example.test", accounts: [account], created: Date())
        try await store.commit([
            .create(AccountRecord(name: "Other", created: Date()), account, owner: account),
            .create(record, user, owner: nil),
        ])
        return (account, user)
    }

    // MARK: - Calls

    /// One call over a connection of its own.
    @discardableResult
    func call(
        _ method: String,
        _ path: String,
        _ body: JSONValue? = nil,
        key: String? = nil,
        fields: [String: String?] = [:]
    ) async throws -> HTTPAnswer {
        var all: [String: String?] = [
            "authorization": "Bearer \(key ?? self.key)", "ngrok-version": "2",
            "content-type": body == nil ? nil : "application/json",
        ]
        all.merge(fields) { $1 }
        return try await HTTPAnswer.of(
            method,
            path,
            fields: all.compactMapValues(\.self),
            body: body?.bytes ?? [],
            port: self.port
        )
    }

    /// Makes a resource and returns it.
    func create(_ path: String, _ body: JSONValue, key: String? = nil) async throws -> JSONObject {
        let answer = try await self.call("POST", path, body, key: key)
        try #require(answer.status == 201, "\(answer)")
        return try answer.object
    }
}

extension JSONObject {
    func text(_ name: String) -> String { self[name]?.string ?? "" }
}

private struct RunningServer: Service {
    let server: APIServer

    func run() async throws { try await self.server.run() }
}
