import Control
import Edge
import EdgeTestSupport
import Portico
import Proxy
import func TestSupport.pause
import Testing

/// What becomes of an endpoint when its agent leaves, is lost, or is not alone.
@Suite(.timeLimit(.minutes(1))) struct EndpointLifeTests {
    private static let options = EndpointOptions(scheme: .http, url: "http://app.edge.test")

    private func status(of edge: TestEdge, host: String = "app.edge.test") async throws -> String {
        let visitor = try await edge.visit()
        try await visitor.write(request("GET /", host: host))
        let head = try await visitor.read(until: "\r\n\r\n")
        await visitor.close()
        return String(head.prefix(12))
    }

    /// Serves one endpoint, then cuts the agent off: no word of farewell reaches the edge.
    private func loseAgent(of edge: TestEdge, port: UInt16, _ body: () async throws -> Void) async throws {
        let cut = try await TestCut.to(port: edge.agentPort)
        let agent = try await edge.connectAgent(maximumLegs: 1, through: cut)
        _ = try await agent.forward(to: "\(port)", options: Self.options)
        #expect(try await self.status(of: edge) == "HTTP/1.1 200")
        await cut.cut()
        // What was on its way to the agent may have reached it, and is not repeated: the edge must have noticed.
        while await edge.edge.statistics().agents > 0 { await pause() }
        try await body()
        await agent.close()
    }

    @Test func `An endpoint whose agent takes its leave is offline at once`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                let endpoint = try await agent.forward(to: "\(upstream.port)", options: Self.options)
                #expect(try await self.status(of: edge) == "HTTP/1.1 200")
                await endpoint.close()
                #expect(try await self.status(of: edge) == "HTTP/1.1 404")
                _ = try await agent.forward(to: "\(upstream.port)", options: Self.options)
                #expect(try await self.status(of: edge) == "HTTP/1.1 200")
                await agent.close()
                #expect(try await self.status(of: edge) == "HTTP/1.1 404")
            }
        }
    }

    @Test func `A visitor of an agent that was just lost waits for it, and is served when it is back`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with {
                $0.control.holdTime = .seconds(50)
                $0.edge.proxy.limits.streamQueueMilliseconds = 50_000
            } _: { edge in
                try await self.loseAgent(of: edge, port: upstream.port) {
                    async let status = self.status(of: edge)
                    let agent = try await edge.connectAgent()
                    _ = try await agent.forward(to: "\(upstream.port)", options: Self.options)
                    let served = try await status
                    #expect(served == "HTTP/1.1 200")
                    await agent.close()
                }
            }
        }
    }

    @Test func `An agent that does not come back is offline after the hold`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with {
                $0.control.holdTime = .milliseconds(300)
            } _: { edge in
                try await self.loseAgent(of: edge, port: upstream.port) {
                    let status = try await self.status(of: edge)
                    #expect(status == "HTTP/1.1 404")
                }
            }
        }
    }

    @Test func `Two agents share a URL where both say so, and each gets its part`() async throws {
        try await TestUpstream.with { upstream in
            while true {
                _ = try await upstream.read(until: "\r\n\r\n")
                try await upstream.write("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
            }
        } _: { first in
            try await TestUpstream.with(TestUpstream.echoHead) { second in
                try await TestEdge.with { edge in
                    var options = Self.options
                    options.isPooled = true
                    let one = try await edge.connectAgent()
                    let two = try await edge.connectAgent()
                    _ = try await one.forward(to: "\(first.port)", options: options)
                    _ = try await two.forward(to: "\(second.port)", options: options)
                    var seen: [String: Int] = [:]
                    for _ in 0..<60 { seen[try await self.status(of: edge), default: 0] += 1 }
                    #expect(seen.keys.sorted() == ["HTTP/1.1 200", "HTTP/1.1 201"])
                    await one.close()
                    for _ in 0..<10 { #expect(try await self.status(of: edge) == "HTTP/1.1 200") }
                    await two.close()
                }
            }
        }
    }

    @Test func `A URL that is taken is refused with its code`() async throws {
        try await TestEdge.with { edge in
            let one = try await edge.connectAgent()
            let two = try await edge.connectAgent()
            _ = try await one.forward(to: "1", options: Self.options)
            let error = await #expect(throws: PorticoError.self) {
                try await two.forward(to: "1", options: Self.options)
            }
            #expect(error?.code == "ERR_NGROK_334")
            await one.close()
            await two.close()
        }
    }

    @Test func `A wildcard serves every name below it, and a more specific name before it`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                let options = EndpointOptions(scheme: .http, url: "http://*.wild.edge.test")
                _ = try await agent.forward(to: "\(upstream.port)", options: options)
                #expect(try await self.status(of: edge, host: "a.wild.edge.test") == "HTTP/1.1 200")
                #expect(try await self.status(of: edge, host: "a.b.wild.edge.test") == "HTTP/1.1 200")
                #expect(try await self.status(of: edge, host: "wild.edge.test") == "HTTP/1.1 404")
                await agent.close()
            }
        }
    }
}
