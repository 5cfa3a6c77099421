import Capture
import Control
import Edge
import EdgeTestSupport
import Foundation
import JSON
import Model
import NIOCore
import PolicyEngine
import Portico
import Proxy
import Testing

/// Traffic is captured at the edge, from a visitor's socket to what the API shows of it.
@Suite(.timeLimit(.minutes(1))) struct TrafficInspectorTests {
    static let url = "http://app.edge.test"

    /// Runs `body` with an agent in front of a service that answers with the request.
    static func with(
        policy: String = "",
        _ change: (inout TestEdge.Setup) -> Void = { _ in },
        _ body: @Sendable @escaping (InspectedEdge) async throws -> Void
    ) async throws {
        try await TestUpstream.with(Self.serve) { upstream in
            try await TestEdge.with { setup in
                setup.capturesTraffic = true
                change(&setup)
            } _: { edge in
                let agent = try await edge.connectAgent()
                var options = EndpointOptions(scheme: .http, url: Self.url)
                options.trafficPolicy = policy
                _ = try await agent.forward(to: "\(upstream.port)", options: options)
                try await edge.withAPI { api in try await body(InspectedEdge(edge: edge, api: api)) }
                await agent.close()
            }
        }
    }

    private static func serve(_ connection: TestConnection) async throws {
        while true {
            let head = try await connection.read(until: "\r\n\r\n")
            let field = head.split(separator: "\r\n").first {
                $0.lowercased().hasPrefix("content-length: ")
            }
            let length = field.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
            let body = try await connection.read(count: length)
            let text = head + String(decoding: body, as: UTF8.self)
            try await connection.write(
                """
                HTTP/1.1 200 OK\r\nX-Upstream: test\r\nSet-Cookie: sid=s3cr3t; HttpOnly\r\n\
                Content-Length: \(text.utf8.count)\r\n\r\n\(text)
                """
            )
        }
    }

    // MARK: Capture

    @Test func `Metadata alone are captured at first`() async throws {
        try await Self.with { inspected in
            try await inspected.visit(
                "POST /orders?page=2&token=abc",
                "User-Agent: test/1\r\nX-A: b\r\n",
                body: "hello"
            )
            let exchange = try await inspected.newest()
            #expect(exchange.text("method") == "POST")
            #expect(exchange.text("path") == "/orders")
            #expect(exchange.text("query") == "page=2&token=[masked]")
            #expect(exchange.text("endpoint_url") == Self.url)
            #expect(exchange.text("client_ip") == "127.0.0.1")
            #expect(exchange.text("user_agent") == "test/1")
            #expect(exchange.text("answered_by") == "upstream")
            #expect(exchange["status"]?.integer == 200)
            #expect(exchange["request_bytes"]?.integer == 5)
            #expect(exchange["is_full"] == .bool(false))
            #expect(exchange["request"] == .null)
            #expect(exchange.text("id").hasPrefix("req_"))
            let own = try await inspected.api.call("GET", "/self").object["account"]?.object
            #expect(own?["traffic_full_capture"] == .bool(false))
        }
    }

    @Test func `In full, headers, bodies and the log of the policy are kept, and secrets are not`()
        async throws
    {
        let policy = """
            on_http_request:
              - name: no admin
                expressions: ["req.url.path.startsWith('/admin')"]
                actions: [{type: deny}]
              - name: orders
                expressions: ["req.url.path == '/orders'", "'b' in getReqHeader('x-a')"]
                actions: [{type: add-headers, config: {headers: {x-seen: "1"}}}]
            """
        try await Self.with(policy: policy) { inspected in
            try await inspected.captureInFull()
            try await inspected.visit(
                "POST /orders",
                "Authorization: Bearer abc\r\nCookie: a=1\r\nX-A: b\r\nX-Long: \(String(repeating: "x", count: 2000))\r\n",
                body: String(repeating: "y", count: 20_000)
            )
            let exchange = try await inspected.newest()
            let request = try #require(exchange["request"]?.object)
            let headers = (request["headers"]?.array ?? []).compactMap(\.object)
            func header(_ name: String) -> JSONObject? { headers.first { $0.text("name") == name } }
            #expect(header("Authorization")?.text("value") == "Bearer [masked]")
            #expect(header("Cookie")?.text("value") == "a=[masked]")
            #expect(header("X-Long")?.text("value").utf8.count == 1024)
            #expect(header("X-Long")?["is_cut"] == .bool(true))
            #expect(request["body_bytes"]?.integer == 20_000)
            #expect(request["captured_body_bytes"]?.integer == 10_240)
            #expect(request["is_whole"] == .bool(false))
            let response = try #require(exchange["response"]?.object)
            #expect(JSONValue.object(response).text.contains("sid=[masked]"))
            #expect(!JSONValue.object(exchange).text.contains("s3cr3t"))
            // What was done, and what was looked at.
            let log = (exchange["policy_log"]?.array ?? []).compactMap(\.object)
            #expect(log.map { $0.text("event") } == ["unmatched", "matched", "went"])
            #expect(log.map { $0["rule"]?.integer } == [0, 1, 1])
            #expect(log[1].text("rule_name") == "orders")
            #expect(log[2].text("action_type") == "add-headers")
            let values = (log[1]["values"]?.array ?? []).compactMap(\.object)
            #expect(values.map { $0.text("name") } == ["req.url.path", "getReqHeader('x-a')"])
            #expect(values.map { $0.text("value") } == ["/orders", "[\"b\"]"])
        }
    }

    @Test func `A refusal is captured with its code, and the page names the request`() async throws {
        let policy = """
            on_http_request:
              - expressions: ["req.url.path == '/limited'"]
                actions: [{type: deny, config: {status_code: 429}}]
            """
        try await Self.with(policy: policy) { inspected in
            try await inspected.captureInFull()
            try await inspected.visit("GET /limited")
            let exchange = try await inspected.newest()
            #expect(exchange["status"]?.integer == 429)
            #expect(exchange.text("answered_by") == "policy")
            let events = (exchange["policy_log"]?.array ?? []).compactMap { $0.object?.text("event") }
            #expect(events == ["matched", "ended"])
        }
    }

    @Test func `Secrets of vaults that a policy has read are hidden everywhere`() async throws {
        let policy = """
            on_http_request:
              - expressions: ["secrets.get('v', 'key') in getReqHeader('x-key')"]
                actions: [{type: custom-response, config: {status_code: 200, body: "you sent ${secrets.get('v', 'key')}"}}]
            """
        try await Self.with(policy: policy) {
            $0.edge.proxy.policy.services.secrets = OneSecret()
        } _: { inspected in
            try await inspected.captureInFull()
            let answer = try await inspected.visit("GET /correct-horse", "X-Key: correct-horse\r\n")
            #expect(answer.contains("you sent correct-horse"))
            let text = JSONValue.object(try await inspected.newest()).text
            #expect(!text.contains("correct-horse"))
            #expect(text.contains("[masked]"))
            #expect(!text.contains(Data("you sent correct-horse".utf8).base64EncodedString()))
        }
    }

    /// The vaults of an account that has one, with one entry.
    private struct OneSecret: SecretDirectory {
        func secret(named name: String, inVault vault: String, of account: ResourceID<AccountKind>) -> SecretAnswer {
            vault == "v" && name == "key" ? .found(Secret("correct-horse")) : .unknownVault
        }
    }

    @Test func `Beyond the budget requests are left out, counted and served all the same`()
        async throws
    {
        try await Self.with {
            $0.edge.proxy.capture.exchangesPerSecond = 8
        } _: { inspected in
            let connection = try await inspected.edge.visit()
            for _ in 0..<200 {
                try await connection.write("GET / HTTP/1.1\r\nHost: app.edge.test\r\n\r\n")
                #expect(try await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
                _ = try await connection.read(until: "\r\n\r\n")
            }
            await connection.close()
            let queue = try #require(inspected.edge.control.traffic?.queue)
            // Loops tell of what they left out with their next tick.
            while queue.totals.captured + queue.totals.overBudget < 200 {
                _ = try await inspected.api.call("GET", "/traffic_inspector/status")
            }
            #expect(queue.totals.overBudget > 0)
            #expect(queue.totals.captured > 0)
            let status = try await inspected.api.call("GET", "/traffic_inspector/status").object
            #expect(status["dropped_over_budget"]?.integer == Int64(queue.totals.overBudget))
        }
    }

    @Test func `While captures hold too much, messages are left out and what is known is kept`()
        async throws
    {
        try await Self.with {
            $0.edge.proxy.capture.heldBytes = 2
        } _: { inspected in
            try await inspected.captureInFull()
            try await inspected.visit("GET /")
            #expect(try await inspected.newest()["is_full"] == .bool(false))
            #expect(inspected.edge.control.traffic?.queue.totals.reduced ?? 0 > 0)
        }
    }

    // MARK: Looking

    @Test func `Search, pages, tail and archive`() async throws {
        try await Self.with { inspected in
            let api = inspected.api
            let first = try await api.call("POST", "/traffic_inspector/tail", [:])
            #expect(first.text("last_id") == "")
            for number in 0..<5 { try await inspected.visit("GET /n/\(number)") }
            try await inspected.wait(for: 5)
            let page = try await api.call("GET", "/traffic_inspector?limit=2")
            let paths = (page.object["exchanges"]?.array ?? []).compactMap { $0.object?.text("path") }
            #expect(paths.count == 2)
            let next = try #require(page.object["next_page_uri"]?.string)
            let place = try #require(next.firstRange(of: "/traffic"))
            let rest = try await api.call("GET", String(next[place.lowerBound...]))
            // In the order in which loops hand them over.
            let others = (rest.object["exchanges"]?.array ?? []).compactMap { $0.object?.text("path") }
            #expect(others.count == 2)
            #expect(Set(paths).isDisjoint(with: others))
            let filter = "obj.path%20%3D%3D%20'%2Fn%2F3'"
            let found = try await api.call(
                "GET",
                "/traffic_inspector?filter=\(filter)&status=2xx&client_ip=127.0.0.0/8"
            )
            #expect((found.object["exchanges"]?.array ?? []).count == 1)
            #expect(try await api.call("GET", "/traffic_inspector?filter=nonsense").code == 100651)
            #expect(try await api.call("GET", "/traffic_inspector?status=9xx").code == 100651)
            // The tail gives what comes, and not before it has.
            let start = try await api.call("POST", "/traffic_inspector/tail", [:]).text("last_id")
            async let tail = api.call(
                "POST",
                "/traffic_inspector/tail",
                ["after_id": .string(start), "wait_seconds": 20]
            )
            try await inspected.visit("GET /new")
            let come = (try await tail).object["exchanges"]?.array ?? []
            #expect(come.compactMap { $0.object?.text("path") } == ["/new"])
            let archive = try await api.call("POST", "/traffic_inspector/archive", ["limit": 3])
            #expect(archive.object["log"]?.object?["entries"]?.array?.count == 3)
        }
    }

    @Test func `Another account sees nothing, by any path`() async throws {
        try await Self.with { inspected in
            try await inspected.captureInFull()
            try await inspected.visit("GET /mine")
            let id = try await inspected.newest().text("id")
            let stranger = try await inspected.stranger()
            let lists = try await stranger.call("GET", "/traffic_inspector")
            #expect(lists.object["exchanges"] == .array([]))
            #expect(try await stranger.call("GET", "/traffic_inspector/\(id)").code == 10090)
            #expect(try await stranger.call("POST", "/traffic_inspector/\(id)/replay", [:]).code == 10090)
            #expect(
                try await stranger.call("GET", "/traffic_inspector?before_id=\(id)").object["exchanges"]
                    == .array([])
            )
            let tail = try await stranger.call(
                "POST",
                "/traffic_inspector/tail",
                ["after_id": .string(id)]
            )
            #expect(tail.object["exchanges"] == .array([]))
            #expect(
                try await stranger.call("POST", "/traffic_inspector/archive", ["id": .string(id)]).code
                    == 10090
            )
            let rehearsal: JSONValue = ["endpoint_url": .string(Self.url), "traffic_policy": ""]
            #expect(
                try await stranger.call("POST", "/traffic_inspector/rehearse", rehearsal).object["examined"]
                    == 0
            )
            #expect(try await stranger.call("POST", "/traffic_inspector/clear").status == 200)
            #expect(try await inspected.api.call("GET", "/traffic_inspector/\(id)").status == 200)
        }
    }

    @Test func `Who is no administrator looks, and decides nothing`() async throws {
        try await Self.with { inspected in
            let reader = try await inspected.member(.reader)
            #expect(try await reader.call("GET", "/traffic_inspector").status == 200)
            #expect(
                try await reader.call("PATCH", "/traffic_inspector/settings", ["mode": "full"]).code
                    == 100652
            )
            #expect(try await reader.call("POST", "/traffic_inspector/clear").code == 100652)
            #expect(
                try await inspected.api.call("PATCH", "/traffic_inspector/settings", ["mode": "all"]).code
                    == 100653
            )
            #expect(
                try await inspected.api.call(
                    "PATCH",
                    "/traffic_inspector/settings",
                    ["full_per_mille": 1001]
                ).code == 100653
            )
            try await inspected.captureInFull()
            let own = try await inspected.api.call("GET", "/self").object["account"]?.object
            #expect(own?["traffic_full_capture"] == .bool(true))
            #expect(
                try await inspected.api.call("PATCH", "/traffic_inspector/settings", ["mode": "off"]).status
                    == 200
            )
            try await inspected.visit("GET /unseen")
            try await inspected.api.call("PATCH", "/traffic_inspector/settings", ["mode": "metadata"])
            try await inspected.visit("GET /seen")
            #expect(try await inspected.newest().text("path") == "/seen")
            #expect(try await inspected.count() == 1)
        }
    }
}
