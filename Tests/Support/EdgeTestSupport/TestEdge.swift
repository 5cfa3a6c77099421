import Addressing
import Capture
import Certificates
package import Control
package import Edge
import EdgeLink
import EdgeProgram
import Firewall
package import Logging
import Model
import NIOSSL
package import PolicyEngine
package import Portico
import Proxy
import SQLiteStore
import TrafficStore
package import Secrets
package import Store

/// A whole edge in this process: real sockets on loopback, real TLS, a real store in memory.
package struct TestEdge: Sendable {
    package let edge: Edge
    package let control: Control
    package let ports: Edge.Ports
    package let store: any RecordStore
    package let account: Provisioning.FirstAccount
    package let sealingKeys: SealingKeyring
    package let logins: LoginServices
    /// The authority that the edge's certificate chains to, as PEM.
    package let authorityPEM: String

    package static let baseDomain = "edge.test"
    package static let connectHost = "connect.edge.test"

    package var authtoken: String { self.account.authtoken.token.reveal() }

    /// What a test may change before the edge starts.
    package struct Setup {
        package var edge: EdgeConfiguration
        package var control: Control.Configuration
        package var logins = LoginServices.Configuration(host: "idp.\(TestEdge.baseDomain)")
        /// What an edge before this one has left; nil for a new store with a new account.
        package var kept: Kept?
        /// Whether traffic is captured, and where it is kept: in memory where there is no file for it.
        package var capturesTraffic = false
        package var trafficFile: String?
        /// Takes what the edge logs; nil for nobody.
        package var logger: Logger?
    }

    /// What outlives an edge: what lies on its disk.
    package struct Kept: Sendable {
        package let store: any RecordStore
        package let account: Provisioning.FirstAccount
        package let sealingKeys: SealingKeyring
    }

    package var kept: Kept { Kept(store: self.store, account: self.account, sealingKeys: self.sealingKeys) }

    /// Runs `body` with an edge that is stopped afterwards, whatever happens.
    package static func with<Result: Sendable>(
        _ change: (inout Setup) throws -> Void = { _ in },
        _ body: (TestEdge) async throws -> Result
    ) async throws -> Result {
        let authority = try LocalAuthority.create()
        let certificate = try authority.issue(
            for: [Self.baseDomain, "*.\(Self.baseDomain)", "localhost"],
            addresses: [try IPAddress(parsing: "127.0.0.1")]
        )
        var edgeConfiguration = EdgeConfiguration()
        edgeConfiguration.http = [.init(host: "127.0.0.1", port: 0)]
        edgeConfiguration.https = [.init(host: "127.0.0.1", port: 0)]
        edgeConfiguration.agents = [.init(host: "127.0.0.1", port: 0)]
        edgeConfiguration.connectHost = Self.connectHost
        edgeConfiguration.threads = 2
        edgeConfiguration.connectionsPerAddress = 10_000
        // Tests share the machine with others: how late a loop is says nothing of its work.
        edgeConfiguration.proxy.limits.loopLagMilliseconds = 3_600_000
        edgeConfiguration.proxy.limits.standingQueueSeconds = 3600
        edgeConfiguration.certificates = [
            ServedCertificate(
                names: [Self.baseDomain, "*.\(Self.baseDomain)", "localhost"],
                chainPEM: certificate.certificatePEM,
                keyPEM: certificate.keyPEM
            )
        ]
        edgeConfiguration.proxy.policy.services.firewall = Firewall()
        var controlConfiguration = Control.Configuration(
            baseDomains: [try HostName(parsing: Self.baseDomain)],
            connectAddress: "localhost:443"
        )
        controlConfiguration.legs = 2
        controlConfiguration.runnableActions = PolicyProgram.runnable
        var setup = Setup(edge: edgeConfiguration, control: controlConfiguration)
        try change(&setup)

        let kept = if let kept = setup.kept { kept } else { try await Kept.new() }
        let (store, account) = (kept.store, kept.account)
        var silent = Logger(label: "edge") { _ in SwiftLogNoOpLogHandler() }
        silent.logLevel = .critical
        let logger = setup.logger ?? silent
        var traffic: TrafficInspection?
        if setup.capturesTraffic {
            let queue = setup.edge.proxy.capture.queue ?? CaptureQueue()
            setup.edge.proxy.capture.queue = queue
            traffic = TrafficInspection(
                queue: queue,
                store: try setup.trafficFile.map { path in try TrafficStore.open(at: path, keyring: kept.sealingKeys) }
                    ?? TrafficStore.inMemory(keyring: kept.sealingKeys),
                rehearsal: BenchRehearsal.maker(in: setup.edge.proxy.policy)
            )
        }
        let control = Control(
            store: store,
            configuration: setup.control,
            sealingKeys: kept.sealingKeys,
            logger: logger,
            traffic: traffic
        )
        setup.edge.proxy.policy.services.authorities = Authorities(references: control.references)
        let logins = LoginServices(
            setup.logins,
            keys: kept.sealingKeys,
            directory: VisitorDirectory(visitors: control.visitors)
        )
        control.visitors.onEnd { id in
            if let id { logins.sessions.end(id) } else { logins.sessions.forget() }
        }
        setup.edge.proxy.policy.services.logins = logins
        let edge = Edge(configuration: setup.edge, logger: logger)
        let ports = try await edge.start(control: control)
        await control.attach(edge)
        let following = Task { await control.run() }
        let writing = Task { [traffic] in await traffic?.write(logger: logger) }
        defer {
            following.cancel()
            traffic?.queue.close()
            writing.cancel()
        }
        let test = TestEdge(
            edge: edge,
            control: control,
            ports: ports,
            store: store,
            account: account,
            sealingKeys: kept.sealingKeys,
            logins: logins,
            authorityPEM: try authority.certificatePEM
        )
        do {
            let result = try await body(test)
            await edge.stop()
            return result
        } catch {
            await edge.stop()
            throw error
        }
    }

    // MARK: Ports

    package var httpPort: UInt16 { self.ports.http.first ?? 0 }
    package var httpsPort: UInt16 { self.ports.https.first ?? 0 }
    package var agentPort: UInt16 { self.ports.agents.first ?? 0 }

    /// A connection to the plain HTTP listener.
    package func visit(receiveBufferBytes: Int? = nil) async throws -> TestConnection {
        try await TestConnection.open(port: self.httpPort, receiveBufferBytes: receiveBufferBytes)
    }

    /// A connection to the HTTPS listener that trusts one authority alone: the edge's, or another.
    package func visitSecurely(_ host: String, trusting authorityPEM: String? = nil) async throws -> TestConnection {
        var configuration = TLSConfiguration.makeClientConfiguration()
        let authority = Array((authorityPEM ?? self.authorityPEM).utf8)
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
        configuration.applicationProtocols = ["http/1.1"]
        let context = try NIOSSLContext(configuration: configuration)
        return try await TestConnection.open(port: self.httpsPort, tls: (context, host))
    }

    /// One of our agents, connected.
    package func connectAgent(
        authtoken: String? = nil,
        maximumLegs: Int = 2,
        remoteCommands: Set<Agent.RemoteCommand.Kind> = [],
        through cut: TestCut? = nil
    ) async throws -> Agent {
        let configuration = Agent.Configuration(
            server: try ServerAddress("localhost:\(cut?.port ?? self.agentPort)"),
            authtoken: authtoken ?? self.authtoken,
            trust: .pem(Array(self.authorityPEM.utf8)),
            remoteCommands: remoteCommands,
            maximumLegs: maximumLegs
        )
        return try await Agent.connect(configuration)
    }
}

