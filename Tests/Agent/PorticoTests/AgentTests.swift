import AgentProtocol
import Foundation
import Model
import Mux
import NIOCore
import Portico
import TestSupport
import Testing

/// The library against a server on loopback, over TLS.
@Suite(.timeLimit(.minutes(1)))
struct AgentTests {
    /// An agent that trusts the server.
    static func configuration(_ server: TestServer) throws -> Agent.Configuration {
        Agent.Configuration(
            server: try server.address,
            authtoken: "2x_token",
            trust: .pem(Array(server.authorityPEM.utf8))
        )
    }

    /// Runs `body` with an agent that is online.
    static func withAgent(
        _ change: (inout Agent.Configuration) -> Void = { _ in },
        _ body: (Agent, TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run { server in
            var configuration = try Self.configuration(server)
            change(&configuration)
            let agent = try await Agent.connect(configuration)
            do {
                try await body(agent, server)
            } catch {
                await agent.close()
                throw error
            }
            await agent.close()
        }
    }

    @Test func `An agent that was accepted is online and knows its session`() async throws {
        try await Self.withAgent { agent, _ in
            #expect(agent.status == .online)
            let details = try #require(agent.details)
            #expect(details.id == "ts_1")
            #expect(details.accountName == "Ada")
            #expect(details.region == "local")
        }
    }

    @Test func `Bytes pass both ways, and each end closes on its own`() async throws {
        try await Self.withAgent { agent, server in
            try await TestUpstream.run { upstream in
                let options = EndpointOptions(scheme: .tcp)
                let endpoint = try await agent.forward(to: "\(upstream.port)", options: options)
                #expect(endpoint.url == "tcp://random.example")
                let visitor = try await server.visit(server.lastBindID(), first: "hello")
                let peer = try await upstream.accept()
                #expect(await peer.read(5) == "hello")
                try await peer.write("good")
                #expect(await visitor.read(4) == "good")
                visitor.finish()
                #expect(await peer.readAll().isEmpty)
                try await peer.write(" morning")
                try await peer.finish()
                let (text, end) = await visitor.readAll()
                #expect(text == " morning")
                #expect(end == .end)
                await peer.closed()
            }
        }
    }

    @Test func `An upstream that ends first still gets what the visitor sends`() async throws {
        try await Self.withAgent { agent, server in
            try await TestUpstream.run { upstream in
                _ = try await agent.forward(to: "\(upstream.port)", options: EndpointOptions(scheme: .tcp))
                let visitor = try await server.visit(server.lastBindID())
                let peer = try await upstream.accept()
                try await peer.finish()
                #expect(await visitor.readAll().end == .end)
                visitor.write(String(repeating: "x", count: 200_000))
                visitor.finish()
                #expect(await peer.readAll().utf8.count == 200_000)
                await peer.closed()
            }
        }
    }

    @Test func `A visitor that goes away cuts the connection to the upstream`() async throws {
        try await Self.withAgent { agent, server in
            try await TestUpstream.run { upstream in
                _ = try await agent.forward(to: "\(upstream.port)", options: EndpointOptions(scheme: .tcp))
                let visitor = try await server.visit(server.lastBindID(), first: "x")
                let peer = try await upstream.accept()
                #expect(await peer.read(1) == "x")
                visitor.abort()
                await peer.closed()
            }
        }
    }

    @Test func `An upstream that is not there: an HTTP visitor is told with code 8012`() async throws {
        try await Self.withAgent { agent, server in
            let held = try #require(HeldPort(0))
            _ = try await agent.forward(to: "127.0.0.1:\(held.port)")
            let visitor = try await server.visit(server.lastBindID(), first: "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let (text, end) = await visitor.readAll()
            #expect(text.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
            #expect(text.contains("ngrok-error-code: ERR_NGROK_8012\r\n"))
            #expect(text.contains("connection: close\r\n"))
            #expect(text.contains("http://127.0.0.1:\(held.port)"))
            #expect(text.contains("connection refused"))
            #expect(end == .end)
            withExtendedLifetime(held) {}
        }
    }

    @Test func `An upstream that is not there: a TCP visitor is cut`() async throws {
        try await Self.withAgent { agent, server in
            let held = try #require(HeldPort(0))
            _ = try await agent.forward(to: "127.0.0.1:\(held.port)", options: EndpointOptions(scheme: .tcp))
            let visitor = try await server.visit(server.lastBindID(), first: "hello")
            let (text, end) = await visitor.readAll()
            #expect(text.isEmpty)
            #expect(end == .reset(.streamReset))
            withExtendedLifetime(held) {}
        }
    }

    @Test func `A visitor of an unknown bind gets an end without a byte`() async throws {
        try await Self.withAgent { _, server in
            let visitor = try await server.visit("nobody", first: "hello")
            let (text, end) = await visitor.readAll()
            #expect(text.isEmpty)
            #expect(end == .end)
        }
    }

    @Test func `A connection that is cut is made again, with the same identity, bind and token`() async throws {
        try await Self.withAgent { agent, server in
            _ = try await agent.forward(to: "8080")
            let events = agent.events()
            let bindID = try server.lastBindID()
            try await server.cut(leg: 0)
            await Self.wait(for: .statusChanged(.online), in: events)
            let asked = server.all()
            #expect(asked.contains(.auth(clientID: "client-1", cookie: "cookie-1", leg: 0)))
            #expect(asked.last == .bind(id: bindID, url: "https://", token: "token-of-\(bindID)", leg: 0))
        }
    }

    @Test func `A traffic policy goes with the bind, and again after a reconnect`() async throws {
        try await Self.withAgent { agent, server in
            let policy = "on_http_request: [{actions: [{type: deny}]}]"
            _ = try await agent.forward(to: "8080", options: EndpointOptions(trafficPolicy: policy))
            _ = try await agent.forward(to: "8081")
            let events = agent.events()
            try await server.cut(leg: 0)
            await Self.wait(for: .statusChanged(.online), in: events)
            #expect(server.policies() == [policy, "", policy, ""])
        }
    }

    @Test func `A server that restarts has its agent back at once`() async throws {
        try await Self.withAgent { agent, server in
            let events = agent.events()
            try await server.stop()
            try await server.listen()
            let clock = ContinuousClock()
            let time = await clock.measure { await Self.wait(for: .statusChanged(.online), in: events) }
            #expect(time < .seconds(2))
        }
    }

    @Test func `An endpoint that is refused after a reconnect is tried again, and the others serve meanwhile`()
        async throws
    {
        try await Self.withAgent { agent, server in
            let endpoint = try await agent.forward(to: "8080")
            let events = agent.events()
            server.behave { $0.bindRefusal = Failure(.urlTaken, "Taken.") }
            try await server.cut(leg: 0)
            await Self.wait(for: .statusChanged(.online), in: events)
            #expect(agent.status == .online)
            server.behave { $0.bindRefusal = nil }
            await Self.wait(for: .endpointRecovered(endpoint.id), in: events)
        }
    }

    @Test func `Further legs repeat the identity, and every bind with the id and token of the lead`() async throws {
        try await TestServer.run { server in
            server.behave { $0.legs = 3 }
            let agent = try await Agent.connect(Self.configuration(server))
            _ = try await agent.forward(to: "8080")
            let expected: Set<Int> = [0, 1, 2]
            var bound: Set<Int> = []
            var tokens: Set<String> = []
            for await asked in server.asked {
                if case .bind(let id, _, let token, let leg) = asked {
                    bound.insert(leg)
                    if leg > 0 {
                        #expect(!id.isEmpty)
                        tokens.insert(token)
                    }
                }
                if case .auth(let clientID, _, let leg) = asked, leg > 0 { #expect(clientID == "client-1") }
                if bound == expected { break }
            }
            #expect(tokens.count == 1)
            await agent.close()
        }
    }

    @Test func `A leg carries streams of its own, and comes back alone`() async throws {
        try await TestServer.run { server in
            server.behave { $0.legs = 2 }
            let agent = try await Agent.connect(Self.configuration(server))
            try await TestUpstream.run { upstream in
                _ = try await agent.forward(to: "\(upstream.port)", options: EndpointOptions(scheme: .tcp))
                let bindID = try server.lastBindID()
                for _ in 0..<2 {
                    await server.waitForBind(leg: 1)
                    let visitor = try await server.visit(bindID, first: "hello", leg: 1)
                    let peer = try await upstream.accept()
                    #expect(await peer.read(5) == "hello")
                    visitor.abort()
                    try await server.cut(leg: 1)
                }
            }
            await agent.close()
        }
    }

    @Test func `Closing takes endpoints offline before it takes leave`() async throws {
        try await TestServer.run { server in
            let agent = try await Agent.connect(Self.configuration(server))
            _ = try await agent.forward(to: "8080")
            let events = agent.events()
            await agent.close()
            #expect(agent.status == .closed(nil))
            await Self.wait(for: .statusChanged(.closed(nil)), in: events)
            let bindID = try server.lastBindID()
            await server.wait { $0 == .left(.left) }
            #expect(Array(server.all().suffix(2)) == [.unbind(bindID), .left(.left)])
        }
    }

    @Test func `A closed endpoint is not bound again`() async throws {
        try await Self.withAgent { agent, server in
            let endpoint = try await agent.forward(to: "8080")
            await endpoint.close()
            let events = agent.events()
            try await server.cut(leg: 0)
            await Self.wait(for: .statusChanged(.online), in: events)
            #expect(server.all().last == .auth(clientID: "client-1", cookie: "cookie-1", leg: 0))
        }
    }

    @Test func `An endpoint that is closed while the agent is away does not stay bound`() async throws {
        try await Self.withAgent { agent, server in
            let endpoint = try await agent.forward(to: "8080")
            let bindID = try server.lastBindID()
            server.behave { $0.holdsBinds = true }
            try await server.cut(leg: 0)
            await server.wait { if case .bind(bindID, _, _, _) = $0 { true } else { false } }
            await endpoint.close()
            server.behave { $0.holdsBinds = false }
            await server.wait { $0 == .unbind(bindID) }
        }
    }

    @Test func `A lead that comes back as a stranger has its further legs made anew`() async throws {
        try await TestServer.run { server in
            server.behave { $0.legs = 2 }
            let agent = try await Agent.connect(Self.configuration(server))
            await server.wait { if case .auth("client-1", _, 1) = $0 { true } else { false } }
            server.behave { $0.clientID = "client-2" }
            try await server.cut(leg: 0)
            await server.wait { if case .auth("client-2", _, 1) = $0 { true } else { false } }
            await agent.close()
        }
    }

    @Test func `Closing does not wait for an edge that does not answer`() async throws {
        try await TestServer.run { server in
            server.behave { $0.holdsAuth = true }
            let connecting = Task { try await Agent.connect(Self.configuration(server)) }
            await server.wait { if case .auth = $0 { true } else { false } }
            connecting.cancel()
            await #expect(throws: CancellationError.self) { try await connecting.value }
            await server.wait { if case .left = $0 { true } else { false } }
        }
    }

    @Test func `A stopped endpoint is told of, and declined from then on`() async throws {
        try await Self.withAgent { agent, server in
            let endpoint = try await agent.forward(to: "8080")
            let bindID = try server.lastBindID()
            let events = agent.events()
            try await server.withSession { session in
                session.stopTunnel(.init(id: bindID, message: "Enough.", errorCode: "ERR_NGROK_100313"))
            }
            var told: PorticoError?
            for await event in events {
                guard case .endpointStopped(endpoint.id, let error) = event else { continue }
                told = error
                break
            }
            #expect(told?.message == "Enough.")
            #expect(told?.code == "ERR_NGROK_100313")
            let visitor = try await server.visit(bindID, first: "x")
            #expect(await visitor.readAll().end == .end)
        }
    }

    @Test(arguments: [true, false])
    func `A stop command is answered as the configuration says`(isAllowed: Bool) async throws {
        try await Self.withAgent({ $0.remoteCommands = isAllowed ? [.stop] : [] }) { agent, server in
            let events = agent.events()
            let (answers, continuation) = AsyncStream.makeStream(of: Bool.self)
            try await server.withSession { session in
                session.send(.stop) { result in
                    if case .success = result { continuation.yield(true) } else { continuation.yield(false) }
                }
            }
            for await answer in answers {
                #expect(answer == isAllowed)
                break
            }
            if isAllowed { await Self.wait(for: .commandReceived(.stop), in: events) }
        }
    }

    @Test func `Heartbeats measure the way to the edge`() async throws {
        try await Self.withAgent { agent, _ in
            for await event in agent.events() {
                guard case .latencyMeasured(let latency) = event else { continue }
                #expect(latency >= .zero && latency < .seconds(5))
                break
            }
        }
    }

    /// Waits until an event has come.
    static func wait(for wanted: Agent.Event, in events: AsyncStream<Agent.Event>) async {
        for await event in events where event == wanted { return }
        Issue.record("the events ended before \(wanted)")
    }
}
