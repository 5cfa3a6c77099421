import Addressing
import EdgeLink
import Model
import Testing

@testable import Control

/// Endpoints of agents that services in clusters reach (`spec/endpoints.md` 4.4).
@Suite struct KubernetesBindTests {
    @Test(
        arguments: [
            ("http://web.shop", .http, "http://web.shop"), ("http://WEB.shop:8080", .http, "http://web.shop:8080"),
            ("tls://web.shop", .tls, "tls://web.shop"), ("tls://web.shop:8443", .tls, "tls://web.shop:8443"),
            ("tcp://db.shop:5432", .tcp, "tcp://db.shop:5432"),
        ] as [(String, EndpointScheme, String)]
    )
    func `A kubernetes endpoint has the name of a service and its namespace`(
        wish: String,
        scheme: EndpointScheme,
        url: String
    ) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let grant = try await test.bind(wish, scheme) { $0.bindings = ["kubernetes"] }
        #expect(grant.url.description == url)
        #expect(await test.routed(url)?.binding == .kubernetes)
    }

    @Test(
        arguments: [
            ("", .http, 9039), ("http://", .http, 9039), ("tcp://", .tcp, 9039), ("https://web.shop", .https, 9041),
            ("http://web", .http, 331), ("tcp://db:5432", .tcp, 9034), ("http://a.web.shop", .http, 9034),
            ("http://*.shop", .http, 9034), ("tcp://db.shop", .tcp, 9035), ("http://web.internal", .http, 9029),
        ] as [(String, EndpointScheme, Int)]
    )
    func `What is no name of a service has its code`(wish: String, scheme: EndpointScheme, expected: Int) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        #expect(await code { try await test.bind(wish, scheme) { $0.bindings = ["kubernetes"] } } == expected)
    }

    @Test func `Two accounts have the same name, and the rules of an authtoken are about it as a host`() async throws {
        let test = try await ControlUnderTest()
        let other = try await test.otherAccount()
        let restricted = try await test.authtoken(rules: ["bind:*.shop"])
        try await test.open(on: 1, token: other.token)
        try await test.open(on: 2, token: restricted)
        try await test.bind("tcp://db.shop:5432", on: 1, .tcp) { $0.bindings = ["kubernetes"] }
        try await test.bind("tcp://db.shop:5432", on: 2, .tcp) { $0.bindings = ["kubernetes"] }
        #expect(await test.table.urls == ["tcp://db.shop:5432", "tcp://db.shop:5432"])
        let refused = await code {
            try await test.bind("tcp://db.store:5432", on: 2, .tcp) { $0.bindings = ["kubernetes"] }
        }
        #expect(refused == 316)
    }

    @Test func `An agent that comes back has its name again`() async throws {
        let test = try await ControlUnderTest()
        let session = try await test.open(on: 1)
        let bind = try await test.bind("http://web.shop:8080", .http) { $0.bindings = ["kubernetes"] }
        await test.end(1, .lost)
        try await test.resume(session, on: 2)
        let again = try await test.bind("http://web.shop:8080", on: 2, .http, id: bind.bindID) { request in
            request.bindings = ["kubernetes"]
            request.bindToken = bind.token
        }
        #expect(again.url == bind.url)
        #expect(again.tunnelID == bind.tunnelID)
    }
}
