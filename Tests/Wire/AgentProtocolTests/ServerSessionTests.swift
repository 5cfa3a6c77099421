import JSON
import AgentProtocol
import Model
import Mux
import NIOCore
import TestSupport
import Testing

@Suite struct ServerSessionTests {
    @Test(arguments: UInt64(0)..<20)
    func `A call is answered when its JSON is complete, in a frame with FIN`(seed: UInt64) throws {
        let fixture = try ServerFixture(seed: seed)
        try fixture.authenticate()
        let call = try fixture.call(.bind, #"{"Proto":"https","Opts":{"Domain":"demo.test"},"Extra":{}}"#)
        #expect(call.recorder.hasEnded)
        #expect(call.recorder.text.hasSuffix("}\n"))
        #expect(call.recorder.json?["URL"] == "https://demo.test")
        #expect(call.recorder.json?["Opts"]?.object?["Hostname"] == "demo.test")
        #expect(fixture.edge.binds.count == 1)
    }

    @Test func `A request larger than a window is read and answered`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        let policy = String(repeating: "x", count: 700_000)
        let call = try fixture.call(.bind, #"{"Proto":"https","Opts":{"TrafficPolicy":"\#(policy)"}}"#)
        #expect(call.recorder.json?["Opts"]?.object?["TrafficPolicy"]?.string?.count == 700_000)
        #expect(call.recorder.hasEnded)
    }

    @Test func `SrvInfo and heartbeats are answered to anyone`() throws {
        let fixture = try ServerFixture()
        let beat = try fixture.call(.heartbeat, "beat")
        let info = try fixture.call(.serverInfo, "{}\n")
        #expect(beat.recorder.text == "beat")
        #expect(info.recorder.json == ["Region": "here"])
        #expect(info.recorder.hasEnded)
    }

    @Test func `A bind before Auth is refused with RST 5`() throws {
        let fixture = try ServerFixture()
        let call = try fixture.call(.bind, "{}")
        #expect(call.recorder.reset == .streamRefused)
        #expect(fixture.edge.binds.isEmpty)
    }

    @Test func `A refused Auth is answered, and the connection closed a second later`() throws {
        let fixture = try ServerFixture()
        let call = try fixture.call(.auth, #"{"Version":["3"],"Extra":{}}"#)
        #expect(call.recorder.json?["Error"] == "No token.\n\nERR_NGROK_4018")
        #expect(call.recorder.json?["Version"] == "3")
        fixture.session.tick(now: fixture.start + .milliseconds(900))
        #expect(fixture.edge.ended == nil)
        fixture.session.tick(now: fixture.start + .milliseconds(1300))
        try fixture.link.settle()
        #expect(fixture.edge.ended == .refused)
        #expect(fixture.agent.ended == .goneAway(.noError, debug: "refused"))
        #expect(!fixture.link.isServerConnected)
    }

    @Test(arguments: ["not json", "[1]", #"{"Extra":{"OS":5}}"#, "{\"ClientId\":\"\u{1}\"}"])
    func `An Auth that cannot be read is refused with 109`(text: String) throws {
        let fixture = try ServerFixture()
        let call = try fixture.call(.auth, text)
        let error = try #require(ErrorText(parsing: call.recorder.json?["Error"]?.string ?? ""))
        #expect(error.number == 109)
        #expect(call.recorder.hasEnded)
        #expect(fixture.edge.auths.isEmpty)
    }

    @Test func `A bind that cannot be read is refused with 301, and the session goes on`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        let bad = try fixture.call(.bind, #"{"Opts":[]}"#)
        #expect(bad.recorder.json?["Error"]?.string?.hasSuffix("\n\nERR_NGROK_301") ?? false)
        let good = try fixture.call(.unbind, #"{"Id":"b1"}"#)
        #expect(good.recorder.json?["Error"] == "")
    }

    @Test func `A type that nobody knows is answered and ended`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        for type in [99, StreamType.stop.rawValue, StreamType.proxy.rawValue] {
            let call = try fixture.link.agent.open(type, "{}")
            try fixture.link.settle()
            #expect(call.recorder.json?["Error"]?.string?.isEmpty == false)
            #expect(call.recorder.hasEnded)
        }
    }

    @Test func `An answer that comes late still arrives, and one that comes twice once`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        fixture.edge.answers = false
        let call = try fixture.call(.bind, #"{"Proto":"https"}"#)
        #expect(call.recorder.bytes.isEmpty)
        let (request, reply) = try #require(fixture.edge.binds.first)
        reply.succeed(Edge.answer(to: request))
        reply.fail(Failure(.internalError, "late"))
        try fixture.link.settle()
        #expect(call.recorder.json?["Error"] == "")
        #expect(call.recorder.hasEnded)
    }

    @Test func `An answer after the session's end is dropped`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        fixture.edge.answers = false
        try fixture.call(.bind, #"{"Proto":"https"}"#)
        try fixture.link.cut()
        #expect(fixture.edge.ended == .lost)
        let (request, reply) = try #require(fixture.edge.binds.first)
        reply.succeed(Edge.answer(to: request))
    }

    @Test func `A call that nobody answers is answered by the session after a minute`() throws {
        let fixture = try ServerFixture()
        // It may be silent for so long.
        try fixture.authenticate(interval: 100, tolerance: 100)
        fixture.edge.answers = false
        let call = try fixture.call(.bind, #"{"Proto":"https"}"#)
        fixture.session.tick(now: fixture.start + .seconds(61))
        try fixture.link.settle()
        #expect(call.recorder.json?["Error"]?.string?.contains("ERR_NGROK_") ?? false)
        #expect(call.recorder.hasEnded)
    }

    @Test func `A request that doesn't come whole is reset after 15 s`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        let half = try fixture.call(.bind, #"{"Proto":"#)
        let untyped = try #require(
            fixture.link.agent.open(receiver: Recorder(), first: ByteBuffer(bytes: [0, 0]))
        )
        try fixture.link.settle()
        fixture.session.tick(now: fixture.start + .milliseconds(14_900))
        try fixture.link.settle()
        #expect(half.recorder.reset == nil)
        fixture.session.tick(now: fixture.start + .milliseconds(15_100))
        try fixture.link.settle()
        #expect(half.recorder.reset == .streamCancelled)
        #expect(untyped.isClosed)
    }

    @Test func `A stream that the agent doesn't end after its answer is reset after 5 s`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        let call = try fixture.call(.unbind, #"{"Id":"b1"}"#)
        #expect(call.recorder.hasEnded && !call.stream.isClosed)
        fixture.session.tick(now: fixture.start + .seconds(6))
        try fixture.link.settle()
        #expect(call.stream.isClosed)
        #expect(fixture.link.server.openStreams == 0)
    }

    @Test func `Silence ends the session without a farewell`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate(interval: 1, tolerance: 1)
        fixture.session.tick(now: fixture.link.server.lastReceived + .milliseconds(2200))
        #expect(fixture.edge.ended == nil)
        fixture.session.tick(now: fixture.link.server.lastReceived + .milliseconds(2201))
        #expect(fixture.edge.ended == .silent)
        #expect(!fixture.link.isServerConnected)
    }

    @Test func `GOAWAY of the agent is a graceful end, a broken connection is not`() throws {
        let graceful = try ServerFixture()
        graceful.link.agent.goAway(.noError, debug: "bye")
        try graceful.link.settle()
        #expect(graceful.edge.ended == .left)
        #expect(AgentSessionEnd.left.isGraceful)
        let failed = try ServerFixture()
        failed.link.agent.goAway(.protocolError, debug: "no")
        try failed.link.settle()
        #expect(failed.edge.ended == .failed(.protocolError, debug: "no"))
        let lost = try ServerFixture()
        try lost.link.cut()
        #expect(lost.edge.ended == .lost)
        #expect(!AgentSessionEnd.lost.isGraceful)
    }

    @Test func `A draining session refuses binds, serves what is open, and ends with the last stream`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        let visitor = fixture.openProxy()
        try fixture.link.settle()
        fixture.session.drain(until: fixture.start + .seconds(60))
        #expect(!fixture.session.canOpenProxy(bindID: "b1"))
        let bind = try fixture.call(.bind, #"{"Proto":"https"}"#)
        #expect(bind.recorder.json?["Error"]?.string?.contains("ERR_NGROK_") ?? false)
        #expect(fixture.edge.binds.isEmpty)
        #expect(try fixture.call(.unbind, #"{"Id":"b1"}"#).recorder.json?["Error"] == "")
        fixture.session.tick(now: fixture.start + .seconds(1))
        #expect(fixture.edge.ended == nil)
        visitor.stream?.finish()
        try fixture.link.settle()
        fixture.agent.streams.first?.finish()
        try fixture.link.settle()
        fixture.session.tick(now: fixture.start + .seconds(2))
        #expect(fixture.edge.ended == .drained)
    }
}
