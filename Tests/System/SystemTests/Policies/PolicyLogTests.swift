import Edge
import EdgeTestSupport
import Events
import JSON
import Model
import NIOCore
import Portico
import Proxy
import Testing

/// What the `log` action says, from the request to the edge's record.
@Suite(.timeLimit(.minutes(1))) struct PolicyLogTests {
    /// The events of what `visit` does at an endpoint with this policy.
    private func events(
        of policy: String,
        over scheme: Scheme = .http,
        tellsAll: Bool = false,
        _ visit: (TestEdge) async throws -> Void
    ) async throws -> [JSONObject] {
        let queue = EventQueue()
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { setup in
                setup.edge.proxy.policy.events = queue
                setup.edge.proxy.policy.tellsAll = tellsAll
            } _: { edge in
                let agent = try await edge.connectAgent()
                var options = EndpointOptions(scheme: scheme, url: "\(scheme.rawValue)://app.edge.test")
                options.trafficPolicy = policy
                _ = try await agent.forward(to: "\(upstream.port)", options: options)
                try await visit(edge)
                await agent.close()
            }
        }
        queue.close()
        var events: [JSONObject] = []
        while let batch = await queue.batch() {
            for event in batch.events {
                let line = event.line(id: .random())
                events.append(try #require(try JSONValue(reading: line.utf8).object))
            }
        }
        return events
    }

    private static func ask(_ edge: TestEdge, _ line: String = "GET /a?b=c", _ fields: String = "") async throws {
        let visitor = try await edge.visit()
        try await visitor.write(request(line, "Connection: close\r\n\(fields)"))
        _ = try await visitor.readToEnd()
        await visitor.close()
    }

    private static func value(_ event: JSONObject, _ path: String) -> JSONValue? {
        path.split(separator: ".").reduce(JSONValue.object(event)) { value, name in
            value?.object?[String(name)]
        }
    }

    @Test func `What a policy logs is in the event of the request`() async throws {
        let events = try await self.events(
            of: """
                on_http_request:
                  - actions:
                      - {type: log, config: {metadata: {path: "${req.url.path}", n: "${size(req.url.path)}"}}}
                on_http_response:
                  - actions: [{type: log, config: {metadata: {status: "${res.status_code}"}}}]
                """
        ) { try await Self.ask($0, "GET /a?b=c", "User-Agent: test\r\n") }
        let event = try #require(events.first)
        #expect(events.count == 1 && event["event_type"] == "http_request_complete.v0")
        #expect(Self.value(event, "object.http.request.method") == "get")
        #expect(Self.value(event, "object.http.request.url.raw") == "http://app.edge.test/a?b=c")
        #expect(Self.value(event, "object.http.request.user_agent") == "test")
        #expect(Self.value(event, "object.http.response.status_code") == 200)
        #expect(Self.value(event, "object.conn.client_ip") == "127.0.0.1")
        let logs: JSONValue = [["metadata": ["n": 2, "path": "/a"]], ["metadata": ["status": 200]]]
        #expect(Self.value(event, "object.traffic_policy.logs") == logs)
    }

    @Test func `An expression without a value is told to the policy's owner`() async throws {
        let events = try await self.events(
            of: "on_http_request: [{expressions: [\"req.headers['x-none'][0] == 'a'\"], actions: [{type: deny}]}]"
        ) { try await Self.ask($0) }
        let event = try #require(events.first)
        let errors = try #require(Self.value(event, "object.traffic_policy.errors")?.array)
        #expect(errors.first?.object?["phase"] == "on_http_request" && errors.first?.object?["rule"] == 0)
    }

    @Test func `Of what no policy has noted there is an event where all is told, and only there`() async throws {
        let policy = "on_http_request: [{actions: [{type: deny, config: {status_code: 418}}]}]"
        #expect(try await self.events(of: policy) { try await Self.ask($0) }.isEmpty)
        let events = try await self.events(of: policy, tellsAll: true) { try await Self.ask($0) }
        let event = try #require(events.first)
        #expect(Self.value(event, "object.http.response.status_code") == 418)
    }

    @Test func `A connection that its rules refuse leaves an event of its own`() async throws {
        let events = try await self.events(
            of: """
                on_tcp_connect:
                  - actions:
                      - {type: log, config: {metadata: {port: "${conn.client_port > 0}"}}}
                      - {type: restrict-ips, config: {allow: [203.0.113.0/24]}}
                """
        ) { try await Self.ask($0) }
        let event = try #require(events.first)
        #expect(events.count == 1 && event["event_type"] == "tcp_connection_closed.v0")
        #expect(Self.value(event, "object.ip_policy.decision") == "block")
        #expect(Self.value(event, "object.traffic_policy.logs") == [["metadata": ["port": true]]])
    }

    @Test func `A connection that passes is told of when it is closed, with its bytes`() async throws {
        let events = try await self.events(
            of: "on_tcp_connect: [{actions: [{type: log, config: {metadata: {a: b}}}]}]"
        ) { try await Self.ask($0) }
        let event = try #require(events.first { $0["event_type"] == "tcp_connection_closed.v0" })
        #expect(Self.value(event, "object.conn.bytes_in")?.integer ?? 0 > 0)
        #expect(Self.value(event, "object.conn.bytes_out")?.integer ?? 0 > 0)
    }

    @Test func `A connection that passes and has no handshake is told of too`() async throws {
        let events = try await self.events(
            of: "on_tcp_connect: [{actions: [{type: log, config: {metadata: {name: \"${conn.tls.sni}\"}}}]}]",
            over: .https
        ) { edge in
            let visitor = try await TestConnection.open(port: edge.httpsPort)
            try await visitor.write(ByteBuffer(bytes: try clientHello(for: "app.edge.test")))
            _ = try await visitor.next()
            await visitor.close()
        }
        let event = try #require(events.first)
        #expect(events.count == 1 && event["event_type"] == "tcp_connection_closed.v0")
        #expect(Self.value(event, "object.traffic_policy.logs") == [["metadata": ["name": "app.edge.test"]]])
    }
}
