import AgentProtocol
import EdgeLink
import Model
import NIOCore
import TestSupport
import Testing

@testable import Proxy
@testable import Sessions

@Suite(.timeLimit(.minutes(10))) struct AgentConnectionTests {
    @Test func `An agent says who it is, binds, and gets a visitor's stream with its preamble`() async throws {
        let (loops, directory) = try await EdgeLoop.make()
        let control = try FakeControl()
        let agent = try await ConnectedAgent.serving(loops[0], control: control)
        #expect(directory.count == 1)
        let session = try #require(control.asked.sessions.first)
        #expect(session.connection == agent.id)
        #expect(session.remoteAddress == .documentation(9, port: 4000))
        #expect(session.connectHost == "connect.test")

        let visitor = VisitorSide()
        let stream = try #require(try await loops[0].open(to: agent.id, for: visitor, first: "hello"))
        #expect(await visitor.text(5) == "hello")
        let header = try #require(try await agent.perform { $0.upstream.headers.first })
        #expect(header.bindID == "b1")
        #expect(header.clientAddress == "192.0.2.1:5")
        #expect(header.proto == "https")

        try await loops[0].perform { $0.transports[stream].finish() }
        #expect(await visitor.next() == .receivedEnd)
        #expect(await visitor.next() == .over(.closed))
    }

    @Test(arguments: [
        (ProxyProtocolVersion.v1, Array("PROXY TCP4 192.0.2.1 192.0.2.7 5 443\r\n".utf8)),
        (
            .v2,
            Array("\r\n\r\n\0\r\nQUIT\n".utf8)
                + [0x21, 0x11, 0, 12, 192, 0, 2, 1, 192, 0, 2, 7, 0, 5, 0x01, 0xbb]
        ),
    ])
    func `A bind that wants it gets the PROXY header in front of the first byte`(
        version: ProxyProtocolVersion,
        header: [UInt8]
    ) async throws {
        let (loops, _) = try await EdgeLoop.make()
        let agent = try await ConnectedAgent.serving(loops[0])
        let visitor = VisitorSide()
        _ = try await loops[0].open(to: agent.id, .visit(proxyProtocol: version), for: visitor, first: "GET")
        #expect(await visitor.bytes(header.count + 3) == header + Array("GET".utf8))
    }

    @Test func `A refusal of the control plane is the agent's answer`() async throws {
        let (loops, _) = try await EdgeLoop.make()
        let control = try FakeControl()
        let agent = try await ConnectedAgent(to: loops[0], control: control)
        let answer = await agent.authenticate(token: "bad")
        #expect(answer == .failure(.refused(ErrorText(Failure(.authtokenUnknown, "Nobody has this token.")))))
    }

    @Test func `Labels are refused, and so is a protocol that is none`() async throws {
        let (loops, _) = try await EdgeLoop.make()
        let agent = try await ConnectedAgent.serving(loops[0])
        let labels = await agent.call(AgentMessage.StartTunnelWithLabel(labels: ["edge": "x"]))
        guard case .failure(.refused(let text)) = labels else { throw Unexpected(what: "\(labels)") }
        #expect(text.code == ErrorCode.labelsUnavailable.wireName)
        let bind = await agent.bind(proto: "gopher")
        guard case .failure(.refused(let text)) = bind else { throw Unexpected(what: "\(bind)") }
        #expect(text.code == ErrorCode.protocolUnsupported.wireName)
    }

    @Test func `A stream waits until the answer to its bind has gone out`() async throws {
        let (loops, _) = try await EdgeLoop.make()
        let control = try FakeControl(gate: Gate())
        let agent = try await ConnectedAgent(to: loops[0], control: control)
        _ = try await agent.authenticate().get()
        async let answer = agent.bind()
        let visitor = VisitorSide()
        _ = try await loops[0].open(to: agent.id, for: visitor, first: "early")
        #expect(try await agent.perform { $0.upstream.headers.isEmpty })
        control.gate.open()
        _ = try await answer.get()
        #expect(await visitor.text(5) == "early")
    }

    @Test func `A bind that was given back gets no new streams`() async throws {
        let (loops, _) = try await EdgeLoop.make()
        let control = try FakeControl()
        let agent = try await ConnectedAgent.serving(loops[0], control: control)
        _ = try await agent.call(AgentMessage.Unbind(id: "b1")).get()
        #expect(control.asked.unbinds == ["b1"])
        let visitor = VisitorSide()
        _ = try await loops[0].open(to: agent.id, for: visitor, first: "late")
        #expect(try await agent.perform { $0.upstream.headers.isEmpty })
    }

    @Test func `A stream that gets no room in time ends, and one beyond the queue ends at once`() async throws {
        var configuration = ProxyConfiguration()
        configuration.limits.queuedStreams = 1
        configuration.limits.streamQueueMilliseconds = 1000
        let (loops, _) = try await EdgeLoop.make(configuration: configuration)
        let agent = try await ConnectedAgent.serving(loops[0])
        let (first, second) = (VisitorSide(), VisitorSide())
        _ = try await loops[0].open(to: agent.id, .visit("unknown"), for: first, first: "1")
        _ = try await loops[0].open(to: agent.id, .visit("unknown"), for: second, first: "2")
        #expect(await second.next() == .over(.unresponsive))
        #expect(try await loops[0].perform { $0.proxyLoop.counters.count(of: .queuedStreams) } == 1)
        try await loops[0].perform { for _ in 0..<5 { $0.proxyLoop.tick() } }
        #expect(await first.next() == .over(.unresponsive))
    }

    @Test func `A stream that is given up while it waits leaves its place to another`() async throws {
        var configuration = ProxyConfiguration()
        configuration.limits.queuedStreams = 1
        let (loops, _) = try await EdgeLoop.make(configuration: configuration)
        let agent = try await ConnectedAgent.serving(loops[0])
        let stream = try await loops[0].open(to: agent.id, .visit("b2"), for: VisitorSide(), first: "1")
        try await loops[0].perform { [stream = try #require(stream)] in $0.transports[stream].abort() }
        let visitor = VisitorSide()
        _ = try await loops[0].open(to: agent.id, .visit("b2"), for: visitor, first: "2")
        _ = try await agent.bind("b2").get()
        #expect(await visitor.text(1) == "2")
        #expect(try await agent.perform { $0.upstream.headers.count } == 1)
    }

    @Test func `A stream that the agent gives no sign of for five seconds ends`() async throws {
        let (loops, _) = try await EdgeLoop.make()
        let agent = try await ConnectedAgent.serving(loops[0])
        let visitor = VisitorSide()
        let start = NIODeadline.now()
        try await agent.perform { parts in
            parts.connection.tick(now: start)
            parts.wires.edge.isBlocked = true
        }
        _ = try await loops[0].open(to: agent.id, for: visitor, first: "anybody?")
        try await agent.perform { $0.connection.tick(now: start + .milliseconds(4500)) }
        #expect(try await loops[0].perform { $0.proxyLoop.counters.limitsReached } == 0)
        try await agent.perform { $0.connection.tick(now: start + .milliseconds(6000)) }
        #expect(await visitor.next() == .over(.unresponsive))
        #expect(try await loops[0].perform { $0.proxyLoop.counters.count(of: .agentSilence) } == 1)
    }

    @Test(arguments: [(true, ConnectionEnd.graceful), (false, .lost)])
    func `Streams end with the agent, and the control plane is told how it went`(
        takesItsLeave: Bool,
        end: ConnectionEnd
    ) async throws {
        let (loops, directory) = try await EdgeLoop.make()
        let control = try FakeControl()
        let agent = try await ConnectedAgent.serving(loops[0], control: control)
        let (served, waiting) = (VisitorSide(), VisitorSide())
        _ = try await loops[0].open(to: agent.id, for: served, first: "hello")
        #expect(await served.text(5) == "hello")
        _ = try await loops[0].open(to: agent.id, .visit("b2"), for: waiting, first: "?")
        if takesItsLeave {
            try await agent.perform { $0.session.disconnect() }
        } else {
            try await agent.edgeChannel.close()
        }
        #expect(await served.end() == .sessionLost)
        #expect(await waiting.end() == .unreachable("the agent's connection is gone"))
        #expect(await control.nextEnd() == end)
        #expect(directory.count == 0)
        let reopened = try await loops[0].open(to: agent.id, for: VisitorSide())
        #expect(reopened == nil)
    }

    @Test func `Who ends a connection learns when it is gone`() async throws {
        let (loops, directory) = try await EdgeLoop.make()
        let control = try FakeControl()
        let agent = try await ConnectedAgent.serving(loops[0], control: control)
        let failure = Failure(.authtokenRevoked, "It was revoked.")
        let gone = try await agent.perform { $0.connection.end(because: failure) }
        try await gone.get()
        #expect(directory.count == 0)
        #expect(await control.nextEnd() == .graceful)
        // To end what has ended is done at once.
        try await agent.perform { $0.connection.end(because: nil) }.get()
    }

    @Test func `An endpoint is taken from an agent, whose session goes on`() async throws {
        let (loops, directory) = try await EdgeLoop.make()
        let agent = try await ConnectedAgent.serving(loops[0])
        try await agent.perform {
            $0.connection.stopEndpoint(bindID: "b1", because: Failure(.endpointUnknown, "It was deleted."))
        }
        let stop = try #require(try await agent.perform { $0.upstream.lost.first })
        #expect(stop.id == "b1")
        #expect(stop.message == "It was deleted.")
        #expect(directory.count == 1)
    }
}

struct Unexpected: Error {
    let what: String
}
