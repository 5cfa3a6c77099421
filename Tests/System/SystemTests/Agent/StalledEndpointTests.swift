import EdgeTestSupport
import NIOCore
import Portico
import TestSupport
import Testing

/// A session that is up while the service behind it is not: "online" is only said where data flows.
@Suite(.timeLimit(.minutes(2))) struct StalledEndpointTests {
    private static let clock = ContinuousClock()

    /// Waits for an event; what takes longer than ten seconds is too long to say "online".
    private static func wait(
        in events: AsyncStream<Agent.Event>,
        for wanted: (Agent.Event) -> Bool
    ) async {
        let start = Self.clock.now
        for await event in events where wanted(event) { break }
        #expect(Self.clock.now - start < .seconds(10))
    }

    private func configuration(_ edge: TestEdge, port: UInt16) throws -> Agent.Configuration {
        Agent.Configuration(
            server: try ServerAddress("localhost:\(port)"),
            authtoken: edge.authtoken,
            trust: .pem(Array(edge.authorityPEM.utf8)),
            maximumLegs: 1
        )
    }

    @Test func `A service that goes is told of within ten seconds, and that it is back`() async throws {
        try await TestEdge.with { edge in
            let agent = try await Agent.connect(self.configuration(edge, port: edge.agentPort))
            let events = agent.events()
            var (port, id): (UInt16, Endpoint.ID?) = (0, nil)
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                port = upstream.port
                id = try await agent.forward(to: "\(upstream.port)").id
                #expect(agent.stalls.isEmpty)
            }
            let endpoint = try #require(id)
            await Self.wait(in: events) {
                if case .endpointStalled(endpoint, let error) = $0 {
                    #expect(error.message.contains("127.0.0.1:\(port)") || error.message.contains("localhost:\(port)"))
                    return true
                }
                return false
            }
            #expect(agent.status == .online && agent.stalls.keys.contains(endpoint))
            try await TestUpstream.with(port: port, TestUpstream.echoHead) { _ in
                await Self.wait(in: events) { $0 == .endpointFlowing(endpoint) }
                #expect(agent.stalls.isEmpty)
            }
            await agent.close()
        }
    }

    @Test func `An application that listens needs no service`() async throws {
        try await TestEdge.with { edge in
            var configuration = try self.configuration(edge, port: edge.agentPort)
            configuration.probeInterval = .milliseconds(200)
            let agent = try await Agent.connect(configuration)
            let events = agent.events()
            let listener = try await agent.listen()
            // A port where nothing listens is told of by the same probes, after those of the application.
            let held = try #require(HeldPort(0))
            let gone = try await agent.forward(to: "\(held.port)")
            await Self.wait(in: events) { if case .endpointStalled(gone.id, _) = $0 { true } else { false } }
            #expect(agent.stalls[listener.endpoint.id] == nil)
            await gone.close()
            #expect(agent.stalls.isEmpty)
            await agent.close()
        }
    }

    @Test func `A link that lets nothing pass is told of within ten seconds`() async throws {
        try await TestEdge.with { edge in
            let cut = try await TestCut.to(port: edge.agentPort)
            let agent = try await Agent.connect(self.configuration(edge, port: cut.port))
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                _ = try await agent.forward(to: "\(upstream.port)")
                let events = agent.events()
                await cut.cut()
                await Self.wait(in: events) {
                    switch $0 {
                    case .statusChanged(.reconnecting), .endpointStalled: true
                    default: false
                    }
                }
            }
            await agent.close()
        }
    }
}
