import Foundation
import JSON
import Model
import Testing

@testable import APIServer

/// Cloud endpoints over the API.
@Suite struct CloudEndpointCallTests {
    static let policy: JSONValue = "on_http_request:\n  - actions:\n      - type: deny\n"
    private static let connectPolicy: JSONValue = "on_tcp_connect: [{actions: [{type: deny}]}]"
    private static let openPolicy: JSONValue =
        "on_http_request: [{actions: [{type: remove-headers, config: {headers: [x]}}]}]"

    /// Names an IP policy that the account has not.
    private static let strangersPolicy: JSONValue =
        "on_http_request: [{actions: [{type: restrict-ips, config: {ip_policies: [ipp_none]}}, {type: deny}]}]"

    static func body(_ url: String, _ members: [String: JSONValue] = [:]) -> JSONValue {
        var body: JSONObject = ["url": .string(url), "traffic_policy": Self.policy]
        for (name, value) in members { body.set(name, to: value) }
        return .object(body)
    }

    /// Runs `body` with a domain that the account has reserved.
    static func run(_ body: @Sendable (APIUnderTest) async throws -> Void) async throws {
        try await APIUnderTest.run { (api) async throws in
            _ = try await api.create("/reserved_domains", ["domain": "app.example.test"])
            try await body(api)
        }
    }

    @Test(
        arguments: [
            ("", [:], 18015), ("app.example.test", [:], 249), ("https://", [:], 249), ("https://a b.test", [:], 249),
            ("ftp://app.example.test", [:], 18022), ("https://app.example.test/path", [:], 18001),
            ("https://app.example.test/", [:], 18001), ("https://user@app.example.test", [:], 18001),
            ("https://app.example.test:8443", [:], 18003), ("http://app.example.test:443", [:], 18003),
            ("https://app.example.test:x", [:], 18023), ("https://app.example.test:70000", [:], 18023),
            ("tcp://portico.test", [:], 18023), ("tcp://portico.test:20000", ["traffic_policy": connectPolicy], 18006),
            ("https://other.example.test", [:], 18006), ("https://*.app.example.test", [:], 18006),
            ("https://random.portico.test", [:], 18006), ("https://a.b.c.d.e.internal", [:], 18001),
            ("https://app.example.test", ["type": "ephemeral"], 248),
            ("https://app.example.test", ["bindings": ["public", "internal"]], 18007),
            ("https://app.example.test", ["bindings": ["nowhere"]], 18007),
            ("https://app.example.test", ["bindings": ["internal"]], 9029),
            ("https://app.internal", ["bindings": ["public"]], 18007),
            ("https://web.shop", ["bindings": ["kubernetes"]], 18018),
            ("http://a.web.shop", ["bindings": ["kubernetes"]], 18001),
            ("https://app.example.test", ["traffic_policy": ""], 18011),
            ("https://app.example.test", ["traffic_policy": .null], 18011),
            ("https://app.example.test", ["traffic_policy": " \n"], 18011),
            ("https://app.example.test", ["traffic_policy": "{}"], 2235),
            ("https://app.example.test", ["traffic_policy": openPolicy], 2235),
            ("https://app.example.test", ["traffic_policy": "on_http_request: [{actions: [{type: denny}]}]"], 18002),
            ("https://app.example.test", ["traffic_policy": "{"], 18002),
            ("https://app.example.test", ["traffic_policy": strangersPolicy], 18002),
            ("tls://app.example.test", [:], 18002), ("https://app.example.test", ["traffic_policy": 1], 215),
            ("https://app.example.test", ["pooling_enabled": "yes"], 215),
            ("https://app.example.test", ["name": "x"], 214),
        ] as [(String, [String: JSONValue], Int)]
    )
    func `An endpoint that cannot be is refused`(url: String, members: [String: JSONValue], code: Int) async throws {
        try await Self.run { (api) async throws in
            let answer = try await api.call("POST", "/endpoints", Self.body(url, members))
            #expect(answer.status == 400, "\(answer)")
            #expect(answer.code == code, "\(answer)")
            #expect(try await api.call("GET", "/endpoints").object["endpoints"] == [])
        }
    }

    @Test(
        arguments: [
            ("https://App.Example.test:443", "https://app.example.test", "app.example.test:443"),
            ("http://below.app.example.test", "http://below.app.example.test", "below.app.example.test:80"),
            ("https://a.internal:8443", "https://a.internal:8443", "a.internal:8443"),
            ("http://*.internal", "http://*.internal", "*.internal:80"),
        ] as [(String, String, String)]
    )
    func `A URL has one form`(given: String, url: String, hostport: String) async throws {
        try await Self.run { (api) async throws in
            let endpoint = try await api.create("/endpoints", Self.body(given))
            #expect(endpoint.text("url") == url)
            #expect(endpoint.text("public_url") == url)
            #expect(endpoint.text("hostport") == hostport)
            #expect(endpoint.text("traffic_policy") == Self.policy.string)
            #expect(endpoint.text("type") == "cloud")
            let isInternal = url.hasSuffix("internal") || url.contains("internal:")
            #expect(endpoint["bindings"] == [isInternal ? "internal" : "public"])
            #expect((endpoint["domain"] == .null) == isInternal)
            #expect(try await api.call("POST", "/endpoints", Self.body(url)).code == 18009)
        }
    }

