import JSON
import AgentProtocol
import Mux
import NIOCore
import TestSupport
import Testing

@Suite struct ServerStreamTests {
    @Test func `A proxied stream carries its preamble and first bytes in the frame with SYN`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        #expect(fixture.session.canOpenProxy(bindID: "b1"))
        let visitor = fixture.openProxy("b1", "GET / HTTP/1.1\r\n")
        try fixture.link.settle()
        let bytes = try #require(fixture.agent.recorders.first).bytes
        #expect(bytes.starts(with: [0, 0, 0, 3]))
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("GET / HTTP/1.1\r\n"))
        #expect(visitor.stream?.id == 2)
    }

    @Test func `Nothing is proxied before Auth`() throws {
        let fixture = try ServerFixture()
        #expect(!fixture.session.canOpenProxy(bindID: "b1"))
        #expect(fixture.openProxy().stream == nil)
    }

    @Test(arguments: [
        ("ngrok-rust/0.18.0", 480), ("", 480), ("my-app/1 ngrok-go/2.1.1", 10_000), ("portico/1.0", 10_000),
    ])
    func `As many streams are open as the agent survives`(userAgent: String, limit: Int) throws {
        let fixture = try ServerFixture()
        try fixture.authenticate(userAgent)
        #expect(fixture.session.needsQuickAck == (limit == 480))
        fixture.link.agent.configuration.maxPeerStreams = 20_000
        // Each for a bind of its own, since the limit of one bind is lower.
        for index in 0..<limit { #expect(fixture.openProxy("b\(index)").stream != nil) }
        #expect(!fixture.session.canOpenProxy(bindID: "new"))
        #expect(fixture.openProxy("new").stream == nil)
    }

    @Test func `A closed stream counts a moment longer, then the edge is told of the room`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        let streams = (0..<480).compactMap { fixture.openProxy("b\($0)").stream }
        try fixture.link.settle()
        #expect(!fixture.session.canOpenProxy(bindID: "new"))
        streams.first?.abort(.streamCancelled)
        fixture.session.tick(now: fixture.start + .milliseconds(250))
        #expect(!fixture.session.canOpenProxy(bindID: "new"))
        fixture.session.tick(now: fixture.start + .milliseconds(500))
        #expect(fixture.edge.rooms == 2)
        #expect(fixture.session.canOpenProxy(bindID: "new"))
    }

    @Test func `A Rust agent is spared more than 60 streams of one endpoint that it hasn't touched`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        let streams = (0..<60).compactMap { _ in fixture.openProxy("b1").stream }
        #expect(streams.count == 60)
        #expect(!fixture.session.canOpenProxy(bindID: "b1"))
        #expect(fixture.session.canOpenProxy(bindID: "b2"))
        try fixture.link.settle()
        // Credit for the preamble says nothing yet; a byte does.
        #expect(!fixture.session.canOpenProxy(bindID: "b1"))
        fixture.agent.streams.first?.write(ByteBuffer(string: "H"))
        try fixture.link.settle()
        #expect(fixture.session.canOpenProxy(bindID: "b1"))
    }

    @Test func `A Go agent takes any number of streams of one endpoint`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate("ngrok-go/2.1.1")
        for _ in 0..<200 { #expect(fixture.openProxy("b1").stream != nil) }
    }

    @Test func `A stream without any sign of the agent for 5 s is reported once`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        let ignored = try #require(fixture.openProxy("b1").stream)
        let answered = try #require(fixture.openProxy("b2").stream)
        try fixture.link.settle()
        fixture.agent.streams.last?.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\n"))
        try fixture.link.settle()
        fixture.session.tick(now: fixture.start + .milliseconds(4900))
        #expect(fixture.edge.ignored.isEmpty)
        fixture.session.tick(now: fixture.start + .milliseconds(5100))
        fixture.session.tick(now: fixture.start + .milliseconds(5300))
        #expect(fixture.edge.ignored.map(\.id) == [ignored.id])
        #expect(!answered.isClosed)
        // Its heartbeats are not late yet.
        #expect(fixture.edge.ended == nil)
    }

    @Test func `An agent that ignores a stream and has stopped beating is gone`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate(interval: 1, tolerance: 60)
        _ = fixture.openProxy()
        fixture.session.tick(now: fixture.start + .seconds(6))
        #expect(fixture.edge.ignored.count == 1)
        #expect(fixture.edge.ended == .silent)
    }

    // MARK: - Commands

    @Test func `A command's first answer counts, and the stream is reset when the agent leaves it open`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        var results: [Result<AgentMessage.Done, CallError>] = []
        fixture.session.send(.stop) { results.append($0) }
        try fixture.link.settle()
        let (stream, recorder) = (
            try #require(fixture.agent.streams.first), try #require(fixture.agent.recorders.first)
        )
        #expect(recorder.bytes == [0, 0, 0, 5] + Array("{}\n".utf8))
        stream.write(ByteBuffer(string: "{}"))
        try fixture.link.settle()
        #expect(results == [.success(AgentMessage.Done())])
        #expect(recorder.hasEnded)
        fixture.session.tick(now: fixture.start + .milliseconds(1100))
        try fixture.link.settle()
        #expect(recorder.reset == .streamCancelled)
    }

    @Test func `A command that is never answered times out`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        var results: [Result<AgentMessage.Done, CallError>] = []
        fixture.session.send(.stop) { results.append($0) }
        fixture.session.tick(now: fixture.start + .milliseconds(9900))
        #expect(results.isEmpty)
        fixture.session.tick(now: fixture.start + .milliseconds(10_100))
        #expect(results == [.failure(.timedOut)])
    }

    @Test func `An agent that says it can't is not asked`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        var results: [Result<AgentMessage.Done, CallError>] = []
        fixture.session.send(.update(version: "", permitMajorVersion: false)) { results.append($0) }
        fixture.session.send(.restart) { results.append($0) }
        #expect(results == [.failure(.unsupported(reason: "not now")), .failure(.unsupported(reason: nil))])
        try fixture.link.settle()
        #expect(fixture.agent.streams.isEmpty)
    }

    @Test func `A command dies with the session`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        var results: [Result<AgentMessage.Done, CallError>] = []
        fixture.session.send(.stop) { results.append($0) }
        try fixture.link.cut()
        #expect(results == [.failure(.unanswered)])
    }

    @Test func `StopTunnel names bind and reason, and waits for nothing`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        fixture.session.stopTunnel(.init(id: "b1", message: "gone", errorCode: "ERR_NGROK_1"))
        try fixture.link.settle()
        let recorder = try #require(fixture.agent.recorders.first)
        #expect(recorder.bytes.starts(with: [0, 0, 0, 9]))
        #expect(recorder.text.hasSuffix("{\"Id\":\"b1\",\"Message\":\"gone\",\"ErrorCode\":\"ERR_NGROK_1\"}\n"))
        fixture.session.tick(now: fixture.start + .milliseconds(1100))
        fixture.session.tick(now: fixture.start + .milliseconds(2300))
        try fixture.link.settle()
        #expect(fixture.agent.streams.first?.isClosed ?? false)
    }
}
