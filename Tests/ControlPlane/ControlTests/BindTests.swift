import Addressing
import EdgeLink
import Foundation
import Model
import Testing

@testable import Control

@Suite struct BindNameTests {
    /// The spellings of a wish, and the URL that comes of each.
    @Test(arguments: [
        ("https://app.portico.test", EndpointScheme.https, "https://app.portico.test"),
        ("HTTPS://App.Portico.Test:443", .https, "https://app.portico.test"),
        ("app.portico.test", .https, "https://app.portico.test"),
        ("app.portico.test", .http, "http://app.portico.test"),
        ("http://app.portico.test:80", .http, "http://app.portico.test"),
        ("tls://app.portico.test", .tls, "tls://app.portico.test"),
        ("https://a.b.c.portico.test", .https, "https://a.b.c.portico.test"),
        ("https://*.portico.test", .https, "https://*.portico.test"),
        ("https://shop.example.test", .https, "https://shop.example.test"),
        ("tcp://portico.test:20003", .tcp, "tcp://portico.test:20003"),
    ])
    func `A wish is granted as it is meant`(wish: String, scheme: EndpointScheme, url: String) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let grant = try await test.bind(wish, scheme)
        #expect(grant.url.description == url)
        let routed = try #require(await test.routed(url))
        #expect(routed.connections == [1])
        #expect(routed.agent?.bindID == grant.bindID)
        #expect(routed.account == test.first.account)
        #expect(grant.tunnelID.text.dropFirst(3) == routed.id.text.dropFirst(3))
    }

    @Test(arguments: [
        ("https://app.portico.test:8443", EndpointScheme.https, 9035), ("http://app.portico.test:443", .http, 9035),
        ("tcp://portico.test", .tcp, 9035), ("http://app.portico.test", .https, 9036),
        ("ftp://app.portico.test", .https, 9036), ("https://user@app.portico.test", .https, 9037),
        ("https://app.portico.test/path", .https, 9037), ("https://app.portico.test/", .https, 9038),
        ("https://under_score.portico.test", .https, 355), ("https://a..portico.test", .https, 327),
        ("https://portico.test", .https, 320), ("https://connect.portico.test", .https, 320),
        ("https://*.test", .https, 321),
        ("tcp://portico.test:19999", .tcp, 307), ("tcp://portico.test:20010", .tcp, 307),
        ("tcp://other.test:20003", .tcp, 307),
    ])
    func `A wish that cannot be granted has its code`(wish: String, scheme: EndpointScheme, expected: Int) async throws
    {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        #expect(await code { try await test.bind(wish, scheme) } == expected)
        #expect(await test.table.endpoints.isEmpty)
    }

    @Test func `The first wish that names a host counts`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let wishes: [(WritableKeyPath<BindRequest, String>, String, String)] = [
            (\.subdomain, "four", "https://four.portico.test"),
            (\.hostname, "three.portico.test", "https://three.portico.test"),
            (\.domain, "two.portico.test", "https://two.portico.test"),
            (\.url, "https://one.portico.test", "https://one.portico.test"),
        ]
        // Each beats those before it, and a bare scheme is no wish.
        for count in 1...wishes.count {
            let grant = try await test.bind("https://") { request in
                for (field, text, _) in wishes.prefix(count) { request[keyPath: field] = text }
            }
            #expect(grant.url.description == wishes[count - 1].2)
        }
        let tcp = try await test.bind("tcp://", .tcp) { $0.address = "portico.test:20005" }
        #expect(tcp.url.hostport == "portico.test:20005")
    }

    @Test(arguments: [("", EndpointScheme.https), ("https://", .https), ("http://", .http), ("tls://", .tls)])
    func `Without a wish the host is random and cannot be guessed`(wish: String, scheme: EndpointScheme) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        var hosts: Set<String> = []
        for _ in 0..<50 {
            let url = try await test.bind(wish, scheme).url
            #expect(url.scheme == scheme)
            #expect(url.host.base.parent?.text == "portico.test")
            hosts.insert(url.host.description)
        }
        #expect(hosts.count == 50)
        for host in hosts {
            let label = host.prefix { $0 != "." }
            #expect(label.count == 12)
            #expect(label.allSatisfy { !"01aeilou".contains($0) })
        }
    }

    @Test func `Ports other than the usual ones are the operator's choice`() async throws {
        let test = try await ControlUnderTest {
            $0.httpPorts = [8080]
            $0.tlsPorts = [8443, 9443]
        }
        try await test.open(on: 1)
        #expect(try await test.bind("https://a.portico.test").url.description == "https://a.portico.test:8443")
        #expect(try await test.bind("https://b.portico.test:9443").url.port == 9443)
        #expect(try await test.bind("", .http).url.port == 8080)
        #expect(try await test.bind("", .tls).url.port == 8443)
        #expect(await code { try await test.bind("https://c.portico.test:443") } == 9035)
    }

    @Test func `An edge may keep to its base domains`() async throws {
        let test = try await ControlUnderTest {
            $0.allowsAnyHost = false
            $0.baseDomains.append(try HostName(parsing: "other.test"))
        }
        try await test.open(on: 1)
        #expect(await code { try await test.bind("https://shop.example.test") } == 319)
        #expect(await code { try await test.bind("https://*.example.test") } == 318)
        #expect(await code { try await test.bind("https://*.other.test") } == nil)
        #expect(await code { try await test.bind("https://deep.er.other.test") } == nil)
    }

    @Test func `A wildcard that takes in a base domain is the edge's`() async throws {
        let test = try await ControlUnderTest { $0.baseDomains = [try HostName(parsing: "edge.portico.test")] }
        try await test.open(on: 1)
        #expect(await code { try await test.bind("https://*.portico.test") } == 321)
        #expect(await code { try await test.bind("https://*.edge.portico.test") } == nil)
    }
}

