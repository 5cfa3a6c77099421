import Certificates
import EdgeTestSupport
import Foundation
import Model
import NIOCore
import NIOSSL
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// What an edge that runs takes up from its configuration, and what its visitors see of that.
@Suite(.timeLimit(.minutes(3)))
struct ReloadTests {
    private static let visitors = ProcessInfo.processInfo.environment["PORTICO_FULL_COUNTS"] == "1" ? 200 : 50

    @Test func `Upstreams, policies, certificates, limits and log change under open connections that see nothing`()
        async throws
    {
        try await TestUpstream.with(Self.serve("one")) { service in
            try await ReloadedEdge.with { edge in
                let first = edge.upstream("first", service.port)
                try edge.write("log: {level: error}\nregion: one\nupstreams:\n\(first)")
                try await edge.start()
                let visitors = try await Self.visitors(of: edge)

                try edge.writeFile(
                    "policy.yml",
                    "on_http_response: [{actions: [{type: add-headers, config: {headers: {x-new: 'yes'}}}]}]"
                )
                try edge.writeCertificate("new", for: ["*.example.test"])
                try edge.write(
                    """
                    log: {level: info}
                    region: two
                    limits: {head_bytes: 4KiB, line_bytes: 4KiB}
                    tls:
                      certificates:
                        - {certificate: \(edge.path("new.pem")), key: \(edge.path("new.key")), default: true}
                    upstreams:
                    \(edge.upstream("first", service.port, policy: "policy.yml"))
                    \(edge.upstream("second", service.port))
                    """
                )
                let reloaded = try await edge.reload()
                #expect(reloaded.status == 0, "\(reloaded.errors)")
                for name in ["limits.head_bytes", "tls.certificates", "log.level", "upstreams"] {
                    #expect(reloaded.output.contains(name), "\(reloaded.output)")
                }
                #expect(reloaded.output.contains("only after a restart: region\n"), "\(reloaded.output)")

                for visitor in visitors { try await visitor.check(hasNewPolicy: true) }
                #expect(try await edge.get("second").hasSuffix("\r\n\r\none"))
                let long = "x: \(String(repeating: "y", count: 5000))\r\n"
                #expect(try await edge.get("first", fields: long).hasPrefix("HTTP/1.1 431 "))
                for name in ["a.example.test", "unknown.test"] {
                    try await edge.handshake(name, trusting: "new/ca.pem")
                }
                try await edge.handshake("first.portico.localhost", trusting: "data/ca.pem")

                try edge.write("region: one\nupstreams:\n\(edge.upstream("first", service.port))")
                #expect(try await edge.reload().status == 0)
                for visitor in visitors { try await visitor.check(hasNewPolicy: false) }
                #expect(try await edge.get("second").hasPrefix("HTTP/1.1 404 "))
                let outcome = try await edge.stop()
                #expect(outcome.status == 0)
                #expect(outcome.errors.contains("a changed setting needs a restart"), "\(outcome.errors)")
                for visitor in visitors { await visitor.connection.close() }
            }
        }
    }

    @Test func `SIGHUP reads the configuration again, and an upstream that moved is asked at its new address`()
        async throws
    {
        try await TestUpstream.with(Self.serve("one")) { one in
            try await TestUpstream.with(Self.serve("two")) { two in
                try await ReloadedEdge.with { edge in
                    try edge.write("upstreams:\n\(edge.upstream("first", one.port))")
                    try await edge.start()
                    #expect(try await edge.get("first").hasSuffix("\r\n\r\none"))
                    try edge.write("upstreams:\n\(edge.upstream("first", two.port))")
                    try edge.program().send(SIGHUP)
                    let begun = ContinuousClock.now
                    while try await !edge.get("first").hasSuffix("\r\n\r\ntwo") {
                        try #require(ContinuousClock.now - begun < .seconds(20))
                    }
                    #expect(try await edge.stop().status == 0)
                }
            }
        }
    }

