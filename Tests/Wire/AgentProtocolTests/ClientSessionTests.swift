import JSON
import AgentProtocol
import Mux
import NIOCore
import TestSupport
import Testing

/// Our agent's session, and a server that says whatever a test wants.
final class ClientFixture {
    let link: Link
    let agentSide = EchoAgent()
    let server = RawPeer()
    let session: AgentClientSession
    let start = NIODeadline.now()

    init(_ configuration: AgentClientSession.Configuration = .init()) throws {
        self.link = try Link()
        self.link.server.delegate = self.server
        self.session = AgentClientSession(
            connection: self.link.agent,
            configuration: configuration,
            delegate: self.agentSide,
            now: self.start
        )
    }

    /// Opens a stream as the server, and carries until all is quiet.
    func open(_ type: UInt32, _ text: String) throws -> (stream: MuxStream, recorder: Recorder) {
        let stream = try self.link.server.open(type, text)
        try self.link.settle()
        return stream
    }

    /// Asks for SrvInfo.
    ///
    /// - Returns: gives what the call has come to so far.
    func askServerInfo() throws -> () -> [Result<AgentMessage.ServerInfoAnswer, CallError>] {
        final class Results { var all: [Result<AgentMessage.ServerInfoAnswer, CallError>] = [] }
        let results = Results()
        self.session.call(AgentMessage.ServerInfo()) { results.all.append($0) }
        try self.link.settle()
        return { results.all }
    }
}

@Suite struct ClientSessionTests {
    @Test func `A stream of no known type is ended at once`() throws {
        let fixture = try ClientFixture()
        for type in [99, StreamType.auth.rawValue] {
            let call = try fixture.open(type, "{}")
            #expect(call.recorder.hasEnded)
            #expect(call.recorder.bytes.isEmpty)
        }
        #expect(fixture.session.connection.isOpen)
    }

    @Test func `A preamble that makes no sense is reset`() throws {
        let fixture = try ClientFixture()
        let proxied = try fixture.open(StreamType.proxy.rawValue, String(repeating: "\u{7F}", count: 8))
        #expect(proxied.recorder.reset == .protocolError)
        #expect(fixture.agentSide.headers.isEmpty)
    }

    @Test func `A type or preamble that doesn't come whole is reset after its time`() throws {
        var configuration = AgentClientSession.Configuration()
        // Sooner than the server, which echoes nothing here, is given up.
        configuration.preamblePatience = .seconds(5)
        let fixture = try ClientFixture(configuration)
        let untyped = try #require(fixture.link.server.open(receiver: Recorder(), first: ByteBuffer(bytes: [0, 0])))
        let half = try fixture.open(StreamType.proxy.rawValue, "\u{20}")
        fixture.session.tick(now: fixture.start + .milliseconds(4900))
        try fixture.link.settle()
        #expect(!untyped.isClosed && !half.stream.isClosed)
        fixture.session.tick(now: fixture.start + .milliseconds(5100))
        try fixture.link.settle()
        #expect(untyped.isClosed && half.stream.isClosed)
        #expect(fixture.session.connection.isOpen)
    }

    @Test func `A command that cannot be read is refused`() throws {
        let fixture = try ClientFixture()
        let call = try fixture.open(StreamType.update.rawValue, #"{"Version":5}"#)
        #expect(call.recorder.json?["Error"]?.string?.contains("Version") ?? false)
        #expect(call.recorder.hasEnded)
        #expect(fixture.agentSide.commands.isEmpty)
    }

    @Test func `The server's heartbeats are echoed, and a fifth stream of them refused`() throws {
        let fixture = try ClientFixture()
        let beats = try (0..<5).map { _ in try fixture.open(StreamType.heartbeat.rawValue, "beat") }
        #expect(beats.map(\.recorder.text) == ["beat", "beat", "beat", "beat", ""])
        #expect(beats[4].recorder.reset == .enhanceYourCalm)
    }

    @Test func `GOAWAY of the server ends the session and closes the connection`() throws {
        let fixture = try ClientFixture()
        fixture.link.server.goAway(.noError, debug: "draining")
        try fixture.link.settle()
        #expect(fixture.agentSide.ended == .left)
        #expect(!fixture.link.isAgentConnected)
    }

    @Test(arguments: ["[]", "nonsense\n", #"{"Error":5}"#, #"{"Region":5}"#, "}"])
    func `An answer that cannot be read fails the call`(answer: String) throws {
        let fixture = try ClientFixture()
        let results = try fixture.askServerInfo()
        fixture.server.streams.first?.write(ByteBuffer(string: answer))
        try fixture.link.settle()
        guard case .failure(.unreadable) = try #require(results().first) else {
            Issue.record("the call came to \(results())")
            return
        }
        #expect(fixture.session.connection.isOpen)
    }

    @Test func `A stream that ends without an answer fails the call`() throws {
        let fixture = try ClientFixture()
        let ended = try fixture.askServerInfo()
        let reset = try fixture.askServerInfo()
        fixture.server.streams.first?.finish()
        fixture.server.streams.last?.reset(.internalError)
        try fixture.link.settle()
        #expect(ended() == [.failure(.unanswered)])
        #expect(reset() == [.failure(.unanswered)])
    }

    @Test func `A call without an answer times out`() throws {
        var configuration = AgentClientSession.Configuration()
        configuration.callPatience = .seconds(5)
        let fixture = try ClientFixture(configuration)
        let results = try fixture.askServerInfo()
        #expect(fixture.server.recorders.first?.text.hasSuffix("{}\n") ?? false)
        fixture.session.tick(now: fixture.start + .milliseconds(4900))
        #expect(results().isEmpty)
        fixture.session.tick(now: fixture.start + .milliseconds(5100))
        #expect(results() == [.failure(.timedOut)])
    }
}