    @Test func `Endpoints of tcp, tls and clusters`() async throws {
        try await Self.run { (api) async throws in
            let policy = ["traffic_policy": Self.connectPolicy]
            let address = try await api.create("/reserved_addrs", [:])
            let tcp = try await api.create("/endpoints", Self.body("tcp://\(address.text("addr"))", policy))
            #expect(tcp["tcp_addr"]?.object?.text("id") == address.text("id"))
            #expect(tcp["domain"] == .null)
            let tls = try await api.create("/endpoints", Self.body("tls://app.example.test", policy))
            #expect(tls["domain"]?.object?.text("id").hasPrefix("rd_") == true)
            // They share their listeners.
            #expect(try await api.call("POST", "/endpoints", Self.body("https://app.example.test")).code == 18009)
            let service = Self.body("http://web.shop:8080", ["bindings": ["kubernetes"]])
            let web = try await api.create("/endpoints", service)
            #expect(web["bindings"] == ["kubernetes"])
            #expect(web["port"] == 8080)
        }
    }

    @Test func `What an endpoint uses is not given away`() async throws {
        try await Self.run { (api) async throws in
            let policy = ["traffic_policy": Self.connectPolicy]
            let address = try await api.create("/reserved_addrs", [:])
            let tcp = try await api.create("/endpoints", Self.body("tcp://\(address.text("addr"))", policy))
            let app = try await api.create("/endpoints", Self.body("https://app.example.test"))
            let domain = try #require(app["domain"]?.object).text("id")
            #expect(try await api.call("DELETE", "/reserved_domains/\(domain)").code == 446)
            #expect(try await api.call("DELETE", "/reserved_addrs/\(address.text("id"))").code == 100_542)
            #expect(try await api.call("DELETE", "/endpoints/\(app.text("id"))").status == 204)
            #expect(try await api.call("DELETE", "/endpoints/\(tcp.text("id"))").status == 204)
            #expect(try await api.call("DELETE", "/reserved_domains/\(domain)").status == 204)
            #expect(try await api.call("DELETE", "/reserved_addrs/\(address.text("id"))").status == 204)
        }
    }

    @Test(
        arguments: [
            (["url": "http://app.example.test"], 18005), (["url": ""], 18014), (["traffic_policy": ""], 18011),
            (["url": "https://other.example.test"], 18006), (["url": "https://app.internal"], 18007),
            (["traffic_policy": "{}"], 2235), (["traffic_policy": "x"], 18002), (["pooling_enabled": true], nil),
            (["bindings": ["internal"]], 9029), (["bindings": []], nil), (["type": "cloud"], 214), ([:], 18004),
            (["url": "https://taken.app.example.test"], 18009), (["url": "https://new.app.example.test"], nil),
            (["url": "https://app.internal", "bindings": ["internal"]], nil), (["description": ""], nil),
        ] as [(JSONValue, Int?)]
    )
    func `What of an endpoint can be changed`(body: JSONValue, code: Int?) async throws {
        try await Self.run { (api) async throws in
            _ = try await api.create("/endpoints", Self.body("https://taken.app.example.test"))
            let made = try await api.create("/endpoints", Self.body("https://app.example.test"))
            let answer = try await api.call("PATCH", "/endpoints/\(made.text("id"))", body)
            #expect(answer.code == code, "\(answer)")
            let now = try await api.call("GET", "/endpoints/\(made.text("id"))").object
            #expect(code == nil || now == made)
            guard code == nil else { return }
            for member in try #require(body.object).members where member.value != [] {
                #expect(now[member.key] == member.value)
            }
        }
    }

    @Test func `A pool is of those that say so`() async throws {
        try await Self.run { (api) async throws in
            let alone = Self.body("https://pool.app.example.test")
            let sharing = Self.body("https://pool.app.example.test", ["pooling_enabled": true])
            func pool(_ id: String, _ flag: Bool) async throws -> HTTPAnswer {
                try await api.call("PATCH", "/endpoints/\(id)", ["pooling_enabled": .bool(flag)])
            }
            let first = try await api.create("/endpoints", alone).text("id")
            #expect(try await api.call("POST", "/endpoints", sharing).code == 18016)
            #expect(try await pool(first, true).status == 200)
            #expect(try await api.call("POST", "/endpoints", alone).code == 18017)
            let second = try await api.create("/endpoints", sharing).text("id")
            #expect(try await pool(second, false).code == 18017)
            #expect(try await api.call("DELETE", "/endpoints/\(first)").status == 204)
            #expect(try await pool(second, false).status == 200)
        }
    }

    @Test func `Internal names are the account's own`() async throws {
        try await Self.run { (api) async throws in
            _ = try await api.create("/endpoints", Self.body("https://app.internal"))
            _ = try await api.create("/endpoints", Self.body("https://app.internal"), key: api.foreignKey)
            _ = try await api.create("/endpoints", Self.body("http://app.internal"))
            #expect(try await api.call("POST", "/endpoints", Self.body("https://app.internal")).code == 18009)
            // The domain is another account's.
            let taken = Self.body("https://x.app.example.test")
            #expect(try await api.call("POST", "/endpoints", taken, key: api.foreignKey).code == 18006)
        }
    }

    @Test func `Endpoints that are asked for at the same time exclude each other`() async throws {
        try await Self.run { (api) async throws in
            let codes = try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        try await api.call("POST", "/endpoints", Self.body("https://app.example.test")).code
                    }
                }
                return try await group.reduce(into: [Int?]()) { $0.append($1) }
            }
            #expect(codes.count { $0 == nil } == 1)
            #expect(codes.allSatisfy { $0 == nil || $0 == 18009 })
        }
    }
}

extension JSONObject {
    init(_ members: [String: JSONValue]) {
        self.init(members.map { JSONObject.Member($0.key, $0.value) })
    }
}
