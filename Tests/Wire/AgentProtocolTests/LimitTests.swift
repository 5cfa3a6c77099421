import JSON
import AgentProtocol
import Model
import Mux
import NIOCore
import TestSupport
import Testing

@Suite struct LimitTests {
    @Test func `JSON of 2 MiB is read, and of a byte more refused`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        let frame = #"{"Opts":{"TrafficPolicy":""}}"#.utf8.count
        func request(_ bytes: Int) -> String {
            #"{"Opts":{"TrafficPolicy":"\#(String(repeating: "x", count: bytes - frame))"}}"#
        }
        let full = try fixture.call(.bind, request(2 << 20))
        #expect(full.recorder.text.contains(#""Error":"""#) && full.recorder.hasEnded)
        let over = try fixture.call(.bind, request((2 << 20) + 1))
        #expect(over.recorder.json?["Error"]?.string?.contains("ERR_NGROK_301") ?? false)
        #expect(over.recorder.hasEnded)
        #expect(fixture.edge.binds.count == 1)
    }

    @Test func `Requests that say little may not be large`() throws {
        let fixture = try ServerFixture()
        let call = try fixture.call(.serverInfo, #"{"a":"\#(String(repeating: "x", count: 64 << 10))"}"#)
        #expect(call.recorder.hasEnded)
        #expect(fixture.link.server.isOpen)
    }

    @Test func `A stranger may have few calls under way, and still say who it is`() throws {
        let fixture = try ServerFixture()
        let calls = try (0..<9).map { _ in try fixture.call(.serverInfo, "{") }
        #expect(calls[7].recorder.reset == nil)
        #expect(calls[8].recorder.reset == .streamRefused)
        calls[0].stream.write(ByteBuffer(string: "}"))
        try fixture.link.settle()
        #expect(calls[0].recorder.hasEnded)
        try fixture.authenticate()
        #expect(try fixture.call(.serverInfo, "{}").recorder.hasEnded)
    }

    @Test func `JSON nested 64 deep is read, and deeper refused`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        func request(_ depth: Int) -> String {
            #"{"x":\#(String(repeating: "[", count: depth - 1))\#(String(repeating: "]", count: depth - 1))}"#
        }
        #expect(try fixture.call(.bind, request(64)).recorder.json?["Error"] == "")
        #expect(try fixture.call(.bind, request(65)).recorder.json?["Error"] != "")
    }

    @Test func `Beyond 64 running calls further ones wait unread, and come to their turn`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        fixture.edge.answers = false
        let calls = try (0..<70).map { try fixture.link.agent.open(.bind, #"{"Id":"\#($0)","Proto":"https"}"#) }
        try fixture.link.settle()
        #expect(fixture.edge.binds.count == 64)
        for (request, reply) in fixture.edge.binds.prefix(3) { reply.succeed(Edge.answer(to: request)) }
        #expect(fixture.edge.binds.map(\.request.id).suffix(3) == ["64", "65", "66"])
        // One that waits may be given up by its caller.
        calls[67].stream.reset(.streamCancelled)
        try fixture.link.settle()
        for (request, reply) in fixture.edge.binds.dropFirst(3) { reply.succeed(Edge.answer(to: request)) }
        try fixture.link.settle()
        #expect(fixture.edge.binds.map(\.request.id).suffix(2) == ["68", "69"])
    }

    @Test func `A waiting call keeps its whole request without credit`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        fixture.edge.answers = false
        for _ in 0..<64 { _ = try fixture.link.agent.open(.bind, "{}") }
        let waiting = try fixture.link.agent.open(
            .bind,
            #"{"Opts":{"a":"\#(String(repeating: "x", count: 300_000))"}}"#
        )
        try fixture.link.settle()
        #expect(fixture.edge.binds.count == 64)
        #expect(waiting.stream.queuedBytes > 0, "no credit was given for what nobody reads")
        for (_, reply) in fixture.edge.binds { reply.fail(Failure(.internalError, "no")) }
        try fixture.link.settle()
        #expect(fixture.edge.binds.count == 65)
    }

    @Test func `The 257th stream of an agent is refused`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        fixture.edge.answers = false
        // The stream of Auth, which the agent has not ended, is the first.
        let streams = try (0..<256).map { _ in try fixture.link.agent.open(.bind, "{") }
        try fixture.link.settle()
        #expect(streams[254].recorder.reset == nil)
        #expect(streams[255].recorder.reset == .streamRefused)
        #expect(fixture.link.server.isOpen)
    }

    @Test func `The fifth heartbeat stream is reset with code 10, until one has ended`() throws {
        let fixture = try ServerFixture()
        let beats = try (0..<5).map { _ in try fixture.call(.heartbeat, "beat") }
        #expect(beats.map(\.recorder.reset) == [nil, nil, nil, nil, .enhanceYourCalm])
        #expect(beats[3].recorder.text == "beat")
        beats[0].stream.finish()
        try fixture.link.settle()
        #expect(beats[0].recorder.hasEnded)
        #expect(try fixture.call(.heartbeat, "more").recorder.text == "more")
    }

    @Test func `A flood of beats without credit for echoes costs the server nothing`() throws {
        let fixture = try ServerFixture()
        let beat = try fixture.call(.heartbeat, "")
        beat.recorder.consumes = false
        for _ in 0..<20 {
            beat.stream.write(ByteBuffer(bytes: Array(repeating: 7, count: 40_000)))
            try fixture.link.settle()
        }
        #expect(beat.recorder.bytes.count == 262_144)
        #expect(fixture.link.server.isOpen)
    }

    @Test func `Half-sent requests together are held to a bound`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate()
        let text = #"{"Opts":{"a":"\#(String(repeating: "x", count: 1 << 20))"#
        let calls = try (0..<18).map { _ in try fixture.link.agent.open(.bind, text) }
        try fixture.link.settle()
        #expect(calls.count { $0.recorder.hasEnded } >= 2)
        #expect(calls.count { !$0.recorder.hasEnded } <= 16)
        #expect(fixture.link.server.isOpen)
    }
}
