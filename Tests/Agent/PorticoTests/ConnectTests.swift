import Foundation
import Model
import NIOCore
import Portico
import TestSupport
import Testing

/// What keeps an agent from coming online, and how it is told.
@Suite(.timeLimit(.minutes(1)))
struct ConnectTests {
    /// The error that connecting throws.
    static func failure(_ configuration: Agent.Configuration) async throws -> PorticoError {
        do {
            await (try Agent.connect(configuration)).close()
        } catch let error as PorticoError {
            return error
        }
        throw NoFailure()
    }

    struct NoFailure: Error {}

    @Test func `A port without a listener is named as unreachable`() async throws {
        let held = try #require(HeldPort(0))
        let server = try ServerAddress("127.0.0.1:\(held.port)")
        let error = try await Self.failure(Agent.Configuration(server: server, authtoken: "t"))
        #expect(error.kind == .unreachable)
        #expect(error.code == ErrorCode.edgeUnreachable.name)
        #expect(error.message == "The edge at 127.0.0.1:\(held.port) cannot be reached: connection refused.")
        #expect(error.remedy != nil)
        withExtendedLifetime(held) {}
    }

    @Test func `A name that does not exist is named as such`() async throws {
        let server = try ServerAddress("no-such-host.invalid:443")
        let error = try await Self.failure(Agent.Configuration(server: server, authtoken: "t"))
        #expect(error.kind == .unreachable)
        #expect(error.code == ErrorCode.edgeNameUnresolved.name)
    }

    @Test func `A certificate of another authority is not trusted`() async throws {
        try await TestServer.run { server in
            var configuration = try AgentTests.configuration(server)
            configuration.trust = .pem(Array(try TestServer().authorityPEM.utf8))
            let error = try await Self.failure(configuration)
            #expect(error.kind == .untrusted)
            #expect(error.code == ErrorCode.edgeUntrusted.name)
        }
    }

    @Test func `Of several authorities one is enough`() async throws {
        try await TestServer.run { server in
            var configuration = try AgentTests.configuration(server)
            configuration.trust = .pem(Array((try TestServer().authorityPEM + server.authorityPEM).utf8))
            let agent = try await Agent.connect(configuration)
            #expect(agent.status == .online)
            await agent.close()
        }
    }

    @Test func `A certificate for another name is not taken`() async throws {
        try await TestServer.run { server in
            var configuration = try AgentTests.configuration(server)
            configuration.server = try ServerAddress("127.0.0.2:\(server.port)")
            try await server.stop()
            try await server.listen(on: "127.0.0.2")
            let error = try await Self.failure(configuration)
            #expect(error.kind == .untrusted)
            #expect(error.code == ErrorCode.edgeNameMismatch.name)
        }
    }

    @Test func `A certificate of the address is not taken where a name was asked for`() async throws {
        try await TestServer.run(named: []) { server in
            var configuration = try AgentTests.configuration(server)
            await (try Agent.connect(configuration)).close()
            configuration.server = try ServerAddress("localhost:\(server.port)")
            let error = try await Self.failure(configuration)
            #expect(error.kind == .untrusted)
            #expect(error.code == ErrorCode.edgeNameMismatch.name)
        }
    }

    @Test func `A peer that speaks no TLS is told apart from one that is away`() async throws {
        try await TestUpstream.run { upstream in
            let server = try ServerAddress("127.0.0.1:\(upstream.port)")
            async let answered: Void = {
                let peer = try await upstream.accept()
                try await peer.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            }()
            let error = try await Self.failure(Agent.Configuration(server: server, authtoken: "t"))
            try await answered
            #expect(error.code == ErrorCode.edgeTLSFailed.name)
            #expect(error.message.contains("it does not speak TLS"))
        }
    }

    @Test func `A CA file that is missing is named before anything is dialled`() async throws {
        let server = try ServerAddress("127.0.0.1:1")
        let configuration = Agent.Configuration(server: server, authtoken: "t", trust: .file("/no/such/ca.pem"))
        let error = try await Self.failure(configuration)
        #expect(error.kind == .invalidConfiguration)
        #expect(error.message.contains("/no/such/ca.pem"))
    }

    @Test(arguments: [ErrorCode.authtokenUnknown, .authtokenMissing, .agentTooOld, .tooManySessions])
    func `A refusal ends the first connect with the edge's code and words`(code: ErrorCode) async throws {
        try await TestServer.run { server in
            server.behave { $0.authRefusal = Failure(code, "Not you.") }
            let error = try await Self.failure(AgentTests.configuration(server))
            #expect(error.kind == .sessionRefused)
            #expect(error.code == code.wireName)
            #expect(error.message == "Not you.")
            #expect(error.remedy == code.remedy)
        }
    }

    @Test func `A refusal that can pass is waited out by an agent that was told to`() async throws {
        try await TestServer.run { server in
            server.behave { $0.authRefusal = Failure(.tooManySessions, "Full.") }
            var configuration = try AgentTests.configuration(server)
            configuration.retriesFirstConnect = true
            async let connected = Agent.connect(configuration)
            await server.wait { if case .left = $0 { true } else { false } }
            server.behave { $0.authRefusal = nil }
            await (try connected).close()
        }
    }

    @Test func `A refused authtoken ends an agent that retries, too`() async throws {
        try await TestServer.run { server in
            server.behave { $0.authRefusal = Failure(.authtokenRevoked, "Gone.") }
            var configuration = try AgentTests.configuration(server)
            configuration.retriesFirstConnect = true
            #expect(try await Self.failure(configuration).code == "ERR_NGROK_300")
        }
    }

    @Test func `An agent that was online goes on after a refused authtoken`() async throws {
        try await AgentTests.withAgent { agent, server in
            let events = agent.events()
            server.behave { $0.authRefusal = Failure(.authtokenRevoked, "Gone.") }
            try await server.cut(leg: 0)
            for await event in events {
                guard case .connectFailed(let error) = event else { continue }
                #expect(error.code == "ERR_NGROK_300")
                break
            }
            server.behave { $0.authRefusal = nil }
            await AgentTests.wait(for: .statusChanged(.online), in: events)
        }
    }

    @Test func `A refused bind is the caller's, and the session goes on`() async throws {
        try await AgentTests.withAgent { agent, server in
            server.behave { $0.bindRefusal = Failure(.urlTaken, "Taken.") }
            let error = try await #require(throws: PorticoError.self) {
                try await agent.forward(to: "8080", options: EndpointOptions(url: "https://a.example"))
            }
            #expect(error.kind == .endpointRefused)
            #expect(error.code == "ERR_NGROK_334")
            server.behave { $0.bindRefusal = nil }
            let endpoint = try await agent.forward(to: "8080", options: EndpointOptions(url: "https://a.example"))
            #expect(endpoint.url == "https://a.example")
        }
    }

    @Test func `A connect that is cancelled ends`() async throws {
        try await TestServer.run { server in
            server.behave { $0.authRefusal = Failure(.tooManySessions, "Full.") }
            var configuration = try AgentTests.configuration(server)
            configuration.retriesFirstConnect = true
            let connecting = Task { [configuration] in try await Agent.connect(configuration) }
            await server.wait { if case .auth = $0 { true } else { false } }
            connecting.cancel()
            await #expect(throws: CancellationError.self) { try await connecting.value }
        }
    }
}
