import EdgeTestSupport
import Portico
import TestSupport
import Testing

@Suite struct StaticUpstreamTests {
    @Test(.timeLimit(.minutes(1)))
    func `A visitor of a static upstream reaches the service, and its connection lives on`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with {
                try $0.addStatic("http://app.edge.test", port: upstream.port)
            } _: { edge in
                let visitor = try await edge.visit()
                for number in 0..<3 {
                    try await visitor.write(
                        request("GET /\(number)?q=1", host: "app.edge.test", "X-Mine: \(number)\r\n")
                    )
                    let head = try await visitor.read(until: "\r\n\r\n")
                    #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
                    #expect(head.contains("X-Upstream: test"))
                    let seen = try await visitor.read(until: "\r\n\r\n")
                    #expect(seen.hasPrefix("GET /\(number)?q=1 HTTP/1.1\r\n"))
                    #expect(seen.contains("X-Mine: \(number)\r\n"))
                    #expect(seen.contains("X-Forwarded-For: 127.0.0.1\r\n"))
                    #expect(seen.contains("X-Forwarded-Proto: http\r\n"))
                    #expect(seen.contains("X-Forwarded-Host: app.edge.test\r\n"))
                }
                await visitor.close()
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `A host that nobody serves gets 404 with its code`() async throws {
        try await TestEdge.with { edge in
            let visitor = try await edge.visit()
            try await visitor.write(request("GET /", host: "nobody.edge.test"))
            let head = try await visitor.read(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 404 "))
            #expect(head.contains("ngrok-error-code: ERR_NGROK_3200"))
            await visitor.close()
        }
    }
}

@Suite struct AgentEndpointTests {
    @Test(.timeLimit(.minutes(1)))
    func `A visitor reaches a service through edge and agent over HTTPS`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                let endpoint = try await agent.forward(to: "\(upstream.port)")
                let host = String(endpoint.url.dropFirst("https://".count))
                for number in 0..<20 {
                    let visitor = try await edge.visitSecurely(host)
                    try await visitor.write(request("GET /\(number)", host: host))
                    #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
                    let seen = try await visitor.read(until: "\r\n\r\n")
                    #expect(seen.hasPrefix("GET /\(number) HTTP/1.1\r\n"))
                    #expect(seen.contains("X-Forwarded-Proto: https\r\n"))
                    await visitor.close()
                }
                await agent.close()
            }
        }
    }
}
