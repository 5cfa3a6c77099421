import EdgeTestSupport
import Foundation
import JSON
import Model
import Portico
import Testing

/// Captured requests are sent again, through the edge as it is now.
@Suite(.timeLimit(.minutes(1))) struct ReplayTests {
    private static let limited = """
        on_http_request:
          - expressions: ["req.url.path == '/old'"]
            actions: [{type: deny, config: {status_code: 410}}]
        """

    private static func captured(
        _ inspected: InspectedEdge,
        _ line: String,
        _ fields: String = "",
        body: String = ""
    ) async throws -> String {
        try await inspected.captureInFull()
        try await inspected.visit(line, fields, body: body)
        return try await inspected.newest().text("id")
    }

    private static func body(_ object: JSONObject) -> String {
        String(decoding: Data(base64Encoded: object.text("body")) ?? Data(), as: UTF8.self)
    }

    @Test func `A request is sent again as it was, and is a new one`() async throws {
        try await TrafficInspectorTests.with { inspected in
            let fields = "X-A: b\r\nX-Forwarded-For: 198.51.100.9\r\nAuthorization: Bearer abc\r\n"
            let id = try await Self.captured(inspected, "POST /orders?x=1", fields, body: "hello")
            let answer = try await inspected.api.call("POST", "/traffic_inspector/\(id)/replay", [:])
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.object["status"]?.integer == 200)
            let seen = Self.body(answer.object)
            #expect(seen.hasPrefix("POST /orders?x=1 HTTP/1.1\r\n"))
            #expect(seen.hasSuffix("hello"))
            #expect(seen.contains("X-A: b"))
            #expect(seen.contains("Ngrok-Replay-Original-Request-ID: \(id)"))
            // Said anew, of this edge.
            #expect(seen.contains("X-Forwarded-For: 127.0.0.1\r\n"))
            #expect(!seen.contains("198.51.100.9"))
            #expect(!seen.contains("masked"))
            #expect(answer.object["omitted_headers"] == .array(["Authorization"]))
            try await inspected.wait(for: 2)
            let again = try await inspected.api.call(
                "GET",
                "/traffic_inspector/\(answer.object.text("id"))"
            ).object
            #expect(again.text("replay_of") == id)
        }
    }

    @Test func `The policy as it is now judges it, and edits are sent`() async throws {
        try await TrafficInspectorTests.with(policy: Self.limited) { inspected in
            let id = try await Self.captured(inspected, "GET /new")
            let path = "/traffic_inspector/\(id)/replay"
            #expect(
                try await inspected.api.call("POST", path, ["path": "/old"]).object["status"]?.integer
                    == 410
            )
            let edited = try await inspected.api.call(
                "POST",
                path,
                [
                    "method": "PUT", "path": "/edited", "query": "q=1",
                    "body": .string(Data("new".utf8).base64EncodedString()),
                    "headers": [["name": "X-New", "value": "yes"]],
                ]
            )
            let seen = Self.body(edited.object)
            #expect(seen.hasPrefix("PUT /edited?q=1 HTTP/1.1\r\n"))
            #expect(seen.contains("X-New: yes"))
            #expect(seen.hasSuffix("new"))
        }
    }

    @Test func `Single headers are changed, and a body that is masked is given anew`() async throws {
        try await TrafficInspectorTests.with { inspected in
            let fields =
                "X-A: b\r\nX-B: d\r\nAuthorization: Bearer old\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            let id = try await Self.captured(inspected, "POST /login", fields, body: "user=ada&password=hush")
            let path = "/traffic_inspector/\(id)"
            let request = try await inspected.api.call("GET", path).object["request"]?.object
            #expect(request.map(Self.body) == "user=ada&password=[masked]")
            #expect(request?["is_body_masked"] == .bool(true))
            #expect(try await inspected.api.call("POST", "\(path)/replay", [:]).code == 10085)
            let answer = try await inspected.api.call(
                "POST",
                "\(path)/replay",
                [
                    "body": .string(Data("user=ada".utf8).base64EncodedString()),
                    "set_headers": [
                        ["name": "authorization", "value": "Bearer new"], ["name": "X-A", "value": "c"],
                    ],
                ]
            )
            let seen = Self.body(answer.object)
            #expect(seen.contains("authorization: Bearer new\r\n") && seen.contains("X-B: d\r\n"))
            #expect(seen.contains("X-A: c\r\n") && !seen.contains("X-A: b"))
            #expect(seen.hasSuffix("\r\n\r\nuser=ada"))
            #expect(answer.object["omitted_headers"] == .array([]))
        }
    }

    @Test(
        arguments: [
            (["method": "get"], 10091), (["method": "CONNECT"], 10091), (["path": "no-slash"], 10091),
            (["path": "/a b"], 10091), (["path": "/a?b"], 10091), (["body": "no base64!"], 10088),
            (["headers": [["name": "bad name", "value": "x"]]], 10087),
            (["headers": [["name": "X-A", "value": "a\r\nX-B: c"]]], 10087),
            (["headers": [["name": "Transfer-Encoding", "value": "chunked"]]], 10087),
            (["headers": [["name": "X-Forwarded-For", "value": "1.2.3.4"]]], 10087),
            (["set_headers": [["name": "Host", "value": "b.test"]]], 10087),
            (["endpoint_id": "ep_0123456789"], 10092),
        ] as [(JSONValue, Int)]
    )
    func `What makes no request that may be sent is refused`(edits: JSONValue, code: Int) async throws {
        try await TrafficInspectorTests.with { inspected in
            let id = try await Self.captured(inspected, "GET /")
            let answer = try await inspected.api.call("POST", "/traffic_inspector/\(id)/replay", edits)
            #expect(answer.code == code, "\(answer)")
        }
    }

    @Test func `What was not captured in full, or is cut, or has no endpoint, is not sent`()
        async throws
    {
        try await TrafficInspectorTests.with { inspected in
            let api = inspected.api
            try await inspected.visit("GET /plain")
            let plain = try await inspected.newest().text("id")
            #expect(try await api.call("POST", "/traffic_inspector/\(plain)/replay", [:]).code == 10085)
            #expect(try await api.call("POST", "/traffic_inspector/req_none/replay", [:]).code == 10090)
            try await inspected.captureInFull()
            try await inspected.visit("POST /long", body: String(repeating: "x", count: 11_000))
            try await inspected.wait(for: 2)
            let long = try await inspected.newest().text("id")
            let path = "/traffic_inspector/\(long)/replay"
            #expect(try await api.call("POST", path, [:]).code == 10085)
            let answer = try await api.call(
                "POST",
                path,
                ["body": .string(Data("short".utf8).base64EncodedString())]
            )
            #expect(answer.object["status"]?.integer == 200, "\(answer)")
        }
    }

    @Test func `Too many within a minute are refused`() async throws {
        try await TrafficInspectorTests.with { inspected in
            let id = try await Self.captured(inspected, "GET /")
            var codes: [Int?] = []
            for _ in 0..<31 {
                codes.append(
                    try await inspected.api.call("POST", "/traffic_inspector/\(id)/replay", [:]).code
                )
            }
            #expect(codes.dropLast().allSatisfy { $0 == nil })
            #expect(codes.last == 10086)
        }
    }

    @Test func `One member of a pool gets it, where that is wanted`() async throws {
        try await TestUpstream.with(Self.naming("one")) { one in
            try await TestUpstream.with(Self.naming("two")) { two in
                try await TestEdge.with {
                    $0.capturesTraffic = true
                } _: { edge in
                    let agents = [try await edge.connectAgent(), try await edge.connectAgent()]
                    for (agent, port) in zip(agents, [one.port, two.port]) {
                        var options = EndpointOptions(scheme: .http, url: TrafficInspectorTests.url)
                        options.isPooled = true
                        _ = try await agent.forward(to: "\(port)", options: options)
                    }
                    try await edge.withAPI { api in
                        let inspected = InspectedEdge(edge: edge, api: api)
                        let id = try await Self.captured(inspected, "GET /")
                        let list = try await api.call("GET", "/endpoints").object["endpoints"]?.array ?? []
                        let members = list.compactMap { $0.object?["id"]?.string }
                        #expect(members.count == 2)
                        var names: Set<String> = []
                        for member in members {
                            var seen: Set<String> = []
                            for _ in 0..<4 {
                                let edits: JSONValue = ["endpoint_id": .string(member)]
                                let answer = try await api.call("POST", "/traffic_inspector/\(id)/replay", edits)
                                seen.insert(Self.body(answer.object))
                            }
                            #expect(seen.count == 1)
                            names.formUnion(seen)
                        }
                        #expect(names == ["one", "two"])
                    }
                    for agent in agents { await agent.close() }
                }
            }
        }
    }

    private static func naming(_ name: String) -> @Sendable (TestConnection) async throws -> Void {
        { connection in
            while true {
                _ = try await connection.read(until: "\r\n\r\n")
                try await connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: \(name.utf8.count)\r\n\r\n\(name)"
                )
            }
        }
    }
}
