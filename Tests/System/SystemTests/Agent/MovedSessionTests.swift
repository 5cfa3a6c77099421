import EdgeTestSupport
import JSON
import Portico
import Testing

/// A connection over which nothing comes any more, though nobody has ended it.
@Suite(.timeLimit(.minutes(2))) struct MovedSessionTests {
    @Test(arguments: [1, 2]) func `Another connection takes its place, under the same URL and one owner`(legs: Int)
        async throws
    {
        try await TestEdge.with { edge in
            let cut = try await TestCut.to(port: edge.agentPort)
            var configuration = Agent.Configuration(
                server: try ServerAddress("localhost:\(cut.port)"),
                authtoken: edge.authtoken,
                trust: .pem(Array(edge.authorityPEM.utf8)),
                maximumLegs: legs
            )
            configuration.heartbeatInterval = .milliseconds(200)
            // Nobody gives the connection up while the test runs.
            configuration.heartbeatTolerance = .seconds(300)
            let agent = try await Agent.connect(configuration)
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                let endpoint = try await agent.forward(to: "\(upstream.port)")
                let host = String(endpoint.url.split(separator: "/")[1].split(separator: ":")[0])
                let events = agent.events()
                await cut.freeze()
                for await event in events {
                    if case .sessionMoved = event { break }
                    if case .statusChanged(let status) = event { Issue.record("\(status)") }
                }
                #expect(agent.status == .online)
                let visitor = try await edge.visit()
                try await visitor.write("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 "))
                await visitor.close()
                try await edge.withAPI { api in
                    let sessions = try await api.call("GET", "/tunnel_sessions").object["tunnel_sessions"]?.array
                    #expect(sessions?.count == 1)
                    let endpoints = try await api.call("GET", "/endpoints").object["endpoints"]?.array
                    #expect(endpoints?.compactMap { $0.object?["url"]?.string }.filter { $0.contains(host) }.count == 1)
                }
            }
            await agent.close()
            await cut.cut()
        }
    }
}
