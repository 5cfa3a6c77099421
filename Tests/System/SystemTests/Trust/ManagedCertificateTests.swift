import ACME
import Addressing
import Control
import Edge
import EdgeTestSupport
import Foundation
import JSON
import Model
import Portico
import Store
import Synchronization
import TestSupport
import Testing

/// Certificates that the edge obtains, with every other nonce refused.
@Suite(.serialized, .timeLimit(.minutes(3))) struct ManagedCertificateTests {
    @Test(arguments: [ChallengeType.http, .tlsALPN, .dns])
    func `A domain that is reserved gets a certificate by each challenge, before policies are asked`(
        challenge: ChallengeType
    ) async throws {
        let program = FileManager.default.temporaryDirectory.appending(path: "records-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: program) }
        try await TestPebble.with { pebble in
            var settings = try pebble.settings(challenge)
            if challenge == .dns {
                try pebble.writeRecordsProgram(to: program)
                settings.records = DNSHook(program: program)
            }
            let name = challenge == .dns ? "*.shop.example" : "app.shop.example"
            let host = "app.shop.example"
            let root = try await pebble.root()
            try await TestEdge.with { [settings] in
                $0.useACME(of: pebble, settings)
            } _: { edge in
                let agent = try await edge.connectAgent()
                for scheme in [Portico.Scheme.http, .https] {
                    let options = EndpointOptions(
                        scheme: scheme,
                        url: "\(scheme)://\(host)",
                        trafficPolicy: "on_http_request: [{actions: [{type: deny}]}]"
                    )
                    _ = try await agent.forward(to: "1", options: options)
                }
                try await edge.withAPI { api in
                    await #expect(throws: (any Error).self) {
                        try await ManagedDomain.visit(host, edge, trusting: root)
                    }
                    let made = try await api.call("POST", "/reserved_domains", ["domain": .string(name)])
                    #expect(made.status == 201, "\(made)")
                    _ = try await ManagedDomain.wait(edge, until: ManagedDomain.isDone)
                    try await ManagedDomain.visitWhenServed(host, edge, trusting: root)

                    let shown = try await api.call("GET", "/reserved_domains/\(made.text("id"))")
                    let certificate = try #require(shown.object["certificate"]?.object?["id"]?.string, "\(shown)")
                    let status = try #require(shown.object["certificate_management_status"]?.object)
                    #expect(status["provisioning_job"] == .null)
                    #expect(status["renews_at"]?.string != nil)
                    // What was obtained is there like what was uploaded, and goes with the domain alone.
                    let path = "/tls_certificates/\(certificate)"
                    #expect(try await api.call("DELETE", path).code == 1966)
                    #expect(try await api.call("DELETE", "/reserved_domains/\(made.text("id"))").status == 204)
                    #expect(try await api.call("GET", path).status == 404)
                    await #expect(throws: (any Error).self) {
                        try await ManagedDomain.visit(host, edge, trusting: root)
                    }
                }
                await agent.close()
            }
        }
    }

    /// From the call that makes the domain to the first handshake with the new chain; Pebble refuses every other nonce.
    @Test(arguments: [ChallengeType.http, .tlsALPN])
    func `The chain is served within ten seconds of the domain's creation`(
        challenge: ChallengeType
    ) async throws {
        try await TestPebble.with { pebble in
            let settings = try pebble.settings(challenge)
            let root = try await pebble.root()
            try await TestEdge.with {
                $0.useACME(of: pebble, settings)
            } _: { edge in
                try await edge.withAPI { api in
                    for (number, host) in ["one.shop.example", "two.shop.example"].enumerated() {
                        let clock = ContinuousClock()
                        let begun = clock.now
                        let made = try await api.call("POST", "/reserved_domains", ["domain": .string(host)])
                        #expect(made.status == 201, "\(made)")
                        var before = 0
                        while (try? await ManagedDomain.visit(host, edge, trusting: root)) == nil {
                            before += 1
                            try Task.checkCancellation()
                        }
                        let taken = clock.now - begun
                        print(
                            "\(challenge): \(number == 0 ? "first" : "second") chain served after \(taken), \(before) visits"
                        )
                        #expect(taken < .seconds(10))
                    }
                }
            }
        }
    }

    @Test func `A certificate is renewed when it is time, and the old one serves until then`() async throws {
        try await TestPebble.with { pebble in
            let settings = try pebble.settings(.http)
            let root = try await pebble.root()
            try await TestEdge.with {
                $0.useACME(of: pebble, settings)
            } _: { edge in
                try await edge.withAPI { api in
                    _ = try await api.call("POST", "/reserved_domains", ["domain": "app.shop.example"])
                    var first = try await ManagedDomain.wait(edge, until: ManagedDomain.isDone)
                    try await ManagedDomain.visitWhenServed("app.shop.example", edge, trusting: root)
                    let old = first.document.management?.certificate
                    let life = try #require(first.document.management?.renews).timeIntervalSinceNow
                    // Pebble's are good for five years.
                    #expect(life > 1000 * 86_400)

                    first.document.management?.renews = Date(timeIntervalSinceNow: -1)
                    try await edge.store.commit([.update(first)])
                    // Every handshake until then is good, with the one or the other.
                    while true {
                        try await ManagedDomain.visit("app.shop.example", edge, trusting: root)
                        let now: Stored<ReservedDomainRecord> = try await edge.store.get(first.id, in: .platform)
                        if ManagedDomain.isDone(now.document), now.document.management?.certificate != old { break }
                        try Task.checkCancellation()
                    }
                    try await ManagedDomain.visitWhenServed("app.shop.example", edge, trusting: root)
                }
            }
        }
    }

    /// Lets everything through up to the end of an order, where whoever asks waits until it is cancelled.
    private struct StoppingTransport: ACMETransport {
        let transport: HTTPSTransport
        let reached: AsyncStream<Void>.Continuation

        func send(_ request: ACMERequest) async throws(ACMEError) -> ACMEResponse {
            guard request.url.target.contains("finalize") else { return try await self.transport.send(request) }
            let (never, continuation) = AsyncStream.makeStream(of: Void.self)
            self.reached.yield()
            for await _ in never {}
            withExtendedLifetime(continuation) {}
            throw .unreachable("stopped")
        }
    }

    /// Counts the orders that are made.
    private struct CountingTransport: ACMETransport {
        let transport: HTTPSTransport
        let orders: AsyncStream<String>.Continuation

        func send(_ request: ACMERequest) async throws(ACMEError) -> ACMEResponse {
            if request.method == .post { self.orders.yield(request.url.target) }
            return try await self.transport.send(request)
        }
    }

    @Test func `An edge that starts goes on with the order that another was in the middle of`() async throws {
        try await TestPebble.with { pebble in
            let (reached, continuation) = AsyncStream.makeStream(of: Void.self)
            let stopping = StoppingTransport(transport: try pebble.transport(), reached: continuation)
            let first = try pebble.settings(.http, over: stopping)
            let kept = try await TestEdge.with {
                $0.useACME(of: pebble, first)
            } _: { edge in
                try await edge.withAPI { api in
                    _ = try await api.call("POST", "/reserved_domains", ["domain": "app.shop.example"])
                    _ = await reached.first { _ in true }
                }
                return edge.kept
            }
            let (targets, orders) = AsyncStream.makeStream(of: String.self)
            let counting = CountingTransport(transport: try pebble.transport(), orders: orders)
            let second = try pebble.settings(.http, over: counting)
            let root = try await pebble.root()
            try await TestEdge.with {
                $0.useACME(of: pebble, second)
                $0.kept = kept
            } _: { edge in
                _ = try await ManagedDomain.wait(edge, until: ManagedDomain.isDone)
                try await ManagedDomain.visitWhenServed("app.shop.example", edge, trusting: root)
            }
            orders.finish()
            var asked: [String] = []
            for await target in targets { asked.append(target) }
            #expect(!asked.isEmpty)
            #expect(!asked.contains { $0.contains("order-plz") || $0.contains("sign-me-up") }, "\(asked)")
        }
    }

    @Test func `What the name's records do not lead to is a DNS error, and is tried again`() async throws {
        try await TestPebble.with { pebble in
            // Nothing answers on the port on which it looks.
            var settings = try pebble.settings(.tlsALPN)
            settings.firstRetry = .milliseconds(50)
            try await TestEdge.with { [settings] in
                $0.useACME(of: pebble, settings)
                $0.edge.https = [.init(host: "127.0.0.1", port: 0)]
            } _: { edge in
                try await edge.withAPI { api in
                    let made = try await api.call("POST", "/reserved_domains", ["domain": "app.shop.example"])
                    _ = try await ManagedDomain.wait(edge) { $0.management?.job?.failures ?? 0 >= 2 }
                    let shown = try await api.call("GET", "/reserved_domains/\(made.text("id"))")
                    let status = try #require(shown.object["certificate_management_status"]?.object, "\(shown)")
                    let job = try #require(status["provisioning_job"]?.object, "\(shown)")
                    #expect(job["started_at"]?.string != nil)
                    #expect(["DNS_ERROR", nil].contains(job["error_code"]?.string), "\(shown)")
                }
            }
        }
    }

    @Test func `An authority that knows its customers is shown whose account this is`() async throws {
        try await TestPebble.with(external: TestPebble.external) { pebble in
            for external in [nil, TestPebble.external] {
                var settings = try pebble.settings(.http)
                settings.externalAccount = external
                try await TestEdge.with { [settings] in
                    $0.useACME(of: pebble, settings)
                } _: { edge in
                    try await edge.withAPI { api in
                        _ = try await api.call("POST", "/reserved_domains", ["domain": "app.shop.example"])
                        let ended = try await ManagedDomain.wait(edge) {
                            ManagedDomain.isDone($0) || $0.management?.job?.errorCode != nil
                        }
                        #expect((ended.document.management?.certificate != nil) == (external != nil))
                    }
                }
            }
        }
    }

    @Test(arguments: [ChallengeType.http, .tlsALPN])
    func `A certificate that its operator revokes is replaced, and no connection ends`(
        challenge: ChallengeType
    ) async throws {
        try await TestPebble.with { pebble in
            let settings = try pebble.settings(challenge)
            let root = try await pebble.root()
            try await TestEdge.with {
                $0.useACME(of: pebble, settings)
            } _: { edge in
                try await edge.withAPI { api in
                    _ = try await api.call("POST", "/reserved_domains", ["domain": "app.shop.example"])
                    let domain = try await ManagedDomain.wait(edge, until: ManagedDomain.isDone)
                    try await ManagedDomain.visitWhenServed("app.shop.example", edge, trusting: root)
                    let visitor = try await edge.visitSecurely("app.shop.example", trusting: root)
                    let id = try #require(domain.document.management?.certificate)
                    let serial = try await api.call("GET", "/tls_certificates/\(id)").text("serial_number")

                    let revoking = CertificateRevoking(store: edge.store)
                    #expect(try await revoking.certificates().map(\.id.text) == [id])
                    #expect(try await revoking.revoke(id, because: .keyCompromise) == "app.shop.example")
                    await #expect(throws: Failure.self) { try await revoking.revoke("cert_1", because: .keyCompromise) }
                    _ = try await ManagedDomain.wait(edge) {
                        ManagedDomain.isDone($0) && $0.management?.certificate != id
                    }
                    while try await !pebble.status(ofSerial: serial).contains("\"Revoked\"") {
                        try Task.checkCancellation()
                    }
                    try await ManagedDomain.visitWhenServed("app.shop.example", edge, trusting: root)
                    // The one that was open all the time.
                    try await visitor.write(request("GET /", host: "app.shop.example"))
                    #expect(try await visitor.read(until: "\r\n").hasPrefix("HTTP/1.1 "))
                    await visitor.close()
                }
            }
        }
    }

    @Test func `Answers to challenges are shown also after a reload`() async throws {
        try await TestPebble.with { pebble in
            let settings = try pebble.settings(.http)
            try await TestEdge.with {
                $0.useACME(of: pebble, settings)
            } _: { edge in
                try await edge.withAPI { api in
                    _ = try await api.call("POST", "/reserved_domains", ["domain": "one.shop.example"])
                    _ = try await ManagedDomain.wait(edge, until: ManagedDomain.isDone)
                    var configuration = Control.Configuration(
                        baseDomains: [try HostName(parsing: TestEdge.baseDomain)],
                        connectAddress: "localhost:443"
                    )
                    configuration.acme = settings
                    try await edge.control.reload(configuration)
                    _ = try await api.call("POST", "/reserved_domains", ["domain": "two.shop.example"])
                    let ended = try await ManagedDomain.wait(edge) {
                        $0.domain == "two.shop.example"
                            && (ManagedDomain.isDone($0) || $0.management?.job?.errorCode != nil)
                    }
                    #expect(ended.document.management?.job == nil, "\(ended)")
                }
            }
        }
    }

    /// Does not reach the authority the first time that it is asked for an order.
    private final class StumblingTransport: ACMETransport {
        private let transport: HTTPSTransport
        private let hasStumbled = Atomic(false)

        init(_ transport: HTTPSTransport) { self.transport = transport }

        func send(_ request: ACMERequest) async throws(ACMEError) -> ACMEResponse {
            if request.url.target.contains("order-plz"), !self.hasStumbled.exchange(true, ordering: .relaxed) {
                throw .unreachable("the first time")
            }
            return try await self.transport.send(request)
        }
    }

    @Test func `What failed once is tried again within seconds`() async throws {
        try await TestPebble.with { pebble in
            let settings = try pebble.settings(.http, over: StumblingTransport(try pebble.transport()))
            try await TestEdge.with {
                $0.useACME(of: pebble, settings)
            } _: { edge in
                try await edge.withAPI { api in
                    let begun = ContinuousClock.now
                    _ = try await api.call("POST", "/reserved_domains", ["domain": "app.shop.example"])
                    _ = try await ManagedDomain.wait(edge) { $0.management?.job?.errorCode != nil }
                    _ = try await ManagedDomain.wait(edge, until: ManagedDomain.isDone)
                    #expect(ContinuousClock.now - begun < .seconds(30))
                }
            }
        }
    }

    @Test func `Another authority is asked from the reload on, and what it was told of is not lost`() async throws {
        try await TestPebble.with { pebble in
            let settings = try pebble.settings(.http)
            let root = try await pebble.root()
            try await TestEdge.with {
                $0.edge.http = [.init(host: "127.0.0.1", port: pebble.http.port)]
            } _: { edge in
                try await edge.withAPI { api in
                    _ = try await api.call("POST", "/reserved_domains", ["domain": "app.shop.example"])
                    var configuration = Control.Configuration(
                        baseDomains: [try HostName(parsing: TestEdge.baseDomain)],
                        connectAddress: "localhost:443"
                    )
                    configuration.acme = settings
                    try await edge.control.reload(configuration)
                    _ = try await ManagedDomain.wait(edge, until: ManagedDomain.isDone)
                    try await ManagedDomain.visitWhenServed("app.shop.example", edge, trusting: root)
                }
            }
        }
    }
}
