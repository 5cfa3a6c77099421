import Edge
import EdgeTestSupport
import Events
import Foundation
import JSON
import Model
import Portico
import Proxy
import TestSupport
import Testing

/// `terminate-tls` and certificates of visitors, as curl and OpenSSL meet them over real sockets.
@Suite(.timeLimit(.minutes(2))) struct ClientCertificateTests {
    private typealias Settings = JSON.JSONObject

    private static let host = "app.edge.test"

    /// An endpoint whose TLS ends as `settings` say, and beside it `open.edge.test` without a policy.
    private struct Shop {
        let edge: TestEdge
        let clients: TestClients

        /// What curl says of a request, with the certificate of this name: the status, the version of HTTP, and what it
        /// got, or why it got nothing.
        func curl(_ name: String?, host: String = host, _ words: [String] = []) async throws -> String {
            let port = self.edge.httpsPort
            let tool = try #require(Tool("curl"))
            let trust = "\(self.clients.folder)/edge.pem"
            try Data(self.edge.authorityPEM.utf8).write(to: URL(filePath: trust))
            return try await tool.run(
                ["-sS", "--max-time", "20", "--cacert", trust, "--resolve", "\(host):\(port):127.0.0.1"]
                    + ["-w", "%{http_code} %{http_version}"] + self.clients.curl(name) + words
                    + ["https://\(host):\(port)/"]
            )
        }
    }

    /// A rule for connections that ends TLS as `settings` say.
    private static func rules(_ settings: Settings, then others: JSON.JSONValue...) -> String {
        let ends: JSON.JSONValue = [
            "actions": [["type": "terminate-tls", "config": .object(settings)]]
        ]
        let added: JSON.JSONValue = [
            "actions": [
                [
                    "type": "add-headers",
                    "config": [
                        "headers": [
                            "x-client": "<${conn.tls.client.subject.common_name}>",
                            "x-warnings": "<${actions.ngrok.terminate_tls.warnings.join(';')}>",
                            "x-result": "<${actions.ngrok.terminate_tls.client.subject.common_name}>",
                            "x-version": "<${actions.ngrok.terminate_tls.version}>",
                        ]
                    ],
                ]
            ]
        ]
        let policy: JSON.JSONValue = ["on_tcp_connect": .array([ends] + others), "on_http_request": [added]]
        return policy.text
    }

    private static func trusting(_ texts: String..., verify: String? = nil) -> Settings {
        var settings: Settings = [
            "mutual_tls_certificate_authorities": .array(texts.map { .string($0) })
        ]
        if let verify { settings.set("mutual_tls_verification_strategy", to: .string(verify)) }
        return settings
    }

    private func withShop(
        _ policy: (TestClients) throws -> String,
        recording queue: EventQueue? = nil,
        _ body: (Shop) async throws -> Void
    ) async throws {
        try await TestClients.with { clients in
            let policy = try policy(clients)
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                try await TestEdge.with {
                    $0.edge.proxy.observation.accessLog = queue
                } _: { edge in
                    let agent = try await edge.connectAgent()
                    let options = EndpointOptions(
                        scheme: .https,
                        url: "https://\(Self.host)",
                        trafficPolicy: policy
                    )
                    _ = try await agent.forward(to: "\(upstream.port)", options: options)
                    let open = EndpointOptions(scheme: .https, url: "https://open.edge.test")
                    _ = try await agent.forward(to: "\(upstream.port)", options: open)
                    try await body(Shop(edge: edge, clients: clients))
                    await agent.close()
                }
            }
        }
    }

    @Test func `A certificate is let in that an authority has signed, is in its time, is for clients and not revoked`()
        async throws
    {
        try await self.withShop {
            Self.rules(Self.trusting(try $0.text("shop.pem") + $0.text("shop.crl")))
        } _: { shop in
            for name in TestClients.names + [""] {
                for version in ["1.2", "1.3"] {
                    let said = try await shop.curl(name.isEmpty ? nil : name, ["--tls-max", version])
                    let isLetIn = ["good", "deep"].contains(name)
                    #expect(said.hasSuffix("200 2") == isLetIn, "\(name): \(said)")
                    #expect(said.hasSuffix("000 0") != isLetIn, "\(name): \(said)")
                    guard isLetIn else { continue }
                    #expect(said.lowercased().contains("x-client: <\(name)>"), "\(said)")
                    #expect(said.lowercased().contains("x-result: <\(name)>"), "\(said)")
                    #expect(said.lowercased().contains("x-version: <\(version)>"), "\(said)")
                }
            }
        }
    }

    @Test func `The record says whose certificate a visitor has shown`() async throws {
        let queue = EventQueue()
        try await self.withShop(
            {
                Self.rules(Self.trusting(try $0.text("shop.pem"), verify: "request"))
            },
            recording: queue
        ) { shop in
            for name in ["good", "other", nil] { _ = try await shop.curl(name) }
        }
        queue.close()
        var shown: [String?] = []
        while let batch = await queue.batch() {
            for event in batch.events {
                let line = try JSONValue(reading: event.line(id: .random()).utf8)
                let certificate = line.object?["object"]?.object?["tls"]?.object?["client_cert"]?.object
                shown.append(certificate?["subject"]?.object?["cn"]?.string)
                #expect((certificate?["serial_number"]?.string?.isEmpty == false) == (certificate != nil))
            }
        }
        // One that does not count is not told of.
        #expect(shown == ["good", nil, nil])
    }

    @Test func `Whose list of revocations is over its time nobody vouches for`() async throws {
        try await self.withShop {
            Self.rules(Self.trusting(try $0.text("shop.pem") + $0.text("late.crl")))
        } _: { shop in
            let said = try await shop.curl("good")
            #expect(said.hasSuffix("000 0"))
        }
    }

    @Test(arguments: [
        ("request", ["": "<>", "good": "<good>", "other": "<>", "expired": "<>"]),
        ("require-any", ["": nil, "good": "<good>", "other": "<other>", "expired": "<expired>"]),
        ("require-and-verify", ["": nil, "good": "<good>", "other": nil, "expired": nil]),
    ])
    func `Strategies differ in who is let in, and a certificate that does not count is not told`(
        strategy: String,
        outcomes: [String: String?]
    ) async throws {
        try await self.withShop {
            Self.rules(Self.trusting(try $0.text("shop.pem"), verify: strategy))
        } _: { shop in
            for (name, client) in outcomes {
                let said = try await shop.curl(name.isEmpty ? nil : name).lowercased()
                #expect(said.hasSuffix("200 2") == (client != nil), "\(name): \(said)")
                if let client { #expect(said.contains("x-client: \(client)"), "\(said)") }
                let isWarned = strategy == "request" && ["other", "expired"].contains(name)
                #expect(said.contains("x-warnings: <the visitor's certificate does not count") == isWarned, "\(said)")
            }
        }
    }

    @Test func `A request that comes over a connection of another endpoint is misdirected, in both directions`()
        async throws
    {
        try await self.withShop {
            Self.rules(Self.trusting(try $0.text("shop.pem")))
        } _: { shop in
            for version in [["--http2"], ["--http1.1"]] {
                let number = version == ["--http2"] ? "2" : "1.1"
                let bypass = try await shop.curl(nil, host: "open.edge.test", version + ["-H", "Host: \(Self.host)"])
                #expect(bypass.hasSuffix("421 \(number)"), "\(bypass)")
                let unknown = try await shop.curl(nil, host: "none.edge.test", version + ["-H", "Host: \(Self.host)"])
                #expect(unknown.hasSuffix("421 \(number)"), "\(unknown)")
                let out = try await shop.curl("good", version + ["-H", "Host: open.edge.test"])
                #expect(out.hasSuffix("421 \(number)"), "\(out)")
                #expect(try await shop.curl(nil, host: "open.edge.test", version).hasSuffix("200 \(number)"))
            }
        }
    }

    @Test func `Rules behind the action know the certificate, and end what they do not want`() async throws {
        try await self.withShop {
            let expression: JSON.JSONValue = ["conn.tls.client.subject.common_name == 'revoked'"]
            return Self.rules(
                Self.trusting(try $0.text("shop.pem")),
                then: ["expressions": expression, "actions": [["type": "deny"]]]
            )
        } _: { shop in
            let good = try await shop.curl("good")
            let revoked = try await shop.curl("revoked")
            let none = try await shop.curl(nil)
            #expect(good.hasSuffix("200 2") && revoked.hasSuffix("000 0") && none.hasSuffix("000 0"))
        }
    }

    @Test func `The last word counts before the handshake, and none does behind it`() async throws {
        let ends: @Sendable (String) -> JSON.JSONValue = { version in
            ["actions": [["type": "terminate-tls", "config": ["max_version": .string(version)]]]]
        }
        try await self.withShop { _ in
            Self.rules(["min_version": "1.3"], then: ends("1.2"))
        } _: { shop in
            let said = try await shop.curl(nil).lowercased()
            #expect(said.contains("x-version: <1.2>"), "\(said)")
        }
        try await self.withShop { _ in
            let asks: JSON.JSONValue = [
                "expressions": ["conn.tls.version == '1.3'"],
                "actions": [["type": "log", "config": ["metadata": ["a": "b"]]]],
            ]
            return Self.rules([:], then: asks, ends("1.2"))
        } _: { shop in
            let said = try await shop.curl(nil)
            #expect(said.hasSuffix("000 0"), "\(said)")
        }
    }

    @Test func `Versions of TLS are those that the policy allows`() async throws {
        for (settings, spoken) in [
            (["min_version": "1.3"], ["1.3"]), (["max_version": "1.2"], ["1.2"]), ([:], ["1.2", "1.3"]),
        ] as [(Settings, [String])] {
            try await self.withShop { _ in
                Self.rules(settings)
            } _: { shop in
                for version in ["1.2", "1.3"] {
                    let said = try await shop.curl(nil, ["--tls-max", version, "--tlsv\(version)"])
                    #expect(said.hasSuffix("200 2") == spoken.contains(version), "\(said)")
                    #expect(said.contains("alert protocol version") != spoken.contains(version), "\(said)")
                }
            }
        }
    }

    @Test func `Authorities of the account are named by their identifiers, and others are refused`() async throws {
        try await TestClients.with { clients in
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                try await TestEdge.with { edge in
                    try await edge.withAPI { api in
                        let made = try await api.call(
                            "POST",
                            "/certificate_authorities",
                            ["ca_pem": .string(try clients.text("shop.pem"))]
                        )
                        #expect(made.status == 201, "\(made)")
                        let agent = try await edge.connectAgent()
                        var options = EndpointOptions(scheme: .https, url: "https://\(Self.host)")
                        options.trafficPolicy = Self.rules(Self.trusting("ca_2bL9rQ4sT8uV1wX3yZ5a6cD7eF8"))
                        await #expect(throws: (any Error).self) {
                            try await agent.forward(to: "\(upstream.port)", options: options)
                        }
                        options.trafficPolicy = Self.rules(Self.trusting(made.text("id")))
                        _ = try await agent.forward(to: "\(upstream.port)", options: options)
                        let shop = Shop(edge: edge, clients: clients)
                        #expect(try await shop.curl("good").hasSuffix("200 2"))
                        #expect(try await shop.curl("other").hasSuffix("000 0"))

                        // One that is gone vouches for nobody, and nobody is let in without it.
                        let gone = try await api.call("DELETE", "/certificate_authorities/\(made.text("id"))")
                        #expect(gone.status == 204, "\(gone)")
                        while try await shop.curl("good").hasSuffix("200 2") { try Task.checkCancellation() }
                        #expect(try await shop.curl(nil).hasSuffix("000 0"))
                        await agent.close()
                    }
                }
            }
        }
    }

    @Test func `A TLS endpoint ends TLS with the policy's certificate, asks for clients' and passes on what is inside`()
        async throws
    {
        try await TestClients.with { clients in
            try await TestUpstream.with { upstream in
                let text = try await upstream.read(until: "\n")
                try await upstream.write("heard \(text)")
                try await upstream.finish()
            } _: { upstream in
                try await TestEdge.with { edge in
                    let agent = try await edge.connectAgent()
                    var settings = Self.trusting(try clients.text("shop.pem"))
                    settings.set("server_certificate", to: .string(try clients.text("servers.pem")))
                    settings.set("server_private_key", to: .string(try clients.text("servers.key")))
                    for asks in [false, true] {
                        let condition: JSON.JSONValue =
                            asks ? ["conn.tls.client.subject.common_name == 'deep'"] : ["conn.tls.sni == ''"]
                        let rules: JSON.JSONValue = [
                            "on_tcp_connect": [
                                ["actions": [["type": "terminate-tls", "config": .object(settings)]]],
                                ["expressions": condition, "actions": [["type": "deny"]]],
                            ]
                        ]
                        let name = "own\(asks ? 1 : 0).edge.test"
                        let options = EndpointOptions(scheme: .tls, url: "tls://\(name)", trafficPolicy: rules.text)
                        _ = try await agent.forward(to: "tcp://127.0.0.1:\(upstream.port)", options: options)
                        for (client, isLetIn) in [("good", true), ("deep", !asks), ("other", false), (nil, false)] {
                            let said = try await Self.talk(to: name, edge, clients, as: client)
                            #expect(said.contains("heard hello") == isLetIn, "\(client ?? ""): \(said)")
                            #expect(said.contains("CN = servers"), "\(said)")
                        }
                    }
                    await agent.close()
                }
            }
        }
    }

    /// What OpenSSL says and gets who says hello.
    private static func talk(
        to name: String,
        _ edge: TestEdge,
        _ clients: TestClients,
        as client: String?
    ) async throws -> String {
        let shell = try #require(Tool("bash"))
        let words = ["s_client", "-connect", "127.0.0.1:\(edge.httpsPort)", "-servername", name, "-ign_eof"]
        return try await shell.run(
            ["-c", "echo hello | timeout 20 openssl \"$@\"", "openssl"] + words + clients.openssl(client)
        )
    }
}
