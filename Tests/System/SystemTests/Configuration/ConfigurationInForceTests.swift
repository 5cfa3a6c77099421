import EdgeTestSupport
import JSON
import Portico
import Testing

/// What is configured over the API is what traffic meets, at once, and other traffic meets nothing of it.
@Suite(.timeLimit(.minutes(10))) struct ConfigurationInForceTests {
    /// Visitors of other endpoints, connected all the time.
    private static let others = 200

    /// The cloud endpoint of a test, with the traffic that others have meanwhile.
    private struct Stage: Sendable {
        let edge: TestEdge
        let api: TestAPI
        let bystanders: [TestConnection]
    }

    @Test func `Each change is seen by traffic within a second, and by nobody else`() async throws {
        try await self.withStage { stage in
            let app = try await self.create(stage, "app.edge.test", Self.forward(to: "http://service.internal"))
            try await self.expect("x-upstream: test", at: "app.edge.test", stage)

            try await self.change(app, ["traffic_policy": .string(Self.answer("two"))], stage)
            try await self.expect("two", at: "app.edge.test", stage)
            let header = Self.forward(to: "http://service.internal", adding: "x-three")
            try await self.change(app, ["traffic_policy": .string(header)], stage)
            try await self.expect("x-three: yes", at: "app.edge.test", stage)

            _ = try await stage.api.call("POST", "/reserved_domains", ["domain": "moved.edge.test"])
            try await self.change(app, ["url": "http://moved.edge.test"], stage)
            try await self.expect("x-upstream: test", at: "moved.edge.test", stage)
            try await self.expect("err_ngrok_3200", at: "app.edge.test", stage)

            try await self.change(app, ["pooling_enabled": true], stage)
            _ = try await self.create(stage, "moved.edge.test", Self.answer("pooled"), ["pooling_enabled": true])
            try await self.expect("pooled", at: "moved.edge.test", stage)
            try await self.expect("x-three: yes", at: "moved.edge.test", stage)

            #expect(try await stage.api.call("DELETE", "/endpoints/\(app)").status == 204)
            for _ in 0..<10 { #expect(try await Self.visit("moved.edge.test", stage).contains("pooled")) }
            try await self.bystandersSeeNothing(stage)
        }
    }

    @Test func `A policy that is wrong changes nothing`() async throws {
        try await self.withStage { stage in
            let app = try await self.create(stage, "app.edge.test", Self.answer("one"))
            for (policy, code) in [("on_http_request: [{actions: [{type: nothing}]}]", 18002), ("{}", 2235)] {
                let answer = try await stage.api.call("PATCH", "/endpoints/\(app)", ["traffic_policy": .string(policy)])
                #expect(answer.code == code, "\(answer)")
                #expect(try await Self.visit("app.edge.test", stage).contains("one"))
            }
            #expect(try await stage.api.call("DELETE", "/endpoints/\(app)").status == 204)
            #expect(try await Self.visit("app.edge.test", stage).contains("err_ngrok_3200"))
        }
    }

    // MARK: - The stage

    /// An agent that serves an internal endpoint and a public one, whose visitors stay connected all the time.
    private func withStage(_ body: @Sendable @escaping (Stage) async throws -> Void) async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                for url in ["http://service.internal", "http://other.edge.test"] {
                    _ = try await agent.forward(
                        to: "\(upstream.port)",
                        options: EndpointOptions(scheme: .http, url: url)
                    )
                }
                var bystanders: [TestConnection] = []
                for _ in 0..<Self.others { bystanders.append(try await edge.visit()) }
                let connections = bystanders
                try await edge.withAPI { api in
                    let domain = try await api.call("POST", "/reserved_domains", ["domain": "app.edge.test"])
                    #expect(domain.status == 201, "\(domain)")
                    let stage = Stage(edge: edge, api: api, bystanders: connections)
                    try await self.bystandersSeeNothing(stage)
                    try await body(stage)
                }
                for connection in bystanders { await connection.close() }
                await agent.close()
            }
        }
    }

    /// Every bystander makes a request on the connection that it has had all the time, and is served by its service.
    private func bystandersSeeNothing(_ stage: Stage) async throws {
        for connection in stage.bystanders { try await connection.write(request("GET /", host: "other.edge.test")) }
        for connection in stage.bystanders {
            let head = try await connection.read(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 200"))
            #expect(head.contains("X-Upstream: test"))
            _ = try await connection.read(until: "\r\n\r\n")
        }
    }

    private func create(
        _ stage: Stage,
        _ host: String,
        _ policy: String,
        _ more: JSONObject = [:]
    ) async throws -> String {
        var body: JSONObject = ["url": .string("http://\(host)"), "traffic_policy": .string(policy)]
        for member in more.members { body.set(member.key, to: member.value) }
        let answer = try await stage.api.call("POST", "/endpoints", .object(body))
        try #require(answer.status == 201, "\(answer)")
        return answer.text("id")
    }

    private func change(_ id: String, _ body: JSONObject, _ stage: Stage) async throws {
        let answer = try await stage.api.call("PATCH", "/endpoints/\(id)", .object(body))
        #expect(answer.status == 200, "\(answer)")
        try await self.bystandersSeeNothing(stage)
    }

    // MARK: - Traffic

    /// Visitors come until one sees `text`, for a second at most.
    private func expect(_ text: String, at host: String, _ stage: Stage) async throws {
        let start = ContinuousClock.now
        var seen = ""
        repeat {
            seen = try await Self.visit(host, stage)
            if seen.contains(text) { return }
        } while ContinuousClock.now - start < .seconds(1)
        Issue.record("\(host) shows \(seen) and not \(text)")
    }

    private static func visit(_ host: String, _ stage: Stage) async throws -> String {
        let visitor = try await stage.edge.visit()
        try await visitor.write(request("GET /", host: host, "Connection: close\r\n"))
        let answer = try await visitor.readToEnd()
        await visitor.close()
        return String(decoding: answer, as: UTF8.self).lowercased()
    }

    // MARK: - Policies

    private static func forward(to url: String, adding field: String? = nil) -> String {
        let headers = field.map { "      - type: add-headers\n        config: {headers: {\($0): 'yes'}}\n" } ?? ""
        return """
            on_http_request:
              - actions:
            \(headers)      - type: forward-internal
                    config: {url: '\(url)'}

            """
    }

    private static func answer(_ text: String) -> String {
        "on_http_request: [{actions: [{type: custom-response, config: {status_code: 200, body: '\(text)'}}]}]"
    }
}