    @Test func `What is wrong is told with its place, and changes nothing`() async throws {
        try await TestUpstream.with(Self.serve("one")) { service in
            try await ReloadedEdge.with { edge in
                let first = edge.upstream("first", service.port)
                try edge.write("upstreams:\n\(first)")
                try await edge.start()
                try edge.writeFile("bad.yml", "on_http_request:\n  - actions: [{type: denny}]")
                try edge.writeCertificate("one", for: ["one.test"])
                try edge.writeCertificate("two", for: ["two.test"])
                let other = edge.upstream("second", service.port)
                let mixed = "{certificate: \(edge.path("one.pem")), key: \(edge.path("two.key"))}"
                for (text, expected) in [
                    ("upstreams:\n\(other)\nlimits: {head_byte: 1}", "ERR_PORTICO_100201: \(edge.file):"),
                    ("upstreams: [", "ERR_PORTICO_100201: \(edge.file):"),
                    ("upstreams:\n\(edge.upstream("second", service.port, policy: "bad.yml"))", "bad.yml"),
                    ("upstreams:\n\(other)\ntls: {certificates: [\(mixed)]}", "two.key"),
                ] {
                    try edge.write(text)
                    let refused = try await edge.reload()
                    #expect(refused.status == 1 && refused.output.isEmpty, "\(refused)")
                    #expect(refused.errors.hasPrefix("ERR_PORTICO_"), "\(refused.errors)")
                    #expect(refused.errors.contains(expected), "\(refused.errors)")
                    #expect(try await edge.get("first").hasSuffix("\r\n\r\none"))
                    #expect(try await edge.get("second").hasPrefix("HTTP/1.1 404 "))
                }
                #expect(try await edge.stop().status == 0)
                let silent = try await edge.reload()
                #expect(silent.status == 1 && silent.errors.hasPrefix("ERR_PORTICO_100216: "), "\(silent.errors)")
            }
        }
    }

    // MARK: - Visitors

    /// A connection that stays open: half of them upgraded, half of them over TLS.
    private struct Visitor {
        let connection: TestConnection
        let isUpgraded: Bool

        static let ask = "GET / HTTP/1.1\r\nhost: first.portico.localhost\r\n"

        func begin() async throws {
            guard self.isUpgraded else { return try await self.check(hasNewPolicy: false) }
            try await self.connection.write(Self.ask + "connection: upgrade\r\nupgrade: test\r\n\r\n")
            let head = try await self.connection.read(until: "\r\n\r\n")
            try #require(head.hasPrefix("HTTP/1.1 101 "), "\(head)")
            try await self.check(hasNewPolicy: false)
        }

        /// That it goes on as it began; a request on it meets the policy of now.
        func check(hasNewPolicy: Bool) async throws {
            guard !self.isUpgraded else {
                try await self.connection.write("still there")
                #expect(try await self.connection.read(count: 11) == Array("still there".utf8))
                return
            }
            try await self.connection.write(Self.ask + "\r\n")
            let head = try await self.connection.read(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 200 "), "\(head)")
            #expect(head.lowercased().contains("x-new: yes") == hasNewPolicy, "\(head)")
            #expect(try await self.connection.read(count: 3) == Array("one".utf8))
        }
    }

    private static func visitors(of edge: ReloadedEdge) async throws -> [Visitor] {
        var visitors: [Visitor] = []
        for number in 0..<Self.visitors {
            let connection = try await edge.connect(isSecure: number % 4 < 2)
            let visitor = Visitor(connection: connection, isUpgraded: number.isMultiple(of: 2))
            try await visitor.begin()
            visitors.append(visitor)
        }
        return visitors
    }

    /// A service that answers with its name, and sends back what comes when it was asked to upgrade.
    private static func serve(_ name: String) -> @Sendable (TestConnection) async throws -> Void {
        { connection in
            while true {
                let head = try await connection.read(until: "\r\n\r\n")
                guard head.lowercased().contains("upgrade: test") else {
                    try await connection.write("HTTP/1.1 200 OK\r\ncontent-length: \(name.utf8.count)\r\n\r\n\(name)")
                    continue
                }
                try await connection.write(
                    "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: test\r\n\r\n"
                )
                return try await TestUpstream.echo(connection)
            }
        }
    }
}

/// An edge with a configuration file that changes.
private final class ReloadedEdge {
    let folder: String
    let file: String
    private let http: Int
    private let https: Int
    private let head: String
    private var running: RunningProgram?

