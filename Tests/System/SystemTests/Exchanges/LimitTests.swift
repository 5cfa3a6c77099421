import Edge
import EdgeTestSupport
import NIOCore
import Proxy
import Telemetry
import Testing

/// Limits that only real sockets have, and what a scraper sees of an edge.
@Suite(.timeLimit(.minutes(5))) struct LimitTests {
    private static func request(_ path: String = "/") -> String {
        "GET \(path) HTTP/1.1\r\nHost: static.edge.test\r\n\r\n"
    }

    /// An edge before a service that echoes heads.
    private func withEdge(
        _ change: @Sendable @escaping (inout TestEdge.Setup) -> Void = { _ in },
        _ body: @Sendable @escaping (TestEdge) async throws -> Void
    ) async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with {
                try $0.addStatic("http://static.edge.test", port: upstream.port)
                change(&$0)
            } _: { edge in
                try await body(edge)
            }
        }
    }

    private func reached(_ limit: Limit, _ edge: TestEdge) async -> Int {
        await edge.edge.statistics().counts.limits[limit] ?? 0
    }

    @Test(arguments: [Limit.connections, .connectionsPerListener])
    func `The last twentieth of the connections is told that there are too many, and more are closed`(
        limit: Limit
    ) async throws {
        try await self.withEdge {
            if limit == .connections { $0.edge.connectionLimit = 20 } else { $0.edge.connectionsPerListener = 20 }
        } _: { edge in
            var visitors: [TestConnection] = []
            for _ in 0..<20 {
                let visitor = try await edge.visit()
                try await visitor.write(Self.request())
                let answer = try await visitor.read(until: "\r\n\r\n")
                #expect(answer.hasPrefix(visitors.count < 19 ? "HTTP/1.1 200 " : "HTTP/1.1 503 "), "\(visitors.count)")
                if visitors.count == 19 { #expect(answer.contains("Retry-After: ")) }
                if answer.hasPrefix("HTTP/1.1 200 ") { _ = try await visitor.read(until: "\r\n\r\n") }
                visitors.append(visitor)
            }
            let last = try await edge.visit()
            #expect(try await last.readToEnd().isEmpty)
            #expect(await self.reached(limit, edge) == 2)
            // Who has come before is served as before.
            try await visitors[0].write(Self.request())
            _ = try await visitors[0].read(until: "\r\n\r\n")
            for visitor in visitors { await visitor.close() }
        }
    }

    @Test func `One address has so many connections, and the next is closed`() async throws {
        try await self.withEdge {
            $0.edge.connectionsPerAddress = 2
        } _: { edge in
            let first = [try await edge.visit(), try await edge.visit()]
            for visitor in first {
                try await visitor.write(Self.request())
                _ = try await visitor.read(until: "\r\n\r\n")
            }
            #expect(try await edge.visit().readToEnd().isEmpty)
            #expect(await self.reached(.connectionsPerAddress, edge) == 1)
            for visitor in first { await visitor.close() }
        }
    }

    @Test func `A handshake that does not end is ended`() async throws {
        try await self.withEdge {
            $0.edge.handshakeMilliseconds = 250
        } _: { edge in
            for bytes in [[], try clientHello(for: "static.edge.test").dropLast(9)] as [ArraySlice<UInt8>] {
                let visitor = try await TestConnection.open(port: edge.httpsPort)
                try await visitor.write(ByteBuffer(bytes: bytes))
                _ = try await visitor.readToEnd()
            }
            #expect(await self.reached(.handshakeTimeout, edge) == 2)
        }
    }

    @Test func `An agent's listener has its bound too`() async throws {
        try await self.withEdge {
            $0.edge.connectionsPerListener = 1
        } _: { edge in
            let first = try await TestConnection.open(port: edge.agentPort)
            let second = try await TestConnection.open(port: edge.agentPort)
            #expect(try await second.readToEnd().isEmpty)
            #expect(await self.reached(.connectionsPerListener, edge) == 1)
            await first.close()
        }
    }

    @Test func `A process without memory takes no new connections, and goes on when it has some again`() async throws {
        try await self.withEdge {
            $0.edge.memoryBytes = 1000
            $0.edge.residentBytes = { 1000 }
        } _: { edge in
            // The first look is taken at the start, on each loop in its turn.
            while await self.reached(.memory, edge) == 0 {
                let visitor = try await edge.visit()
                // It may be closed by now.
                _ = try? await visitor.write(Self.request())
                _ = try? await visitor.readToEnd()
                await visitor.close()
            }
        }
    }

    @Test func `A scraper sees requests, endpoints, agents and loops`() async throws {
        try await self.withEdge { edge in
            let agent = try await edge.connectAgent(maximumLegs: 1)
            let visitor = try await edge.visit()
            for _ in 0..<3 {
                try await visitor.write(Self.request())
                // The answer's head, and the request's as its body.
                for _ in 0..<2 { _ = try await visitor.read(until: "\r\n\r\n") }
            }
            let text = Exposition.text(await edge.edge.metrics())
            for line in [
                #"portico_requests_total{endpoint="http://static.edge.test",method="GET",code="200"} 3"#,
                #"portico_endpoints_online{type="static",binding="public",proto="http"} 1"#,
                "portico_connections_open 1", "portico_request_duration_seconds_count 3",
                #"portico_limit_reached_total{limit="head_bytes"} 0"#, "portico_agent_connections 1",
            ] { #expect(text.contains(line + "\n"), "\(text)") }
            #expect(text.contains(#"portico_event_loop_lag_seconds{loop="1"} "#))
            await visitor.close()
            withExtendedLifetime(agent) {}
        }
    }
}
