import JSON
import AgentProtocol
import Model
import Mux
import NIOCore
import TestSupport
import Testing

/// An agent whose upstreams echo, each byte once, and end when the visitor does.
final class EchoAgent: AgentClientSessionDelegate, MuxStreamReceiver {
    var headers: [ProxyHeader] = []
    var commands: [AgentMessage.Command] = []
    var lost: [AgentMessage.StopTunnel] = []
    var ended: AgentSessionEnd?

    func session(
        _ session: AgentClientSession,
        accepted header: ProxyHeader,
        on stream: MuxStream
    ) -> (any MuxStreamReceiver)? {
        self.headers.append(header)
        return header.bindID == "unknown" ? nil : self
    }

    func session(
        _ session: AgentClientSession,
        received command: AgentMessage.Command,
        reply: CallReply<AgentMessage.Done>
    ) {
        self.commands.append(command)
        if command == .stop { reply.succeed(.init()) } else { reply.fail(Failure(.internalError, "not that")) }
    }

    func session(_ session: AgentClientSession, lost stop: AgentMessage.StopTunnel) { self.lost.append(stop) }
    func session(_ session: AgentClientSession, ended how: AgentSessionEnd) { self.ended = how }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        stream.write(bytes)
        stream.consumed(bytes.readableBytes)
    }

    func streamReadComplete(_ stream: MuxStream) {}
    func streamReceivedEnd(_ stream: MuxStream) { stream.finish() }
    func streamReceivedCredit(_ stream: MuxStream) {}
    func streamWritabilityChanged(_ stream: MuxStream) {}
    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {}
}

/// Our agent and our server, and the link between them.
final class SessionPair {
    let link: Link
    let edge = Edge()
    let agentSide = EchoAgent()
    let server: AgentServerSession
    let client: AgentClientSession
    let start = NIODeadline.now()

    init(seed: UInt64? = nil) throws {
        self.link = try Link(seed: seed)
        self.server = AgentServerSession(connection: self.link.server, delegate: self.edge, now: self.start)
        self.client = AgentClientSession(connection: self.link.agent, delegate: self.agentSide, now: self.start)
    }

    func tick(_ time: TimeAmount) throws {
        self.client.tick(now: self.start + time)
        try self.link.settle()
        self.server.tick(now: self.start + time)
        try self.link.settle()
    }

    func call<Request: AgentCall>(_ request: Request) throws -> Result<Request.Answer, CallError> {
        var results: [Result<Request.Answer, CallError>] = []
        self.client.call(request) { results.append($0) }
        try self.link.settle()
        try #require(results.count == 1)
        return results[0]
    }

    func authenticate() throws {
        var auth = AgentMessage.Auth()
        auth.userAgent = "portico/1.0"
        auth.authtoken = Secret("token")
        (auth.stop, auth.update) = (.supported, .supported)
        var results: [Result<AgentMessage.AuthAnswer, CallError>] = []
        self.client.authenticate(auth) { results.append($0) }
        try self.link.settle()
        #expect(try results.first?.get().clientID == "c1")
    }

    func proxy(_ bindID: String, _ first: String) throws -> (stream: MuxStream, recorder: Recorder) {
        let recorder = Recorder()
        let header = ProxyHeader(bindID: bindID, clientAddress: "192.0.2.1:5", proto: "https")
        let stream = self.server.openProxy(header: header, first: ByteBuffer(string: first), receiver: recorder)
        return (try #require(stream), recorder)
    }
}

@Suite struct SessionPairTests {
    @Test(arguments: UInt64(0)..<60)
    func `A whole session works over a link that cuts everywhere`(seed: UInt64) throws {
        let pair = try SessionPair(seed: seed)
        try pair.tick(.zero)
        try pair.authenticate()
        #expect(pair.server.agentKind == .portico)
        #expect(pair.edge.auths.first?.request.heartbeatInterval == .seconds(3))

        var bind = AgentMessage.Bind()
        bind.proto = "https"
        bind.options = AgentMessage.BindOptions(["Domain": "demo.test", "TrafficPolicy": "{}"])
        let bound = try pair.call(bind).get()
        #expect(bound.options.hostname == "demo.test")
        #expect(bound.options.trafficPolicy == "{}")

        let visitor = try pair.proxy(bound.id, "hello ")
        visitor.stream.write(ByteBuffer(string: "there"))
        try pair.link.settle()
        visitor.stream.finish()
        try pair.link.settle()
        #expect(visitor.recorder.text == "hello there")
        #expect(visitor.recorder.hasEnded && visitor.stream.isClosed)
        #expect(pair.agentSide.headers.first?.clientAddress == "192.0.2.1:5")

        var patch = AgentMessage.PatchTunnelState(tunnelID: bound.tunnelID)
        patch.metadata = "new"
        _ = try pair.call(patch).get()
        #expect(pair.edge.patches == [patch])

        _ = try pair.call(AgentMessage.Unbind(id: bound.id)).get()
        #expect(try pair.call(AgentMessage.ServerInfo()).get().region == "local")
        try self.checkCommands(pair)
        pair.client.disconnect()
        try pair.link.settle()
        #expect(pair.edge.ended == .left)
        #expect(pair.agentSide.ended == .closed)
    }

