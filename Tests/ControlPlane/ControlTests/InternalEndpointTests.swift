import Addressing
import EdgeLink
import Model
import Testing
import TrafficPolicy

@testable import Control

/// Endpoints that only other endpoints of their account reach (`spec/endpoints.md` 3, 4.3).
@Suite struct InternalEndpointTests {
    @Test(arguments: [
        ("https://app.internal", EndpointScheme.https, "https://app.internal"),
        ("app.internal", .https, "https://app.internal"), ("http://app.internal", .http, "http://app.internal"),
        ("http://app.internal:8080", .http, "http://app.internal:8080"),
        ("https://*.team.internal", .https, "https://*.team.internal"),
        ("tls://app.internal:9000", .tls, "tls://app.internal:9000"),
        ("tcp://db.internal:5432", .tcp, "tcp://db.internal:5432"),
        ("https://A.Internal:443", .https, "https://a.internal"),
    ])
    func `A host that ends in .internal is internal, on any port`(
        wish: String,
        scheme: EndpointScheme,
        url: String
    ) async throws {
        // The ports of the edge's own listeners have nothing to do with it.
        let test = try await ControlUnderTest {
            $0.httpPorts = [8081]
            $0.tlsPorts = [8443]
            $0.tcpPorts = nil
        }
        try await test.open(on: 1)
        for bindings in [[], ["internal"]] {
            let grant = try await test.bind(wish, scheme) { $0.bindings = bindings }
            #expect(grant.url.description == url)
            #expect(await test.routed(url)?.binding == .internal)
            try await test.control.unbind(grant.bindID, on: ConnectionID(1))
        }
    }

    @Test(
        arguments: [
            ("", ["internal"], 9028), ("https://", ["internal"], 9028),
            ("https://app.portico.test", ["internal"], 9029),
            ("https://app.internal", ["public"], 9029), ("https://app.internal:0", [], 9030),
            ("https://app.internal:65536", [], 9030), ("https://a.b.c.d.e.internal", [], 9031),
            ("https://app.internal", ["internal", "internal"], 15_006),
            ("https://app.internal", ["kubernetes"], 9029),
            ("https://internal", ["internal"], 331), ("https://app.internal/x", [], 9037),
        ] as [(String, [String], Int)]
    )
    func `What is no internal endpoint has its code`(wish: String, bindings: [String], expected: Int) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        #expect(await code { try await test.bind(wish) { $0.bindings = bindings } } == expected)
        #expect(await test.table.endpoints.isEmpty)
    }

    @Test func `Each account has its own internal names, and within one they are taken`() async throws {
        let test = try await ControlUnderTest()
        let other = try await test.otherAccount()
        try await test.open(on: 1)
        try await test.open(on: 2)
        try await test.open(on: 3, token: other.token)
        for (connection, expected) in [(UInt64(1), nil as Int?), (2, 334), (3, nil)] {
            #expect(await code { try await test.bind("https://app.internal", on: connection) } == expected)
        }
        // Nobody listens on its port, so that tls and https may stand beside each other.
        #expect(await code { try await test.bind("tls://app.internal", on: 2, .tls) } == nil)
        #expect(await test.table.endpoints.count == 3)
    }

    @Test func `Internal endpoints of TCP leave the ports of the edge alone`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        try await test.bind("tcp://db.internal:20000", .tcp)
        try await test.bind("tcp://cache.internal:20000", .tcp)
        try await test.bind("tcp://portico.test:20000", .tcp)
        #expect(await test.table.endpoints.count == 3)
    }

    @Test func `An internal endpoint of HTTP has no rules for connections, and its policy need not end`() async throws {
        let test = try await ControlUnderTest { $0.runnableActions = [.deny, .closeConnection] }
        try await test.open(on: 1)
        let closes = "on_tcp_connect: [{actions: [{type: close-connection}]}]"
        #expect(await code { try await test.bind("https://a.internal") { $0.trafficPolicy = closes } } == 2262)
        let grant = try await test.bind("tcp://a.internal:1", .tcp) { $0.trafficPolicy = closes }
        #expect(await test.routed(grant.url)?.policy != nil)
        let denies = "on_http_request: [{expressions: [\"req.method == 'PUT'\"], actions: [{type: deny}]}]"
        let web = try await test.bind("https://a.internal") { $0.trafficPolicy = denies }
        var patch = EndpointPatch(tunnelID: web.tunnelID.text)
        patch.trafficPolicy = closes
        let wrong = patch
        #expect(await code { try await test.control.patch(wrong, on: ConnectionID(1)) } == 2262)
    }

    @Test(
        arguments: [
            ("bind:app.internal", "https://app.internal", nil), ("bind:app.internal", "https://b.internal", 316),
            ("bind:*.site.internal", "https://x.site.internal", nil),
            ("bind:*.site.internal", "tcp://x.site.internal:22", nil),
            ("bind:*.site.internal", "https://site.internal", 316),
            ("bind:db.internal:5432", "tcp://db.internal:5432", nil),
            ("bind:db.internal:5432", "tcp://db.internal:5433", 316),
        ] as [(String, String, Int?)]
    )
    func `Rules of authtokens name internal hosts as they name others`(
        rule: String,
        wish: String,
        expected: Int?
    ) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1, token: try await test.authtoken(rules: [rule]))
        let scheme: EndpointScheme = wish.hasPrefix("tcp") ? .tcp : .https
        #expect(await code { try await test.bind(wish, scheme) } == expected)
    }

    @Test func `An agent that comes back finds its internal endpoint again`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        let bound = try await test.bind("https://app.internal", id: "b")
        let before = try #require(await test.routed(bound.url))
        await test.end(1, .lost)
        #expect(await test.routed(bound.url)?.isHeld == true)
        try await test.resume(grant, on: 2)
        try await test.bind("https://app.internal", on: 2, id: "b") { $0.bindToken = bound.token }
        let after = try #require(await test.routed(bound.url))
        #expect(after.id == before.id && after.connections == [2] && after.binding == .internal)
    }
}