@Suite struct BindRequestTests {
    private func refusal(_ change: (inout BindRequest) -> Void) async throws -> Int? {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        return await code { try await test.bind("", .https, id: "", pooled: false, change) }
    }

    @Test(
        arguments: [
            ([], nil), (["public"], nil), (["internal"], 9028), (["kubernetes"], 9039), (["else"], 15_005),
            (["public", "public"], 15_006),
        ] as [([String], Int?)]
    )
    func `Without more an endpoint is public`(bindings: [String], expected: Int?) async throws {
        #expect(try await self.refusal { $0.bindings = bindings } == expected)
    }

    @Test(arguments: ["Compression", "BasicAuth", "IPRestriction", "TLSTermination", "OIDC", "SomethingNew"])
    func `A module is refused, never ignored`(module: String) async throws {
        #expect(try await self.refusal { $0.modules = ["MutualTLSAtAgent", module] } == 100_101)
    }

    @Test func `What the agent does by itself is no module`() async throws {
        #expect(try await self.refusal { $0.modules = ["MutualTLSAtAgent"] } == nil)
    }

    @Test func `Texts have bounds`() async throws {
        let long = String(repeating: "a", count: 5000)
        for field: WritableKeyPath<BindRequest, String> in [\.metadata, \.name, \.description, \.forwardsTo] {
            #expect(try await self.refusal { $0[keyPath: field] = long } == 100)
        }
        #expect(try await self.refusal { $0.metadata = String(long.prefix(4096)) } == nil)
        #expect(try await self.refusal { $0.description = String(long.prefix(255)) } == nil)
        #expect(try await self.refusal { $0.bindID = long } == 301)
        #expect(try await self.refusal { $0.bindID = "a b" } == 301)
        #expect(try await self.refusal { $0.proxyProtocol = 3 } == 301)
        #expect(try await self.refusal { $0.upstreamProtocol = "http3" } == 15_003)
    }

