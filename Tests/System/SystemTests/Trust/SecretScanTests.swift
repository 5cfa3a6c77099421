import ACME
import Addressing
import Certificates
import EdgeTestSupport
import EventDelivery
import Events
import Foundation
import JSON
import Logging
import Model
import Outbound
import Portico
import Proxy
import Store
import TestSupport
import Testing

@testable import Control
@testable import Edge
@testable import PolicyEngine

/// After exchanges that carry secrets of every kind, none stands in the database, the log, an event, or the files of captured
/// traffic and of events that wait for a destination.
@Suite(.timeLimit(.minutes(5))) struct SecretScanTests {
    private typealias JSONValue = JSON.JSONValue

    @Test func `Nothing secret stands in a file, the log or an event, whatever was done`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "scan-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let kept = try await TestEdge.Kept.file(at: folder.appending(path: "portico.db").path)
        let found = ScannedSecrets()
        let queues = [EventQueue(limit: 100_000), EventQueue(limit: 100_000)]
        let spool = folder.appending(path: "spool")
        let delivery = EventDelivery(
            store: kept.store,
            configuration: DeliveryConfiguration(folder: spool.path),
            sealingKeys: kept.sealingKeys,
            transport: NobodyThere(),
            live: EventBroadcast(),
            logger: Logger(label: "scan") { _ in ScannedLog(found: found) }
        )
        let delivering = Task { try await delivery.run() }
        defer { delivering.cancel() }
        try await TestPebble.with { pebble in
            try await FakeProvider.with { provider in
                try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                    let settings = try pebble.settings(.http)
                    try await TestEdge.with { setup in
                        setup.kept = kept
                        setup.useACME(of: pebble, settings)
                        setup.logger = Logger(label: "scan") { _ in ScannedLog(found: found) }
                        setup.edge.proxy.observation.accessLog = queues[0]
                        setup.edge.proxy.observation.subscribers = delivery.intake
                        setup.capturesTraffic = true
                        setup.trafficFile = folder.appending(path: "traffic.db").path
                        setup.edge.proxy.policy.events = queues[1]
                        setup.edge.proxy.policy.tellsAll = true
                        var outbound = OutboundConfiguration()
                        outbound.isOpen = true
                        outbound.rules.opened = [try IPPrefix(parsing: "127.0.0.0/8")]
                        let port = URLComponents(string: provider.issuer)?.port.map { UInt16($0) }
                        outbound.rules.ports = Set([upstream.port, try #require(port)])
                        setup.edge.proxy.policy.services.requester = try OutboundRequester(outbound)
                    } _: { edge in
                        found.add(edge.authtoken)
                        try await Self.subscribe(edge, delivery)
                        try await Self.configure(edge, pebble, found)
                        try await Self.signIn(edge, found)
                        let agent = try await edge.connectAgent()
                        try await Self.visit(edge, agent, upstream, provider, found)
                        await agent.close()
                        try await Self.noteKeys(edge, found)
                        try await edge.withAPI { try await InspectedEdge(edge: edge, api: $0).wait(for: 8) }
                        // Of the login that was last: those before it are there, too.
                        while try Self.contents(of: spool).range(of: Data("wall.edge.test".utf8)) == nil {
                            try Task.checkCancellation()
                            await pause()
                        }
                    }
                }
            }
        }
        #expect(found.all.count >= 45, "\(found.all.count)")

        var events = Data()
        for queue in queues {
            queue.close()
            while let batch = await queue.batch() {
                for event in batch.events { events += Data((event.line(id: .random()) + "\n").utf8) }
            }
        }
        var seen = ["log": Data(found.logged.utf8), "events": events]
        delivering.cancel()
        _ = try? await delivering.value
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            seen[name] = try Self.contents(of: folder.appending(path: name))
        }
        seen["database"] = seen.filter { $0.key.hasPrefix("portico.db") }.values.reduce(Data(), +)
        for (name, bytes) in seen {
            #expect(found.secrets(in: bytes) == [], "\(name)")
            #expect(bytes.range(of: Data("PRIVATE KEY".utf8)) == nil, "\(name)")
        }
        // What is looked for would be found: what is no secret is there.
        for name in ["log", "events", "database", "spool"] {
            #expect(seen[name]?.range(of: Data("app.shop.example".utf8)) != nil, "\(name)")
        }
        #expect(seen.contains { $0.key.hasPrefix("traffic.db") && $0.value.count > 10_000 })
        found.add("app.shop.example")
        #expect(found.secrets(in: events) == ["app.shop.example"])
    }

    /// All that is in a file, or in the files of a folder.
    private static func contents(of url: URL) throws -> Data {
        guard try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory ?? false else {
            return try Data(contentsOf: url)
        }
        return try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil).sorted {
            $0.path < $1.path
        }.reduce(into: Data()) { $0 += try Self.contents(of: $1) }
    }

    // MARK: - What is configured

    /// A destination takes audit events and those of traffic, and all traffic is captured in full.
    private static func subscribe(_ edge: TestEdge, _ delivery: EventDelivery) async throws {
        try await edge.withAPI { api in
            let settings = try await api.call("PATCH", "/traffic_inspector/settings", ["mode": "full"])
            #expect(settings.status == 200, "\(settings)")
            let target: JSONValue = ["target": ["datadog": ["api_key": "to-be-replaced", "ddsite": "datadoghq.eu"]]]
            let destination = try await api.call("POST", "/event_destinations", target).text("id")
            let types = EventType.all.map { ["type": .string($0.name)] as JSONValue }
            let made = try await api.call(
                "POST",
                "/event_subscriptions",
                ["sources": .array(types), "destination_ids": [.string(destination)]]
            )
            #expect(made.status == 201, "\(made)")
        }
        while !delivery.intake.wanted.events {
            try Task.checkCancellation()
            await pause()
        }
    }

    /// Secrets in resources of the API, a certificate that is obtained, and an endpoint whose policy has secrets in it.
    private static func configure(_ edge: TestEdge, _ pebble: TestPebble, _ found: ScannedSecrets) async throws {
        let password = found.make("password")
        found.add(Data("ada:\(password)".utf8).base64EncodedString())
        let hidden = ["webhook", "header", "expression", "client"].map(found.make)
        let own = try LocalAuthority.create().issue(for: ["own.shop.example"])
        found.add(key: own.keyPEM.reveal())
        let uploaded = try LocalAuthority.create().issue(for: ["up.shop.example"])
        found.add(key: uploaded.keyPEM.reveal())
        let (vault, stream) = (found.make("vault"), found.make("stream"))
        let policy = """
            on_http_request:
              - expressions: ["req.headers['x-api-key'].exists(k, k == '\(hidden[2])')"]
                actions: [{type: add-headers, config: {headers: {authorization: "Bearer \(hidden[1])"}}}]
              - expressions: ["req.url.path == '/hook'"]
                actions: [{type: verify-webhook, config: {provider: gitlab, secret: "\(hidden[0])"}}]
              - expressions: ["req.url.path == '/login'"]
                actions: [{type: oauth, config: {provider: github, client_id: a, client_secret: "\(hidden[3])"}}]
              - actions:
                  - {type: basic-auth, config: {credentials: ["ada:\(password)"]}}
                  - {type: custom-response, config: {status_code: 200, body: "in"}}
            """
        let ending: JSONValue = [
            "on_tcp_connect": [
                [
                    "actions": [
                        [
                            "type": "terminate-tls",
                            "config": [
                                "server_private_key": .string(own.keyPEM.reveal()),
                                "server_certificate": .string(own.certificatePEM),
                            ],
                        ]
                    ]
                ]
            ], "on_http_request": [["actions": [["type": "custom-response", "config": ["status_code": 200]]]]],
        ]
        try await edge.withAPI { api in
            func make(_ path: String, _ body: JSONValue) async throws -> TestAPI.Answer {
                let answer = try await api.call("POST", path, body)
                #expect(answer.status == 201, "\(path): \(answer)")
                return answer
            }
            for name: JSONValue in ["app.shop.example", "own.shop.example"] {
                _ = try await make("/reserved_domains", ["domain": name])
            }
            let endpoint = try await make(
                "/endpoints",
                ["url": "https://app.shop.example", "traffic_policy": .string(policy)]
            )
            #expect(endpoint.text("traffic_policy") == policy)
            let changed = policy.replacing("body: \"in\"", with: "body: \"inside\"")
            let path = "/endpoints/\(endpoint.text("id"))"
            #expect(try await api.call("PATCH", path, ["traffic_policy": .string(changed)]).status == 200)
            _ = try await make(
                "/endpoints",
                ["url": "https://own.shop.example", "traffic_policy": .string(ending.text)]
            )
            _ = try await make("/vaults", ["name": "prod"])
            _ = try await make("/vault_secrets", ["name": "a", "value": .string(vault), "vault_name": "prod"])
            let target: JSONValue = ["datadog": ["api_key": .string(stream), "ddsite": "datadoghq.eu"]]
            _ = try await make("/event_destinations", ["target": target])
            _ = try await make(
                "/tls_certificates",
                [
                    "certificate_pem": .string(uploaded.certificatePEM),
                    "private_key_pem": .string(uploaded.keyPEM.reveal()),
                ]
            )
            _ = try await make("/ssh_certificate_authorities", [:])
            found.add(try await make("/api_keys", [:]).text("token"))
            found.add(try await make("/credentials", [:]).text("token"))
            _ = try await ManagedDomain.wait(edge) { $0.domain == "app.shop.example" && ManagedDomain.isDone($0) }
        }

        let root = try await pebble.root()
        try await ManagedDomain.visitWhenServed("app.shop.example", edge, trusting: root)
        for (path, fields) in [
            ("/", "Authorization: Basic \(Data("ada:\(password)".utf8).base64EncodedString())\r\n"),
            ("/", "Authorization: Basic \(Data("ada:\(found.make("wrong"))".utf8).base64EncodedString())\r\n"),
            ("/", "X-Api-Key: \(hidden[2])\r\nAuthorization: Bearer \(found.make("bearer"))\r\n"),
            ("/", "Cookie: session=\(found.make("cookie"))\r\n"), ("/login", ""),
            ("/hook", "X-Gitlab-Token: \(hidden[0])\r\n"), ("/hook", "X-Gitlab-Token: \(found.make("token"))\r\n"),
        ] {
            let visitor = try await edge.visitSecurely("app.shop.example", trusting: root)
            try await visitor.write(request("GET \(path)", host: "app.shop.example", "Connection: close\r\n\(fields)"))
            #expect(String(decoding: try await visitor.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 "))
        }
        let visitor = try await edge.visitSecurely("own.shop.example", trusting: own.certificatePEM)
        await visitor.close()
    }

    // MARK: - What visitors do

    /// A login, a request that the edge makes, and an attack that the firewall sees, each with secrets of a visitor.
    private static func visit(
        _ edge: TestEdge,
        _ agent: Agent,
        _ upstream: TestUpstream,
        _ provider: FakeProvider,
        _ found: ScannedSecrets
    ) async throws {
        let (access, refresh) = (found.make("access"), found.make("refresh"))
        found.add("s3cret-of-portico")
        provider.behave { behaviour in
            behaviour.tokens = { answer in
                (answer["access_token"], answer["refresh_token"]) = (access, refresh)
                if let identity = answer["id_token"] as? String { found.add(identity) }
            }
        }
        let outbound = found.make("outbound")
        for (name, rules) in [
            (
                "login",
                """
                type: openid-connect
                config: {issuer_url: "\(provider.issuer)", client_id: portico, client_secret: s3cret-of-portico}
                """
            ),
            (
                "asks",
                """
                type: http-request
                config: {url: "http://127.0.0.1:\(upstream.port)/", headers: {authorization: "Bearer \(outbound)"}}
                """
            ), ("wall", "type: owasp-crs-request\nconfig: {process_body: true}"),
        ] {
            var options = EndpointOptions(scheme: .https, url: "https://\(name).edge.test")
            let action = rules.split(separator: "\n").joined(separator: "\n        ")
            options.trafficPolicy = "on_http_request:\n  - actions:\n      - \(action)"
            _ = try await agent.forward(to: "\(upstream.port)", options: options)
        }
        let browser = TestBrowser(edge)
        let page = try await browser.login("https://login.edge.test/page", at: provider)
        #expect(page.status == 200 && page.body.contains(access), "\(page)")
        for (name, value) in browser.cookies["login.edge.test"] ?? [:] {
            #expect(name.contains("portico."))
            found.add(value)
        }
        #expect(try await browser.get("https://login.edge.test/ngrok/logout").status == 302)
        #expect(try await TestBrowser(edge).get("https://asks.edge.test/").status == 200)
        let attack = """
            Cookie: sid=\(found.make("sid"))' OR 1=1--\r\nAuthorization: Bearer \(found.make("attacker"))\r\n\
            X-Password: \(found.make("field"))<script>alert(1)</script>\r\n
            """
        let refused = try await TestBrowser(edge).get(
            "https://wall.edge.test/?id=1%27%20OR%20%271%27=%271",
            fields: attack
        )
        #expect(refused.status == 403, "\(refused)")
    }

    /// The keys that the edge made for itself, which nobody was shown.
    private static func noteKeys(_ edge: TestEdge, _ found: ScannedSecrets) async throws {
        let accounts = try await edge.store.list(ACMEAccountRecord.self, in: .platform)
        #expect(accounts.count == 1)
        for account in accounts {
            found.add(key: try account.account(edge.sealingKeys).key.pem.reveal())
        }
        let certificates = try await edge.store.list(TLSCertificateRecord.self, in: .platform)
        #expect(certificates.contains { $0.document.issued != nil })
        for certificate in certificates { found.add(key: try certificate.key(edge.sealingKeys).reveal()) }
    }
}