    private func checkCommands(_ pair: SessionPair) throws {
        var results: [Result<AgentMessage.Done, CallError>] = []
        let update = AgentMessage.Command.update(version: "2.0", permitMajorVersion: true)
        pair.server.send(.stop) { results.append($0) }
        pair.server.send(update) { results.append($0) }
        pair.server.stopTunnel(.init(id: "b1", message: "m", errorCode: "ERR_NGROK_1"))
        try pair.link.settle()
        #expect(pair.agentSide.commands == [.stop, update])
        #expect(pair.agentSide.lost.map(\.id) == ["b1"])
        try #require(results.count == 2)
        #expect(results[0] == .success(.init()))
        guard case .failure(.refused(let text)) = results[1] else {
            Issue.record("the update was not refused: \(results[1])")
            return
        }
        #expect(text.message == "not that")
    }

    @Test(arguments: UInt64(0)..<10)
    func `Megabytes pass both ways`(seed: UInt64) throws {
        let pair = try SessionPair(seed: seed)
        try pair.authenticate()
        let visitor = try pair.proxy("b1", "")
        let bytes = String(repeating: "0123456789abcdef", count: 100_000)
        visitor.stream.write(ByteBuffer(string: bytes))
        visitor.stream.finish()
        try pair.link.settle()
        #expect(visitor.recorder.text == bytes)
        #expect(visitor.recorder.hasEnded)
        #expect(pair.link.server.openStreams == 0)
        #expect(pair.link.agent.openStreams == 0)
    }

    @Test func `A bind that the agent doesn't know ends at once without a byte`() throws {
        let pair = try SessionPair()
        try pair.authenticate()
        let visitor = try pair.proxy("unknown", "GET")
        try pair.link.settle()
        #expect(visitor.recorder.hasEnded)
        #expect(visitor.recorder.bytes.isEmpty)
        // The server leaves it open: the agent cleans up.
        try pair.tick(.seconds(6))
        #expect(visitor.stream.isClosed)
    }

    @Test func `Refusals reach the caller with message and code`() throws {
        let pair = try SessionPair()
        try pair.authenticate()
        _ = try pair.call(AgentMessage.Unbind(id: "x"))
        let again = try pair.call(AgentMessage.Unbind(id: "x"))
        #expect(again == .failure(.refused(ErrorText(message: "Not here.", code: "ERR_NGROK_333"))))
        let labels = try pair.call(AgentMessage.StartTunnelWithLabel(labels: ["edge": "e"]))
        #expect(labels == .failure(.refused(ErrorText(message: "No labels.", code: "ERR_NGROK_357"))))
    }

    @Test func `Both sides measure the round trip, and the server's windows grow with it`() throws {
        let pair = try SessionPair()
        try pair.authenticate()
        try pair.tick(.zero)
        try pair.tick(.milliseconds(250))
        #expect(pair.client.roundTrip != nil)
        #expect(pair.server.roundTrip != nil)
        #expect(pair.link.server.roundTripTime != nil)
        #expect(pair.link.server.configuration.growsWindows)
    }

    @Test func `A server that doesn't echo is given up after interval and tolerance`() throws {
        let pair = try SessionPair()
        try pair.authenticate()
        // Nothing is carried any more.
        pair.client.tick(now: pair.start + .milliseconds(8900))
        #expect(pair.agentSide.ended == nil)
        pair.client.tick(now: pair.start + .milliseconds(9100))
        #expect(pair.agentSide.ended == .silent)
    }

    @Test func `Sessions that beat live for ever`() throws {
        let pair = try SessionPair()
        try pair.authenticate()
        // The server hears the agent now, by the wall clock, which these ticks run ahead of by less than its deadline.
        for second in Int64(0)..<9 { try pair.tick(.seconds(second)) }
        #expect(pair.agentSide.ended == nil)
        #expect(pair.edge.ended == nil)
    }

    @Test func `Calls under way end with the session`() throws {
        let pair = try SessionPair()
        try pair.authenticate()
        pair.edge.answers = false
        var results: [Result<AgentMessage.BindAnswer, CallError>] = []
        pair.client.call(AgentMessage.Bind()) { results.append($0) }
        try pair.link.settle()
        try pair.link.cut()
        #expect(pair.agentSide.ended == .lost)
        guard case .failure(.unanswered) = try #require(results.first) else {
            Issue.record("the call came to \(results)")
            return
        }
    }
}
