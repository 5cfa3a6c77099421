import EdgeTestSupport
import NIOSSL
import Portico
import Testing

/// What policies know of a visitor's TLS, over real connections.
@Suite(.timeLimit(.minutes(1))) struct TLSVariablesTests {
    private static let host = "app.edge.test"

    /// The fields that the service sees of a request over TLS, where the policy adds these.
    private func fields(
        _ added: [String: String],
        version: TLSVersion,
        protocols: [String] = ["http/1.1"],
        before rules: String = "[]"
    ) async throws -> [String: String] {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                let list = added.map { "x-\($0.key): \"${\($0.value)}\"" }.sorted().joined(separator: ", ")
                var options = EndpointOptions(scheme: .https, url: "https://\(Self.host)")
                options.trafficPolicy = """
                    on_tcp_connect: \(rules)
                    on_http_request:
                      - actions: [{type: add-headers, config: {headers: {\(list)}}}]
                    """
                _ = try await agent.forward(to: "\(upstream.port)", options: options)
                let visitor = try await Self.visit(edge, version, protocols)
                try await visitor.write(request("GET /", host: Self.host))
                _ = try await visitor.read(until: "\r\n\r\n")
                let seen = try await visitor.read(until: "\r\n\r\n")
                await visitor.close()
                await agent.close()
                return Self.fields(of: seen)
            }
        }
    }

    private static func visit(
        _ edge: TestEdge,
        _ version: TLSVersion,
        _ protocols: [String]
    ) async throws -> TestConnection {
        var configuration = NIOSSL.TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(edge.authorityPEM.utf8)))
        configuration.applicationProtocols = protocols
        configuration.minimumTLSVersion = version
        configuration.maximumTLSVersion = version
        let context = try NIOSSLContext(configuration: configuration)
        return try await TestConnection.open(port: edge.httpsPort, tls: (context, Self.host))
    }

    private static func fields(of head: String) -> [String: String] {
        let lines = head.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("x-") }
        return Dictionary(
            lines.map { line in
                let colon = line.firstIndex(of: ":") ?? line.endIndex
                return (line[..<colon].dropFirst(2).lowercased(), String(line[colon...].dropFirst(2)))
            }
        ) { $1 }
    }

    private static let variables = [
        "sni": "conn.tls.sni", "version": "conn.tls.version", "suite": "conn.tls.cipher_suite",
        "alpn": "conn.tls.negotiated_alpn", "ja4": "conn.tls.ja4_fingerprint",
        "resumed": "conn.tls.session_resumed", "client": "conn.tls.client.subject.common_name + '-'",
        "served": "conn.tls.server.san.dns_names.join(',')", "issuer": "conn.tls.server.issuer",
    ]

    @Test(arguments: [
        (TLSVersion.tlsv13, "1.3", "TLS_AES_"), (.tlsv12, "1.2", "TLS_ECDHE_ECDSA_WITH_AES_"),
    ])
    func `Version, cipher suite, protocol, name and certificate are those of the handshake`(
        version: TLSVersion,
        text: String,
        suite: String
    ) async throws {
        let fields = try await self.fields(Self.variables, version: version)
        #expect(fields["sni"] == Self.host && fields["version"] == text && fields["alpn"] == "http/1.1")
        #expect(fields["suite"]?.hasPrefix(suite) ?? false)
        #expect(fields["ja4"]?.hasPrefix(version == .tlsv13 ? "t13d" : "t12d") ?? false)
        #expect(fields["ja4"]?.utf8.count == 36)
        #expect(fields["resumed"] == "false" && fields["client"] == "-")
        #expect(fields["served"] == "*.edge.test,edge.test,localhost")
        #expect(fields["issuer"]?.contains("O=Portico local authority") ?? false)
    }

    @Test func `A handshake without protocols has none`() async throws {
        let fields = try await self.fields(["alpn": "conn.tls.negotiated_alpn + '-'"], version: .tlsv13, protocols: [])
        #expect(fields["alpn"] == "-")
    }

    @Test func `Rules for connections know name and fingerprint, and those for requests behind them the rest`()
        async throws
    {
        let fields = try await self.fields(
            ["ja4": "conn.tls.ja4_fingerprint", "version": "conn.tls.version"],
            version: .tlsv13,
            before: """
                [{expressions: ["conn.tls.sni != '\(Self.host)' || !conn.tls.ja4_fingerprint.startsWith('t13d')"],
                  actions: [{type: deny}]}]
                """
        )
        #expect(fields["ja4"]?.hasPrefix("t13d") ?? false)
        #expect(fields["version"] == "1.3")
    }
}
