import EdgeTestSupport
import Foundation
import JSON
import Model
import Testing

/// Drafts of policies are rehearsed with captured traffic.
@Suite(.timeLimit(.minutes(1))) struct RehearsalTests {
    private static let attached = """
        on_http_request:
          - name: no secrets
            expressions: ["req.url.path == '/secret'"]
            actions: [{type: deny}]
        """

    @Test func `What a draft would change is told by rule, and what it would not is counted`()
        async throws
    {
        try await TrafficInspectorTests.with(policy: Self.attached) { inspected in
            try await inspected.captureInFull()
            for path in ["/a", "/a", "/b", "/secret", "/admin"] {
                try await inspected.visit("GET \(path)", "X-A: b\r\n")
            }
            try await inspected.wait(for: 5)
            let draft = """
                on_http_request:
                  - name: no admin
                    expressions: ["req.url.path.startsWith('/admin')"]
                    actions: [{type: custom-response, config: {status_code: 403}}]
                  - name: marked
                    expressions: ["req.url.path == '/a'"]
                    actions: [{type: add-headers, config: {headers: {x-mark: "1"}}}]
                """
            let report = try await Self.rehearse(draft, inspected)
            #expect(report["examined"]?.integer == 5)
            #expect(report["changed"]?.integer == 4)
            #expect(report["unchanged"]?.integer == 1)
            #expect(report["undecided"]?.integer == 0)
            let groups = (report["groups"]?.array ?? []).compactMap(\.object)
            #expect(
                groups.map { "\($0.text("rule")): \($0.text("change"))" } == [
                    "on_http_request[1] \"marked\": the header x-mark is added to the request",
                    "attached: on_http_request[0] \"no secrets\": status 403 of the policy becomes the answer of the service",
                    "on_http_request[0] \"no admin\": status 200 of the service becomes status 403 of the policy",
                ]
            )
            #expect(groups.first?["count"]?.integer == 2)
            #expect(groups.allSatisfy { $0["examples"]?.array?.isEmpty == false })
            // Only part of it.
            let filtered = try await Self.rehearse(draft, inspected, ["filter": "obj.path == '/admin'"])
            #expect(filtered["examined"]?.integer == 1)
            #expect(try await Self.rehearse(draft, inspected, ["limit": 2])["examined"]?.integer == 2)
            #expect(try await Self.rehearse(Self.attached, inspected)["changed"]?.integer == 0)
        }
    }

    @Test func `Nothing is said of what hangs on masked values`() async throws {
        try await TrafficInspectorTests.with { inspected in
            try await inspected.captureInFull()
            try await inspected.visit("GET /", "Authorization: Bearer x\r\n")
            try await inspected.wait(for: 1)
            let draft = """
                on_http_request:
                  - expressions: ["!('Bearer y' in getReqHeader('authorization'))"]
                    actions: [{type: deny}]
                """
            let report = try await Self.rehearse(draft, inspected)
            #expect(report["undecided"]?.integer == 1)
            #expect(
                JSONValue.object(report).text.contains("a rule looks at authorization, which is masked")
            )
        }
    }

    @Test func `Limits count as the exchanges came`() async throws {
        try await TrafficInspectorTests.with { inspected in
            try await inspected.captureInFull()
            for _ in 0..<5 { try await inspected.visit("GET /") }
            try await inspected.wait(for: 5)
            let draft = """
                on_http_request:
                  - actions:
                      - type: rate-limit
                        config: {name: all, algorithm: sliding_window, capacity: 3, rate: 60s, bucket_key: [conn.client_ip]}
                """
            let report = try await Self.rehearse(draft, inspected)
            #expect(report["changed"]?.integer == 2, "\(JSONValue.object(report).text)")
        }
    }

    @Test(arguments: ["on_http_request: [", "on_http_request: [{actions: [{type: nothing}]}]"])
    func `A draft that cannot run is refused with its place`(draft: String) async throws {
        try await TrafficInspectorTests.with { inspected in
            let body: JSONValue = [
                "endpoint_url": .string(TrafficInspectorTests.url), "traffic_policy": .string(draft),
            ]
            let answer = try await inspected.api.call("POST", "/traffic_inspector/rehearse", body)
            #expect(answer.code == 100654)
            #expect(answer.text("msg").contains("1:"))
        }
    }

    private static func rehearse(
        _ draft: String,
        _ inspected: InspectedEdge,
        _ more: JSONObject = [:]
    ) async throws -> JSONObject {
        var body: JSONObject = [
            "endpoint_url": .string(TrafficInspectorTests.url), "traffic_policy": .string(draft),
        ]
        for member in more.members { body.set(member.key, to: member.value) }
        let answer = try await inspected.api.call("POST", "/traffic_inspector/rehearse", .object(body))
        #expect(answer.status == 200, "\(answer)")
        return answer.object
    }
}