    private init(_ folder: String, _ ports: [Int]) {
        self.folder = folder
        self.file = "\(folder)/edge.yml"
        self.http = ports[0]
        self.https = ports[1]
        let names = ["http", "https", "agents"]
        let listeners =
            zip(names, ports).map { "\($0): '127.0.0.1:\($1)'" } + ["management: none", "api: none", "dashboard: none"]
        self.head = """
            data_dir: \(folder)/data
            threads: 2
            drain_timeout: 1s
            tcp: {address: 127.0.0.1}
            listeners: {\(listeners.joined(separator: ", "))}

            """
    }

    static func with(_ body: (ReloadedEdge) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let edge = ReloadedEdge(folder, try await Loopback.freePorts(3))
            // Whatever a test leaves behind ends with it.
            defer { edge.running?.send(SIGKILL) }
            try await body(edge)
        }
    }

    // MARK: - The file

    func path(_ name: String) -> String { "\(self.folder)/\(name)" }

    func write(_ text: String) throws { try self.writeFile("edge.yml", self.head + text + "\n") }

    func writeFile(_ name: String, _ text: String) throws {
        try text.write(toFile: self.path(name), atomically: true, encoding: .utf8)
    }

    func upstream(_ name: String, _ port: UInt16, policy: String? = nil) -> String {
        let file = policy.map { ", traffic_policy_file: \(self.path($0))" } ?? ""
        return "  - {host: \(name).portico.localhost, address: '127.0.0.1:\(port)'\(file)}"
    }

    /// Makes `name.pem` and `name.key`, of an authority in the folder `name`.
    func writeCertificate(_ name: String, for hosts: [String]) throws {
        let authority = CertificateFolder(self.path(name))
        _ = try authority.createAuthority()
        let issued = try authority.serverCertificate(for: hosts)
        try self.writeFile("\(name).pem", issued.certificatePEM)
        try self.writeFile("\(name).key", issued.keyPEM.reveal())
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: self.path("\(name).key"))
    }

    // MARK: - The program

    func start() async throws {
        try #require(try await RunningProgram.run("init", "--config", self.file).status == 0)
        let program = try await RunningProgram(["serve", "--config", self.file])
        self.running = program
        try await program.writes("agents ")
    }

    func program() throws -> RunningProgram { try #require(self.running) }

    func reload() async throws -> RunningProgram.Outcome {
        try await RunningProgram.run("reload", "--data-dir", self.path("data"))
    }

    func stop() async throws -> RunningProgram.Outcome {
        try self.program().send(SIGTERM)
        return try await self.program().outcome()
    }

    // MARK: - Visiting

    func connect(isSecure: Bool) async throws -> TestConnection {
        guard isSecure else { return try await TestConnection.open(port: UInt16(self.http)) }
        return try await self.open("first.portico.localhost", trusting: "data/ca.pem")
    }

    private func open(_ name: String, trusting authority: String) async throws -> TestConnection {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(self.path(authority)))
        // The default certificate is of no name that was asked for.
        configuration.certificateVerification = .noHostnameVerification
        let context = try NIOSSLContext(configuration: configuration)
        return try await TestConnection.open(port: UInt16(self.https), tls: (context, name))
    }

    /// Succeeds where the edge shows a certificate of the authority.
    func handshake(_ name: String, trusting authority: String) async throws {
        let connection = try await self.open(name, trusting: authority)
        try await connection.write("GET / HTTP/1.1\r\nhost: \(name)\r\nconnection: close\r\n\r\n")
        let head = try await connection.read(until: "\r\n")
        #expect(head.hasPrefix("HTTP/1.1 "), "\(name) trusting \(authority): \(head)")
        await connection.close()
    }

    func get(_ name: String, fields: String = "") async throws -> String {
        try await Loopback.exchange(
            "GET / HTTP/1.1\r\nhost: \(name).portico.localhost\r\n\(fields)connection: close\r\n\r\n",
            port: self.http
        )
    }
}
