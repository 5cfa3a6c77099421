import Addressing
import Certificates
import EdgeTestSupport
import Foundation
import Model
import NIOCore
import Portico
import TestSupport
import Testing

/// TLS that ends in the agent, as curl and OpenSSL meet it over real sockets: the edge has no certificate for the name.
@Suite(.timeLimit(.minutes(2))) struct AgentTerminationTests {
    private static let host = "own.edge.test"

    private struct Shop {
        let edge: TestEdge
        let agent: Agent
        let clients: TestClients
        let trust: String

        /// What curl says of a request: the status, and what it got, or why it got nothing.
        func curl(_ name: String?, _ words: [String] = []) async throws -> String {
            let port = self.edge.httpsPort
            let tool = try #require(Tool("curl"))
            return try await tool.run(
                ["-sS", "--max-time", "20", "--cacert", self.trust, "--resolve", "\(host):\(port):127.0.0.1"]
                    + ["-w", "%{http_code}"] + self.clients.curl(name) + words + ["https://\(host):\(port)/"]
            )
        }

        func openssl(_ words: [String]) async throws -> String {
            let tool = try #require(Tool("openssl"))
            return try await tool.run(
                ["s_client", "-connect", "127.0.0.1:\(self.edge.httpsPort)", "-servername", host]
                    + ["-CAfile", self.trust] + words
            )
        }
    }

    private func withShop(
        to service: String? = nil,
        _ change: (inout EndpointOptions, TestClients) -> Void = { _, _ in },
        serve: @escaping @Sendable (TestConnection) async throws -> Void = { try await TestUpstream.echoHead($0) },
        _ body: (Shop) async throws -> Void
    ) async throws {
        try await TestClients.with { clients in
            let authority = try LocalAuthority.create()
            let issued = try authority.issue(for: [Self.host], addresses: [])
            let trust = "\(clients.folder)/agent-ca.pem"
            try Data(authority.certificatePEM.utf8).write(to: URL(filePath: trust))
            try await TestUpstream.with(serve) { upstream in
                try await TestEdge.with { edge in
                    let agent = try await edge.connectAgent()
                    var options = EndpointOptions(scheme: .tls, url: "tls://\(Self.host)")
                    options.tlsTermination = TLSTermination(
                        certificates: .bytes(Array(issued.certificatePEM.utf8)),
                        privateKey: .bytes(Array(issued.keyPEM.reveal().utf8))
                    )
                    change(&options, clients)
                    _ = try await agent.forward(to: service ?? "\(upstream.port)", options: options)
                    try await body(Shop(edge: edge, agent: agent, clients: clients, trust: trust))
                    await agent.close()
                }
            }
        }
    }

    @Test(arguments: ["1.2", "1.3"])
    func `Visitors meet the agent's certificate, and the service what was inside`(version: String) async throws {
        try await self.withShop { shop in
            for _ in 0..<3 {
                let said = try await shop.curl(
                    nil,
                    ["--tlsv\(version)", "--tls-max", version, "--data", "hello=world"]
                )
                #expect(said.hasSuffix("200"), "\(said)")
                #expect(said.contains("POST / HTTP/1.1"), "\(said)")
            }
            let shown = try await shop.openssl(["-verify_return_error"])
            #expect(shown.contains("Verify return code: 0 (ok)"), "\(shown)")
        }
    }

    @Test func `Where authorities are named, a visitor without one of their certificates reaches no service`()
        async throws
    {
        try await self.withShop { options, clients in
            options.tlsTermination?.visitorAuthorities = [.file("\(clients.folder)/shop.pem")]
        } _: { shop in
            for name in ["good", "deep", "expired", "other", "servers", ""] {
                for version in ["1.2", "1.3"] {
                    let said = try await shop.curl(name.isEmpty ? nil : name, ["--tls-max", version])
                    let isLetIn = ["good", "deep"].contains(name)
                    #expect(said.hasSuffix("200") == isLetIn, "\(name) \(version): \(said)")
                    #expect(said.contains("GET / ") == isLetIn, "\(name) \(version): \(said)")
                }
            }
            let asked = try await shop.openssl([])
            #expect(asked.contains("Acceptable client certificate CA names"), "\(asked)")
        }
    }

    @Test func `Where an authority's list of revocations is named, who stands in it reaches no service`() async throws {
        try await self.withShop { options, clients in
            options.tlsTermination?.visitorAuthorities = [
                .file("\(clients.folder)/shop.pem"), .file("\(clients.folder)/shop.crl"),
            ]
        } _: { shop in
            for name in ["good", "revoked", "other"] {
                for version in ["1.2", "1.3"] {
                    let said = try await shop.curl(name, ["--tls-max", version])
                    #expect(said.hasSuffix("200") == (name == "good"), "\(name) \(version): \(said)")
                    #expect(said.contains("GET / ") == (name == "good"), "\(name) \(version): \(said)")
                }
            }
        }
    }

    @Test func `A list of revocations that is over its time vouches for nobody`() async throws {
        try await self.withShop { options, clients in
            options.tlsTermination?.visitorAuthorities = ["shop.pem", "late.crl"].map {
                .file("\(clients.folder)/\($0)")
            }
        } _: { shop in
            let said = try await shop.curl("good")
            #expect(said.hasSuffix("000"), "\(said)")
        }
    }

    /// What OpenSSL says of a second connection with the session of the first.
    private static func resume(_ shop: Shop, _ name: String?, _ version: String) async throws -> String {
        let file = "\(shop.clients.folder)/session-\(version)"
        let words = ["-tls\(version.replacing(".", with: "_"))"] + shop.clients.openssl(name)
        // In TLS 1.3 sessions come after the handshake; the service ends the connection behind its answer.
        let tool = try #require(Tool("bash"))
        let port = shop.edge.httpsPort
        let client = """
            client() { printf 'GET / HTTP/1.1\\r\\n\\r\\n' | timeout -s KILL 20 openssl s_client -connect 127.0.0.1:\(port) \
                -servername \(Self.host) -CAfile "$TRUST" -ign_eof "$@" 2>&1; }
            TRUST=$1 FILE=$2; shift 2
            client "$@" -sess_out "$FILE" >/dev/null
            if [ -s "$FILE" ]; then client "$@" -sess_in "$FILE"; else client "$@"; fi
            """
        return try await tool.run(["-c", client, "client", shop.trust, file] + words)
    }

    /// Answers one request with its head, and ends the connection.
    private static func answerOnce(_ connection: TestConnection) async throws {
        let head = try await connection.read(until: "\r\n\r\n")
        try await connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(head)")
        try await connection.finish()
        _ = try await connection.readToEnd()
    }

    @Test(arguments: ["1.2", "1.3"])
    func `Sessions are resumed, but never of who must show a certificate: it could have run out since`(
        version: String
    ) async throws {
        try await self.withShop(serve: Self.answerOnce) { shop in
            let said = try await Self.resume(shop, nil, version)
            #expect(said.contains("Reused, TLSv"), "\(said)")
        }
        try await self.withShop { options, clients in
            options.tlsTermination?.visitorAuthorities = [.file("\(clients.folder)/shop.pem")]
        } serve: {
            try await Self.answerOnce($0)
        } _: { shop in
            let said = try await Self.resume(shop, "good", version)
            #expect(said.contains("New, TLSv") && !said.contains("Reused"), "\(said)")
            #expect(said.contains("GET / HTTP/1.1"), "\(said)")
        }
    }

    @Test func `Visitors choose among what is spoken inside, and without a list are told nothing`() async throws {
        try await self.withShop { options, _ in
            options.tlsTermination?.applicationProtocols = ["h2", "http/1.1"]
        } _: { shop in
            for (offered, chosen) in [("h2", "h2"), ("http/1.1,h2", "h2"), ("http/1.1", "http/1.1")] {
                let said = try await shop.openssl(["-alpn", offered])
                #expect(said.contains("ALPN protocol: \(chosen)"), "\(offered): \(said)")
            }
            let other = try await shop.openssl(["-alpn", "imap"])
            #expect(other.contains("No ALPN negotiated"), "\(other)")
        }
        try await self.withShop { shop in
            let said = try await shop.openssl(["-alpn", "h2"])
            #expect(said.contains("No ALPN negotiated"), "\(said)")
        }
    }

    @Test func `HTTP/2 reaches a service in the clear as the visitor began it`() async throws {
        try await self.withShop { options, _ in
            options.tlsTermination?.applicationProtocols = ["h2"]
        } serve: { connection in
            let preface = try await connection.read(until: "\r\n\r\nSM\r\n\r\n")
            guard preface.hasPrefix("PRI * HTTP/2.0") else { return }
            // An empty SETTINGS, then the answer to the first request: 200 and no more.
            let answer: [UInt8] = [0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88]
            try await connection.write(ByteBuffer(bytes: [0, 0, 0, 4, 0, 0, 0, 0, 0] + answer))
            _ = try await connection.readToEnd()
        } _: { shop in
            let said = try await shop.curl(nil, ["--http2", "-w", "HTTP/%{http_version} %{http_code}"])
            #expect(said.hasSuffix("HTTP/2 200"), "\(said)")
        }
    }

    @Test(arguments: ["h2", "http/1.1"])
    func `A service of TLS is offered what the visitor has chosen`(chosen: String) async throws {
        let issued = try LocalAuthority.create().issue(for: [Self.host], addresses: [])
        try await TestTLSService.with(issued, protocols: ["http/1.1", "h2"]) { port in
            try await self.withShop(to: "tls://localhost:\(port)") { options, _ in
                options.tlsTermination?.applicationProtocols = ["h2", "http/1.1"]
            } _: { shop in
                let said = try await shop.openssl(["-alpn", chosen, "-ign_eof"])
                #expect(said.contains("the service speaks \(chosen)"), "\(said)")
            }
        }
    }

    @Test func `The oldest version that the agent takes is as it is told`() async throws {
        try await self.withShop { options, _ in
            options.tlsTermination?.minimumVersion = .v1_3
        } _: { shop in
            let newest = try await shop.curl(nil)
            #expect(newest.hasSuffix("200"), "\(newest)")
            let older = try await shop.curl(nil, ["--tls-max", "1.2"])
            #expect(older.hasSuffix("000"), "\(older)")
        }
    }

    @Test func `Much passes both ways, and its end is seen`() async throws {
        try await self.withShop(serve: { connection in
            let head = try await connection.read(until: "\r\n\r\n")
            let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
            let length = field.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
            let body = try await connection.read(count: length)
            // Without a length: the end of the connection is the end of the body.
            try await connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            try await connection.write(ByteBuffer(bytes: body))
            try await connection.write(ByteBuffer(bytes: body))
            try await connection.finish()
        }) { shop in
            let path = "\(shop.clients.folder)/body"
            try Data(repeating: 7, count: 5_000_000).write(to: URL(filePath: path))
            let said = try await shop.curl(
                nil,
                ["--data-binary", "@\(path)", "-H", "Expect:", "-o", "\(path).back", "-w", "%{size_download} "]
            )
            #expect(said.contains("10000000"), "\(said)")
        }
    }

    @Test(arguments: [EndpointOptions.ProxyProtocol.v1, .v2])
    func `A PROXY header goes before what was inside`(version: EndpointOptions.ProxyProtocol) async throws {
        try await self.withShop { options, _ in
            options.proxyProtocol = version
        } serve: { connection in
            let first = try await connection.read(count: 12)
            let isHeader =
                version == .v1
                ? first.starts(with: Array("PROXY TCP4".utf8)) : first.starts(with: [0x0D, 0x0A, 0x0D, 0x0A, 0x00])
            _ = try await connection.read(until: "\r\n\r\n")
            let answer = isHeader ? "yes" : "no"
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)")
        } _: { shop in
            let said = try await shop.curl(nil)
            #expect(said == "yes200", "\(said)")
        }
    }

    @Test func `What is no TLS of the endpoint's reaches no service`() async throws {
        try await self.withShop { shop in
            let visitor = try await TestConnection.open(port: shop.edge.httpsPort)
            try await visitor.write(ByteBuffer(bytes: try clientHello(for: Self.host)))
            // A handshake that never goes on: the hello is answered, what follows is none.
            let answer = try await visitor.read(count: 5)
            #expect(answer.first == 22)
            try await visitor.write("GET / HTTP/1.1\r\nHost: \(Self.host)\r\n\r\n")
            let rest = try await visitor.readToEnd()
            #expect(!String(decoding: rest, as: UTF8.self).contains("HTTP/1.1"))
            await visitor.close()
            let said = try await shop.curl(nil)
            #expect(said.hasSuffix("200"), "\(said)")
        }
    }

    @Test func `An edge that ends TLS all the same is not served`() async throws {
        try await self.withShop { options, _ in
            options.trafficPolicy = "on_tcp_connect: [{actions: [{type: terminate-tls}]}]"
        } _: { shop in
            let said = try await shop.curl(nil, ["-k"])
            #expect(said.hasSuffix("000"), "\(said)")
        }
    }

    @Test func `An application takes connections that it need not decrypt`() async throws {
        let authority = try LocalAuthority.create()
        let issued = try authority.issue(for: [Self.host], addresses: [])
        try await TestClients.with { clients in
            let trust = "\(clients.folder)/agent-ca.pem"
            try Data(authority.certificatePEM.utf8).write(to: URL(filePath: trust))
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                var options = EndpointOptions(scheme: .tls, url: "tls://\(Self.host)")
                options.tlsTermination = TLSTermination(
                    certificates: .bytes(Array(issued.certificatePEM.utf8)),
                    privateKey: .bytes(Array(issued.keyPEM.reveal().utf8))
                )
                let listener = try await agent.listen(options)
                let serving = Task {
                    for try await connection in listener {
                        var head = ""
                        while !head.contains("\r\n\r\n"), let bytes = try await connection.read() {
                            head += String(buffer: bytes)
                        }
                        try await connection.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
                        connection.finish()
                        while try await connection.read() != nil {}
                    }
                }
                let shop = Shop(edge: edge, agent: agent, clients: clients, trust: trust)
                for _ in 0..<2 {
                    let said = try await shop.curl(nil)
                    #expect(said == "ok200", "\(said)")
                }
                await listener.close()
                try await serving.value
                await agent.close()
            }
        }
    }

    @Test func `A certificate that cannot be used is refused before the edge is asked`() async throws {
        try await TestEdge.with { edge in
            let agent = try await edge.connectAgent()
            let issued = try LocalAuthority.create().issue(for: [Self.host], addresses: [])
            let other = try LocalAuthority.create().issue(for: [Self.host], addresses: [])
            let certificate = TLSTermination.PEM.bytes(Array(issued.certificatePEM.utf8))
            let key = TLSTermination.PEM.bytes(Array(issued.keyPEM.reveal().utf8))
            for (scheme, termination) in [
                (Scheme.https, TLSTermination(certificates: certificate, privateKey: key)),
                (.tls, TLSTermination(certificates: .file("/nowhere"), privateKey: key)),
                (.tls, TLSTermination(certificates: certificate, privateKey: .bytes(Array("nonsense".utf8)))),
                (
                    .tls,
                    TLSTermination(
                        certificates: certificate,
                        privateKey: .bytes(Array(other.keyPEM.reveal().utf8))
                    )
                ),
                (
                    .tls,
                    TLSTermination(
                        certificates: certificate,
                        privateKey: key,
                        minimumVersion: .v1_3,
                        maximumVersion: .v1_2
                    )
                ),
            ] {
                var options = EndpointOptions(scheme: scheme)
                options.tlsTermination = termination
                let error = await #expect(throws: PorticoError.self) {
                    _ = try await agent.forward(to: "1", options: options)
                }
                #expect(error?.kind == .invalidConfiguration)
                #expect(error?.message.contains("nonsense") == false)
            }
            await agent.close()
        }
    }
}
