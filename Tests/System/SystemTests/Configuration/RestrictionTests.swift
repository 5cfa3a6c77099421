import Control
import EdgeTestSupport
import JSON
import Portico
import Testing

/// IP restrictions of an account, as its visitors and agents meet them over real sockets.
@Suite(.timeLimit(.minutes(2))) struct RestrictionTests {
    /// Restricts a part to a range.
    ///
    /// - Returns: the path of the restriction.
    private static func restrict(_ api: TestAPI, _ type: String, to range: String) async throws -> String {
        let policy = try await api.call("POST", "/ip_policies", [:])
        let id = JSONValue.string(policy.text("id"))
        let rule = try await api.call(
            "POST",
            "/ip_policy_rules",
            ["ip_policy_id": id, "cidr": .string(range), "action": "allow"]
        )
        #expect(rule.status == 201, "\(rule)")
        let restriction = try await api.call(
            "POST",
            "/ip_restrictions",
            ["type": .string(type), "ip_policy_ids": [id], "enforced": true]
        )
        try #require(restriction.status == 201, "\(restriction)")
        return "/ip_restrictions/\(restriction.text("id"))"
    }

    private static func status(_ visitor: TestConnection, _ host: String) async throws -> String {
        try await visitor.write(request("GET /", host: host, "X-Forwarded-For: 192.0.2.7\r\n"))
        let head = try await visitor.read(until: "\r\n\r\n")
        let length = head.lowercased().firstRange(of: "content-length: ").map { head[$0.upperBound...] } ?? ""
        _ = try await visitor.read(count: Int(length.prefix { $0.isNumber }) ?? 0)
        let code = head.lowercased().firstRange(of: "ngrok-error-code: err_ngrok_").map { head[$0.upperBound...] }
        return String(head.dropFirst("HTTP/1.1 ".count).prefix(3)) + (code.map { " \($0.prefix(4))" } ?? "")
    }

    @Test func `Visitors from elsewhere are refused at once, on connections that are open too`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                for url in ["http://app.edge.test", "https://app.edge.test"] {
                    let scheme: Portico.Scheme = url.hasPrefix("https") ? .https : .http
                    let options = EndpointOptions(scheme: scheme, url: url)
                    _ = try await agent.forward(to: "\(upstream.port)", options: options)
                }
                try await edge.withAPI { api in
                    let plain = try await edge.visit()
                    let secure = try await edge.visitSecurely("app.edge.test")
                    for visitor in [plain, secure] {
                        #expect(try await Self.status(visitor, "app.edge.test") == "200")
                    }
                    let path = try await Self.restrict(api, "endpoints", to: "192.0.2.0/24")
                    for visitor in [plain, secure] {
                        #expect(try await Self.status(visitor, "app.edge.test") == "403 3205")
                    }
                    let fresh = try await edge.visitSecurely("app.edge.test")
                    #expect(try await Self.status(fresh, "app.edge.test") == "403 3205")
                    #expect(try await api.call("PATCH", path, ["enforced": false]).status == 200)
                    for visitor in [plain, secure, fresh] {
                        #expect(try await Self.status(visitor, "app.edge.test") == "200")
                        await visitor.close()
                    }
                }
                await agent.close()
            }
        }
    }

    @Test func `Who may not come is told so before rules for connections are asked`() async throws {
        try await TestEdge.with { edge in
            let agent = try await edge.connectAgent()
            let options = EndpointOptions(
                url: "https://app.edge.test",
                trafficPolicy: "on_tcp_connect: [{actions: [{type: close-connection}]}]"
            )
            _ = try await agent.forward(to: "1", options: options)
            try await edge.withAPI { api in
                _ = try await Self.restrict(api, "endpoints", to: "192.0.2.0/24")
                let visitor = try await edge.visitSecurely("app.edge.test")
                #expect(try await Self.status(visitor, "app.edge.test") == "403 3205")
                await visitor.close()
            }
            await agent.close()
        }
    }

    @Test func `What is reached inside the account alone has no visitors to refuse`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                _ = try await agent.forward(
                    to: "\(upstream.port)",
                    options: EndpointOptions(scheme: .http, url: "http://service.internal")
                )
                try await edge.withAPI { api in
                    // The front door lets loopback in; the endpoint behind it is asked by the front door.
                    let path = try await Self.restrict(api, "endpoints", to: "127.0.0.0/8")
                    let policy = """
                        on_http_request: [{actions: [{type: forward-internal, config: {url: 'http://service.internal'}}]}]
                        """
                    _ = try await api.call("POST", "/reserved_domains", ["domain": "app.edge.test"])
                    let body: JSONValue = ["url": "http://app.edge.test", "traffic_policy": .string(policy)]
                    let endpoint = try await api.call("POST", "/endpoints", body)
                    #expect(endpoint.status == 201, "\(endpoint)")
                    let visitor = try await edge.visit()
                    #expect(try await Self.status(visitor, "app.edge.test") == "200")
                    await visitor.close()
                    #expect(try await api.call("DELETE", path).status == 204)
                }
                await agent.close()
            }
        }
    }

    @Test func `A TCP visitor from elsewhere is closed without a byte`() async throws {
        try await TestUpstream.with(TestUpstream.echo) { upstream in
            try await TestEdge.with {
                $0.control.tcpPorts = 20_000...24_999
            } _: { edge in
                let agent = try await edge.connectAgent()
                let endpoint = try await agent.forward(
                    to: "\(upstream.port)",
                    options: EndpointOptions(scheme: .tcp)
                )
                let port = try #require(endpoint.url.split(separator: ":").last.flatMap { UInt16($0) })
                try await edge.withAPI { api in
                    let path = try await Self.restrict(api, "endpoints", to: "192.0.2.0/24")
                    let refused = try await TestConnection.open(port: port)
                    #expect(try await refused.readToEnd().isEmpty)
                    await refused.close()
                    #expect(try await api.call("DELETE", path).status == 204)
                    let visitor = try await TestConnection.open(port: port)
                    try await visitor.write("hello")
                    #expect(try await visitor.read(count: 5).elementsEqual("hello".utf8))
                    await visitor.close()
                }
                await agent.close()
            }
        }
    }

    @Test func `An agent from elsewhere is refused with the code of that`() async throws {
        try await TestEdge.with { edge in
            try await edge.withAPI { api in
                let path = try await Self.restrict(api, "agent", to: "192.0.2.0/24")
                let error = await #expect(throws: PorticoError.self) { try await edge.connectAgent() }
                #expect(error?.code == "ERR_NGROK_115")
                #expect(try await api.call("PATCH", path, ["enforced": false]).status == 200)
                let agent = try await edge.connectAgent()
                await agent.close()
            }
        }
    }
}