    @Test(arguments: [
        ("portico/1.0", "http://localhost:80", 0, EndpointScheme.https, true),
        ("portico/1.0", "http://localhost:80", 1, .https, false), ("portico/1.0", "app://x/y", 0, .https, false),
        ("portico/1.0", "localhost:22", 0, .tls, false), ("ngrok-go/2.1.1", "http://localhost:80", 0, .https, false),
    ])
    func `Visitors share streams only where nobody can mistake them`(
        agent: String,
        forwardsTo: String,
        proxy: Int,
        scheme: EndpointScheme,
        mayShare: Bool
    ) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1) { $0.userAgent = agent }
        let grant = try await test.bind("", scheme) { request in
            request.forwardsTo = forwardsTo
            request.proxyProtocol = proxy
        }
        let target = try #require(await test.routed(grant.url)?.agent)
        #expect(target.mayShareStreams == mayShare)
        #expect(target.proxyProtocol == ProxyProtocolVersion(rawValue: proxy))
    }

    @Test(arguments: [
        ("", EndpointScheme.https, UpstreamProtocol.http1), ("http1", .https, .http1), ("http2", .https, .http2),
        ("http2", .http, .http2), ("http2", .tls, .http1),
    ])
    func `The upstream protocol is that of HTTP endpoints`(
        text: String,
        scheme: EndpointScheme,
        expected: UpstreamProtocol
    ) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let grant = try await test.bind("", scheme) { $0.upstreamProtocol = text }
        #expect(await test.routed(grant.url)?.agent?.upstreamProtocol == expected)
    }

    @Test func `A session has a bound of endpoints`() async throws {
        let test = try await ControlUnderTest { $0.maximumEndpointsPerSession = 2 }
        try await test.open(on: 1)
        let first = try await test.bind()
        try await test.bind()
        #expect(await code { try await test.bind() } == 324)
        try await test.control.unbind(first.bindID, on: ConnectionID(1))
        try await test.bind()
    }

    @Test func `Who has no session binds nothing`() async throws {
        let test = try await ControlUnderTest()
        #expect(await code { try await test.bind() } == 100_311)
        #expect(await code { try await test.control.unbind("x", on: ConnectionID(1)) } == 100_311)
    }
}

@Suite struct UnbindAndPatchTests {
    @Test func `An unbound endpoint is offline at once, and a second time unknown`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let grant = try await test.bind()
        try await test.control.unbind(grant.bindID, on: ConnectionID(1))
        #expect(await test.table.endpoints.isEmpty)
        #expect(await code { try await test.control.unbind(grant.bindID, on: ConnectionID(1)) } == 333)
    }

    @Test func `Nobody unbinds or patches what is another session's`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        try await test.open(on: 2)
        let grant = try await test.bind()
        #expect(await code { try await test.control.unbind(grant.bindID, on: ConnectionID(2)) } == 333)
        var patch = EndpointPatch(tunnelID: grant.tunnelID.text)
        patch.isPooled = true
        let refused = patch
        #expect(await code { try await test.control.patch(refused, on: ConnectionID(2)) } == 333)
        #expect(await test.routed(grant.url)?.isPooled == false)
    }

    @Test func `A patch changes what it names`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let grant = try await test.bind { $0.name = "before" }
        var patch = EndpointPatch(tunnelID: grant.tunnelID.text)
        patch.isPooled = true
        patch.trafficPolicy = ""
        try await test.control.patch(patch, on: ConnectionID(1))
        #expect(await test.routed(grant.url)?.isPooled == true)
        try await test.open(on: 2)
        try await test.bind(grant.url.description, on: 2, pooled: true)

        patch.isPooled = false
        let unsharing = patch
        #expect(await code { try await test.control.patch(unsharing, on: ConnectionID(1)) } == 334)
        #expect(await test.table.endpoints.allSatisfy(\.isPooled))
    }

    @Test func `A patch is checked like a bind`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let grant = try await test.bind()
        var long = EndpointPatch(tunnelID: grant.tunnelID.text)
        long.metadata = String(repeating: "a", count: 4097)
        var policy = EndpointPatch(tunnelID: grant.tunnelID.text)
        policy.trafficPolicy = "on_http_request: [{}]"
        for (patch, expected) in [(long, 100), (policy, 2206), (EndpointPatch(tunnelID: "tn_nothing"), 333)] {
            #expect(await code { try await test.control.patch(patch, on: ConnectionID(1)) } == expected)
        }
    }
}