extension TestEdge.Kept {
    fileprivate static func new() async throws -> Self { try await Self.new(in: SQLiteStore.inMemory()) }

    /// A new account in a database that is made at this path.
    package static func file(at path: String) async throws -> Self {
        try await Self.new(in: SQLiteStore.create(at: path))
    }

    private static func new(in store: any RecordStore) async throws -> Self {
        let account = try await Provisioning(store: store).createFirstAccount(
            named: "Test",
            user: "Tester",
            email: "tester@edge.test"
        )
        return Self(store: store, account: account, sealingKeys: SealingKeyring(.random()))
    }
}

/// Serves `port` of 127.0.0.1 under `url` without an agent.
extension TestEdge.Setup {
    package mutating func addStatic(_ url: String, port: UInt16) throws {
        let host = try HostPattern(parsing: url.split(separator: "/").last ?? "")
        let scheme: EndpointScheme = url.hasPrefix("https") ? .https : .http
        self.control.staticUpstreams.append(
            Control.StaticUpstream(
                url: EndpointURL(scheme: scheme, host: host, port: scheme.defaultPort ?? 0),
                host: "127.0.0.1",
                port: port
            )
        )
    }
}

/// The certificate authorities of accounts, as the control plane follows them.
private struct Authorities: AuthorityDirectory {
    let references: PolicyReferences

    func certificate(ofAuthority id: String, of account: ResourceID<AccountKind>) -> String? {
        self.references.authority(account: account, id: id)
    }
}
