import APIServer
import Addressing
import Capture
import Certificates
import Control
import Foundation
import Logging
import Model
import NIOPosix
import NIOSSL
import SQLiteStore
import Secrets
import ServiceLifecycle
import Store
import Testing
import TrafficPolicy
import TrafficStore

@testable import Dashboard

/// A dashboard that serves on a socket over TLS, and the REST API beside it, over stores in memory, with two accounts.
struct DashboardUnderTest: Sendable {
    static let password = "a long password"

    let store: any RecordStore
    /// What was captured of visitors.
    let traffic: TrafficStore
    let control: Control
    let configuration: DashboardConfiguration
    let port: Int
    /// Where the REST API listens, over TLS with the same certificate.
    let apiPort: Int
    let tls: NIOSSLContext
    let first: Provisioning.FirstAccount
    let other: (user: ResourceID<UserKind>, account: ResourceID<AccountKind>)

    /// Runs `body` while the dashboard serves.
    static func run(
        _ configure: (inout DashboardConfiguration) -> Void = { _ in },
        _ body: @Sendable (DashboardUnderTest) async throws -> Void
    ) async throws {
        let store = try SQLiteStore.inMemory()
        let first = try await Provisioning(store: store).createFirstAccount(
            named: "One",
            user: "Ines",
            email: "ines@example.test"
        )
        let other = try await PeopleProvisioning(store: store).add(
            email: "other@example.test",
            name: "Other",
            to: .newAccount("Two"),
            rights: .administrator
        )
        var settings = Control.Configuration(
            baseDomains: [try HostName(parsing: "portico.test")],
            connectAddress: "connect.portico.test:443"
        )
        settings.tcpPorts = 20_000...20_009
        settings.runnableActions = Set(ActionType.allCases)
        let keys = SealingKeyring(.random())
        let traffic = try TrafficStore.inMemory(keyring: keys)
        let control = Control(
            store: store,
            configuration: settings,
            sealingKeys: keys,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            traffic: TrafficInspection(queue: CaptureQueue(), store: traffic) { (order, _) throws(Failure) in
                try FakeRehearsal(order)
            }
        )
        let authority = try LocalAuthority.create()
        let issued = try authority.issue(for: ["dashboard.portico.test"])
        var configuration = DashboardConfiguration(
            host: "127.0.0.1",
            port: 0,
            certificate: try APICertificate(chainPEM: issued.certificatePEM, keyPEM: issued.keyPEM)
        )
        configuration.surroundings.connectAddress = "connect.portico.test:443"
        configuration.surroundings.baseDomain = "portico.test"
        configure(&configuration)
        var client = TLSConfiguration.makeClientConfiguration()
        client.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(try authority.certificatePEM.utf8)))
        let tls = try NIOSSLContext(configuration: client)
        let (dashboard, certificate) = (configuration, configuration.certificate)
        try await Self.serve(dashboard, control, certificate) { port, apiPort in
            try await body(
                DashboardUnderTest(
                    store: store,
                    traffic: traffic,
                    control: control,
                    configuration: dashboard,
                    port: port,
                    apiPort: apiPort,
                    tls: tls,
                    first: first,
                    other: other
                )
            )
        }
    }

    private struct Running: Service {
        let serve: @Sendable () async throws -> Void

        func run() async throws { try await self.serve() }
    }

    private static func serve(
        _ configuration: DashboardConfiguration,
        _ control: Control,
        _ certificate: APICertificate,
        _ body: @Sendable (_ port: Int, _ apiPort: Int) async throws -> Void
    ) async throws {
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let (apiPorts, apiPort) = AsyncStream.makeStream(of: Int.self)
        let loops = MultiThreadedEventLoopGroup.singleton
        let server = DashboardServer(configuration, control: control, on: loops, logger: silent) { port.yield($0) }
        var settings = APIServerConfiguration(host: "127.0.0.1", port: 0)
        settings.certificate = certificate
        // A sweep asks more in a minute than people do.
        (settings.callsPerMinute, settings.failuresPerMinute) = (1_000_000, 1_000_000)
        let api = APIServer(settings, control: control, on: loops, logger: silent) { apiPort.yield($0) }
        let group = ServiceGroup(
            services: [Running { try await server.run() }, Running { try await api.run() }],
            logger: silent
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await group.run()
                port.finish()
                apiPort.finish()
            }
            let numbers = (
                try #require(await ports.first { _ in true }), try #require(await apiPorts.first { _ in true })
            )
            try await body(numbers.0, numbers.1)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    // MARK: - People

    func browser() -> Browser { Browser(port: self.port, tls: self.tls) }

    /// A browser that is signed in, by a link.
    func signedIn(
        _ user: ResourceID<UserKind>? = nil,
        _ account: ResourceID<AccountKind>? = nil
    ) async throws -> Browser {
        let link = try await self.control.signIns.makeLink(
            for: user ?? self.first.user,
            in: account ?? self.first.account
        )
        return try await self.enter(link)
    }

    func signedInOther() async throws -> Browser { try await self.signedIn(self.other.user, self.other.account) }

    func enter(_ link: Secret) async throws -> Browser {
        let browser = self.browser()
        let answer = try await browser.post(
            "/door/\(link.reveal())",
            ["name": "Someone", "password": Self.password, "again": Self.password]
        )
        #expect(answer.status == 303, "\(answer)")
        _ = try await browser.follow(answer)
        return browser
    }

    /// A member with these rights, signed in.
    func member(_ rights: MemberRights) async throws -> Browser {
        let email = "\(rights.word)@example.test"
        let added = try await PeopleProvisioning(store: self.store).add(
            email: email,
            name: "",
            to: .account(self.first.account),
            rights: rights
        )
        return try await self.signedIn(added.user, added.account)
    }
}
