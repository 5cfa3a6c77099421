import Control
import EdgeTestSupport
import JSON
import Portico
import Testing

/// What authtokens with rules may bind, through the API that makes them and agents that use them.
@Suite(.timeLimit(.minutes(2))) struct AccessRuleTests {
    struct Case: Sendable, CustomStringConvertible {
        let rules: [String]
        let scheme: Scheme
        /// nil for whatever the edge draws.
        let url: String?
        /// Of the refusal; nil where the agent may have the endpoint.
        let code: Int?
        var binding: EndpointOptions.Binding?

        var description: String { "\(self.rules) \(self.scheme) \(self.url ?? "random")" }
    }

    private static let port = Int.random(in: 25_000...29_998)

    /// With the port of this run and the one beside it in place of their names.
    private static func filled(_ text: String) -> String {
        text.replacing("PORT2", with: "\(Self.port + 1)").replacing("PORT", with: "\(Self.port)")
    }

    /// Exact names and wildcards, in any case and over any scheme.
    static let hosts: [Case] = [
        Case(rules: [], scheme: .https, url: "https://a.edge.test", code: nil),
        Case(rules: ["*"], scheme: .https, url: "https://a.edge.test", code: nil),
        Case(rules: ["bind:*"], scheme: .https, url: "https://a.edge.test", code: nil),
        Case(rules: ["bind:a.edge.test"], scheme: .https, url: "https://a.edge.test", code: nil),
        Case(rules: ["bind:a.edge.test"], scheme: .http, url: "http://a.edge.test", code: nil),
        Case(rules: ["bind:a.edge.test"], scheme: .tls, url: "tls://a.edge.test", code: nil),
        Case(rules: ["bind:A.Edge.Test"], scheme: .https, url: "https://a.EDGE.test", code: nil),
        Case(rules: ["bind:a.edge.test"], scheme: .https, url: "https://b.edge.test", code: 316),
        Case(rules: ["bind:a.edge.test"], scheme: .https, url: "https://x.a.edge.test", code: 316),
        Case(rules: ["bind:a.edge.test"], scheme: .https, url: "https://*.a.edge.test", code: 316),
        Case(rules: ["bind:a.edge.test", "bind:b.edge.test"], scheme: .https, url: "https://b.edge.test", code: nil),
        Case(rules: ["bind:*.a.edge.test"], scheme: .https, url: "https://x.a.edge.test", code: nil),
        Case(rules: ["bind:*.a.edge.test"], scheme: .https, url: "https://x.y.a.edge.test", code: nil),
        Case(rules: ["bind:*.a.edge.test"], scheme: .https, url: "https://*.a.edge.test", code: nil),
        Case(rules: ["bind:*.a.edge.test"], scheme: .https, url: "https://a.edge.test", code: 316),
        Case(rules: ["bind:*.a.edge.test"], scheme: .https, url: "https://ba.edge.test", code: 316),
    ]

    /// What is drawn, addresses of TCP, names of the account's own, and labels, which allow nothing.
    static let others: [Case] = [
        Case(rules: [], scheme: .https, url: nil, code: nil),
        Case(rules: [], scheme: .tcp, url: nil, code: nil),
        Case(rules: ["bind:*"], scheme: .tcp, url: nil, code: nil),
        Case(rules: ["bind:*.edge.test"], scheme: .https, url: nil, code: 316),
        Case(rules: ["bind:*.edge.test"], scheme: .tcp, url: nil, code: 356),
        Case(rules: ["bind:edge.test:PORT"], scheme: .tcp, url: "tcp://edge.test:PORT", code: nil),
        Case(rules: ["bind:edge.test:PORT"], scheme: .tcp, url: "tcp://edge.test:PORT2", code: 308),
        Case(rules: ["bind:edge.test"], scheme: .tcp, url: "tcp://edge.test:PORT", code: 308),
        Case(rules: ["bind:*.edge.test"], scheme: .tcp, url: "tcp://edge.test:PORT", code: 308),
        Case(rules: ["bind:db.internal"], scheme: .tcp, url: "tcp://db.internal:5432", code: nil),
        Case(rules: ["bind:db.internal:5432"], scheme: .tcp, url: "tcp://db.internal:5432", code: nil),
        Case(rules: ["bind:db.internal:5433"], scheme: .tcp, url: "tcp://db.internal:5432", code: 316),
        Case(rules: ["bind:*.site1.internal"], scheme: .https, url: "https://api.site1.internal", code: nil),
        Case(rules: ["bind:*.site1.internal"], scheme: .https, url: "https://api.site2.internal", code: 316),
        Case(rules: ["bind:web.shop"], scheme: .http, url: "http://web.shop", code: nil, binding: .kubernetes),
        Case(rules: ["bind:*.shop"], scheme: .tcp, url: "tcp://db.shop:5432", code: nil, binding: .kubernetes),
        Case(rules: ["bind:web.shop"], scheme: .http, url: "http://web.store", code: 316, binding: .kubernetes),
        Case(rules: ["bind:team=a"], scheme: .https, url: "https://a.edge.test", code: 316),
    ]

    @Test(arguments: Self.hosts + Self.others)
    func `An agent may serve what a rule of its authtoken allows, and nothing else`(example: Case) async throws {
        try await TestEdge.with {
            $0.control.tcpPorts = 25_000...29_999
        } _: { edge in
            try await edge.withAPI { api in
                let rules = JSONValue.array(example.rules.map { .string(Self.filled($0)) })
                let made = try await api.call("POST", "/credentials", ["acl": rules])
                try #require(made.status == 201, "\(made)")
                let agent = try await edge.connectAgent(authtoken: made.text("token"), maximumLegs: 1)
                let options = EndpointOptions(
                    scheme: example.scheme,
                    url: example.url.map(Self.filled),
                    binding: example.binding
                )
                do {
                    _ = try await agent.forward(to: "1", options: options)
                    #expect(example.code == nil)
                } catch let error as PorticoError {
                    #expect(error.code == example.code.map { "ERR_NGROK_\($0)" })
                }
                await agent.close()
            }
        }
    }

    @Test(arguments: [("bind:", 600), ("bind:https://a.edge.test", 600), ("bind:a..b", 600), ("serve:a", 619)])
    func `A rule that is none makes no authtoken`(rule: String, code: Int) async throws {
        try await TestEdge.with { edge in
            try await edge.withAPI { api in
                let answer = try await api.call("POST", "/credentials", ["acl": [.string(rule)]])
                #expect(answer.code == code, "\(answer)")
            }
        }
    }

    @Test func `Rules that change count from the next bind on, and a token that is deleted ends its agent`()
        async throws
    {
        try await TestEdge.with { edge in
            try await edge.withAPI { api in
                let made = try await api.call("POST", "/credentials", ["acl": []])
                let path = "/credentials/\(made.text("id"))"
                let agent = try await edge.connectAgent(authtoken: made.text("token"), maximumLegs: 1)
                let first = EndpointOptions(scheme: .http, url: "http://first.edge.test")
                _ = try await agent.forward(to: "1", options: first)
                #expect(try await api.call("PATCH", path, ["acl": ["bind:second.edge.test"]]).status == 200)
                // The change is followed by the feed; the next bind finds it within moments.
                var code: String?
                while code == nil {
                    do {
                        let other = try await agent.forward(
                            to: "1",
                            options: EndpointOptions(scheme: .http, url: "http://other.edge.test")
                        )
                        await other.close()
                    } catch let error as PorticoError {
                        code = error.code
                    }
                }
                #expect(code == "ERR_NGROK_316")
                let second = EndpointOptions(scheme: .http, url: "http://second.edge.test")
                _ = try await agent.forward(to: "1", options: second)
                let urls = try await api.call("GET", "/endpoints").object["endpoints"]?.array?.compactMap {
                    $0.object?["url"]?.string
                }
                #expect(urls?.sorted() == ["http://first.edge.test", "http://second.edge.test"])

                #expect(try await api.call("DELETE", path).status == 204)
                while try await api.call("GET", "/endpoints").object["endpoints"] != [] {}
                await agent.close()
            }
        }
    }
}
