import JSON
import AgentProtocol
import Mux
import NIOCore
import Testing

/// An agent that answers a probe as the name of the bind says.
private final class ProbedAgent: AgentClientSessionDelegate {
    var headers: [ProxyHeader] = []
    let recorder = Recorder()

    func session(
        _ session: AgentClientSession,
        accepted header: ProxyHeader,
        on stream: MuxStream
    ) -> (any MuxStreamReceiver)? {
        self.headers.append(header)
        switch header.bindID {
        case "good": stream.write(ProbeWord.bytes(nil))
        case "gone": stream.write(ProbeWord.bytes("connection refused"))
        case "wordy": stream.write(ByteBuffer(repeating: 0x20, count: 5_000))
        case "wild": stream.write(ByteBuffer(string: "yes"))
        case "cut":
            stream.reset(.streamRefused)
            return nil
        case "mute": return self.recorder
        default: return nil
        }
        stream.finish()
        return self.recorder
    }

    func session(
        _ session: AgentClientSession,
        received command: AgentMessage.Command,
        reply: CallReply<AgentMessage.Done>
    ) {}
    func session(_ session: AgentClientSession, lost stop: AgentMessage.StopTunnel) {}
    func session(_ session: AgentClientSession, ended how: AgentSessionEnd) {}
}

@Suite struct ProbeTests {
    private func probe(_ ids: [String], on pair: SessionPair, _ agent: ProbedAgent) throws -> [String: String]? {
        var results: [Result<AgentMessage.ProbeAnswer, CallError>] = []
        pair.client.call(AgentMessage.Probe(ids: ids)) { results.append($0) }
        try pair.link.settle()
        guard let result = results.first else { return nil }
        return Dictionary(uniqueKeysWithValues: try result.get().results.map { ($0.id, $0.error) })
    }

    private func pair(_ agent: ProbedAgent, seed: UInt64? = nil) throws -> SessionPair {
        let pair = try SessionPair(seed: seed)
        try pair.tick(.zero)
        try pair.authenticate()
        pair.client.delegate = agent
        return pair
    }

    @Test(arguments: UInt64(0)..<20) func `Each bind is probed once, and its word comes back`(seed: UInt64) throws {
        let agent = ProbedAgent()
        let pair = try self.pair(agent, seed: seed)
        let words = try self.probe(["good", "gone", "wordy", "wild", "cut", "unknown", "good"], on: pair, agent)
        #expect(
            words == [
                "good": "", "gone": "connection refused", "wordy": "the agent answered a probe with too many bytes",
                "wild": "the agent does not serve the endpoint", "cut": "the agent refused the stream",
                "unknown": "the agent does not serve the endpoint",
            ]
        )
        #expect(agent.headers.count == 6 && agent.headers.allSatisfy(\.isProbe))
        #expect(try self.probe([], on: pair, agent)?.isEmpty == true)
    }

    @Test func `Who does not answer within four seconds is told of`() throws {
        let agent = ProbedAgent()
        let pair = try self.pair(agent)
        var results: [Result<AgentMessage.ProbeAnswer, CallError>] = []
        pair.client.call(AgentMessage.Probe(ids: ["good", "mute"])) { results.append($0) }
        try pair.link.settle()
        try pair.tick(.milliseconds(3_900))
        #expect(results.isEmpty)
        try pair.tick(.seconds(4))
        let words = try #require(results.first).get().results
        #expect(words.first { $0.id == "good" }?.error == "")
        #expect(words.first { $0.id == "mute" }?.error == "the probe of the edge was not answered in time")
        #expect(agent.recorder.reset != nil || agent.recorder.hasEnded)
    }

    @Test func `A second probe ends the first, which is answered as it stands`() throws {
        let agent = ProbedAgent()
        let pair = try self.pair(agent)
        #expect(try self.probe(["mute"], on: pair, agent) == nil)
        #expect(try self.probe(["good"], on: pair, agent) == ["good": ""])
        #expect(pair.server.proxiedStreams <= 2)
    }

    @Test func `What cannot be read is refused, and the session goes on`() throws {
        let fixture = try ServerFixture()
        try fixture.authenticate("portico/1.0")
        let call = try fixture.call(.probe, #"{"Ids":"b1"}"#)
        #expect(call.recorder.json?["Error"]?.string?.contains("301") == true)
        #expect(try fixture.call(.probe, #"{"Ids":[]}"#).recorder.json?["Error"] == "")
    }

    @Test func `Only a probe's header says that it is one`() throws {
        for isProbe in [true, false] {
            var bytes = ByteBuffer()
            let header = ProxyHeader(bindID: "b", clientAddress: "0.0.0.0:0", proto: "tcp", isProbe: isProbe)
            try header.writePreamble(into: &bytes)
            #expect(String(buffer: bytes).contains("Probe") == isProbe)
            bytes.moveReaderIndex(forwardBy: 4)
            var reader = ProxyHeaderReader()
            #expect(try reader.read(from: &bytes) == header)
        }
    }

    @Test func `Nobody is told of probes but agents of ours`() throws {
        var answer = AgentMessage.AuthAnswer(clientID: "c")
        #expect(answer.json["Extra"]?.object?["Probes"] == nil)
        answer.probes = true
        #expect(try AgentMessage.AuthAnswer(json: answer.json).probes)
    }
}
