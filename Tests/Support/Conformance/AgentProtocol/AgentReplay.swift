import JSON
import AgentProtocol
import Model
import Mux
import NIOCore
import TestSupport

/// Feeds the server's frames of `transcript` to our agent, which must then have meant what the recorded one meant.
func replayToAgent(_ transcript: AgentTranscript, _ cut: Cut) throws {
    let replay = try AgentReplay(transcript, cut)
    try replay.run()
    try replay.check()
}

/// Our agent's session, told by a transcript what to ask and what its upstreams say.
///
/// Our streams of a transcript's calls are numbered in the order of the calls, from 3 on.
final class AgentReplay {
    private let transcript: AgentTranscript
    private let cut: Cut
    private let end: EmbeddedConnection
    private let session: AgentClientSession
    /// Our ids of the transcript's calls.
    private var ids: [UInt32: UInt32] = [:]
    /// Types of the agent's streams, as they were opened.
    private var types: [UInt32: StreamType] = [:]
    /// What our calls came to, as the JSON of an answer.
    private var results: [UInt32: JSONObject] = [:]
    private var upstreams: [UInt32: Upstream] = [:]
    private var lost: [AgentMessage.StopTunnel] = []

    /// Whether the recorded server does anything that an agent is to react to.
    static func isMeaningful(_ transcript: AgentTranscript) -> Bool {
        transcript.frames.contains { !$0.isFromAgent && ($0.json != nil || $0.stream_type != nil) }
    }

    init(_ transcript: AgentTranscript, _ cut: Cut) throws {
        self.transcript = transcript
        self.cut = cut
        self.end = try EmbeddedConnection(.agent, configuration: AgentClientSession.muxConfiguration)
        var configuration = AgentClientSession.Configuration()
        let extra = transcript.frames.lazy.compactMap { $0.json?["Extra"] }.first
        if let interval = extra?["HeartbeatInterval"]?.integer {
            configuration.heartbeatInterval = .nanoseconds(Int64(interval))
        }
        if let tolerance = extra?["HeartbeatTolerance"]?.integer {
            configuration.heartbeatTolerance = .nanoseconds(Int64(tolerance))
        }
        self.session = AgentClientSession(
            connection: self.end.connection,
            configuration: configuration,
            now: .now()
        )
        self.session.delegate = self
    }

    func run() throws {
        var pending: [UInt8] = []
        for frame in self.transcript.frames {
            if frame.isFromAgent {
                try self.end.receive(pending, self.cut)
                pending = []
                try self.perform(frame)
            } else if frame.stream.isMultiple(of: 2) || self.ids[frame.stream] != nil {
                pending += try frame.bytes(onStream: self.ids[frame.stream] ?? frame.stream)
            }
        }
        try self.end.receive(pending, self.cut)
    }

    // MARK: - Doing what the recorded agent did

    private func perform(_ frame: AgentTranscript.Frame) throws {
        if !frame.stream.isMultiple(of: 2) {
            if frame.opens { self.types[frame.stream] = frame.stream_type.flatMap(StreamType.init(rawValue:)) }
            if let json = try frame.object() { try self.call(frame.stream, json) }
            return
        }
        guard let stream = self.upstreams[frame.stream]?.stream else { return }
        switch frame.type {
        case "DATA":
            stream.write(ByteBuffer(bytes: try frame.payload()))
            if frame.ends { stream.finish() }
        case "WNDINC": stream.consumed(frame.increment ?? 0)
        default: break
        }
    }

    private func call(_ stream: UInt32, _ json: JSONObject) throws {
        self.ids[stream] = UInt32(self.ids.count) * 2 + 3
        switch self.types[stream] {
        case .auth:
            self.session.authenticate(try AgentMessage.Auth(json: json), deliver: self.keep(stream))
        case .bind: self.session.call(try AgentMessage.Bind(json: json), deliver: self.keep(stream))
        case .unbind: self.session.call(try AgentMessage.Unbind(json: json), deliver: self.keep(stream))
        case .startTunnelWithLabel:
            self.session.call(try AgentMessage.StartTunnelWithLabel(json: json), deliver: self.keep(stream))
        case .patchTunnelState:
            self.session.call(try AgentMessage.PatchTunnelState(json: json), deliver: self.keep(stream))
        case .serverInfo: self.session.call(AgentMessage.ServerInfo(), deliver: self.keep(stream))
        default: throw ReplayDifference("no agent calls type \(String(describing: self.types[stream]))")
        }
    }

    private func keep<Answer: AgentAnswer>(_ stream: UInt32) -> (Result<Answer, CallError>) -> Void {
        { [weak self] result in
            switch result {
            case .success(let answer): self?.results[stream] = answer.json
            case .failure(.refused(let text)): self?.results[stream] = ["Error": .string(text.wireText)]
            // It is missing from the results then.
            case .failure: break
            }
        }
    }

    // MARK: - Comparing

    func check() throws {
        let sent = try ConnectionDigest(frames: self.end.sent())
        guard self.end.isActive, sent.farewell == nil else { throw ReplayDifference("the agent left") }
        try self.checkCalls(sent)
        let streams = self.transcript.frames.filter { !$0.isFromAgent && $0.opens }
        for opening in streams { try self.checkStream(opening, sent.streams[opening.stream] ?? StreamDigest()) }
    }

    private func checkCalls(_ sent: ConnectionDigest) throws {
        for (stream, ours) in self.ids {
            let call = sent.streams[ours] ?? StreamDigest()
            let request = self.transcript.frames.first { $0.isFromAgent && $0.stream == stream && $0.json != nil }
            let answer = self.transcript.frames.first { !$0.isFromAgent && $0.stream == stream && $0.json != nil }
            guard call.hasEnded, call.reset == nil else { throw ReplayDifference("call \(stream) is not ended") }
            try self.compare("request \(stream)", try request?.object(), Self.object(call.payload.dropFirst(4)))
            guard let recorded = try answer?.object() else { continue }
            if let error = recorded["Error"]?.string, !error.isEmpty {
                try self.compare("refusal \(stream)", ["Error": .string(error)], self.results[stream])
            } else {
                try self.compare("answer \(stream)", recorded, self.results[stream])
            }
        }
    }

    private static func object(_ bytes: ArraySlice<UInt8>) throws -> JSONObject {
        try JSONObject(message: ByteBuffer(bytes: bytes))
    }

    private func compare(_ what: String, _ recorded: JSONObject?, _ ours: JSONObject?) throws {
        guard let recorded, let ours, Meaning(recorded) == Meaning(ours) else {
            throw ReplayDifference(
                "\(what) is \(ours.map { JSONValue.object($0).text } ?? "missing"), recorded "
                    + (recorded.map { JSONValue.object($0).text } ?? "nothing")
            )
        }
    }

    private func checkStream(_ opening: AgentTranscript.Frame, _ sent: StreamDigest) throws {
        let frames = self.transcript.frames.filter { $0.stream == opening.stream && $0.type != "WNDINC" }
        let recorded =
            try ConnectionDigest(frames: frames.filter(\.isFromAgent).flatMap { try $0.bytes() })
            .streams[opening.stream] ?? StreamDigest()
        let isCommand = opening.stream_type != StreamType.proxy.rawValue
        let isSame = isCommand ? Self.isSameAnswer(recorded, sent) : recorded == sent
        guard isSame else {
            throw ReplayDifference("stream \(opening.stream): sent \(sent), recorded \(recorded)")
        }
        if let upstream = self.upstreams[opening.stream] { try self.checkUpstream(upstream, frames) }
        if opening.stream_type == StreamType.stopTunnel.rawValue, self.lost.isEmpty {
            throw ReplayDifference("the agent was not told that its endpoint is lost")
        }
    }

    /// Agents word refusals differently, and some leave out an empty error.
    private static func isSameAnswer(_ recorded: StreamDigest, _ sent: StreamDigest) -> Bool {
        guard recorded.hasEnded == sent.hasEnded, recorded.reset == sent.reset else { return false }
        if recorded.payload == sent.payload { return true }
        guard let left = try? Self.object(recorded.payload[...]), let right = try? Self.object(sent.payload[...]) else {
            return false
        }
        return (left["Error"]?.string ?? "").isEmpty == (right["Error"]?.string ?? "").isEmpty
    }

    private func checkUpstream(_ upstream: Upstream, _ frames: [AgentTranscript.Frame]) throws {
        var said = try frames.filter { !$0.isFromAgent && $0.type == "DATA" }.flatMap { try $0.payload() }
        said.removeFirst(min(12 + (frames.first?.proxy_header_length ?? 0), said.count))
        // What comes after a violation of the window is not for the upstream.
        guard
            upstream.digest.payload == said
                || (upstream.digest.reset != nil && said.starts(with: upstream.digest.payload))
        else { throw ReplayDifference("the upstream got \(upstream.digest.payload.count) of \(said.count) bytes") }
    }
}

extension AgentReplay: AgentClientSessionDelegate {
    func session(
        _ session: AgentClientSession,
        accepted header: ProxyHeader,
        on stream: MuxStream
    ) -> (any MuxStreamReceiver)? {
        // What the recorded agent did not know, ours doesn't either.
        guard header.bindID != String(repeating: "0", count: 32) else { return nil }
        let upstream = Upstream(stream)
        self.upstreams[stream.id] = upstream
        return upstream
    }

    func session(
        _ session: AgentClientSession,
        received command: AgentMessage.Command,
        reply: CallReply<AgentMessage.Done>
    ) {
        switch command {
        case .stop, .restart: reply.succeed(AgentMessage.Done())
        case .update: reply.fail(Failure(.internalError, "No update here."))
        }
    }

    func session(_ session: AgentClientSession, lost stop: AgentMessage.StopTunnel) {
        self.lost.append(stop)
    }

    func session(_ session: AgentClientSession, ended how: AgentSessionEnd) {}
}

/// Where a proxied stream leads; gives credit when the transcript's agent does.
private final class Upstream: MuxStreamReceiver {
    var digest = StreamDigest()
    private(set) weak var stream: MuxStream?

    init(_ stream: MuxStream) {
        self.stream = stream
    }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        self.digest.payload += bytes.readableBytesView
    }

    func streamReadComplete(_ stream: MuxStream) {}
    func streamReceivedEnd(_ stream: MuxStream) { self.digest.hasEnded = true }
    func streamReceivedCredit(_ stream: MuxStream) {}
    func streamWritabilityChanged(_ stream: MuxStream) {}
    func stream(_ stream: MuxStream, ended code: MuxErrorCode) { self.digest.reset = code.rawValue }
}

/// A message without what the protocol takes as the same: the case of keys, the order, and fields that say nothing.
private struct Meaning: Equatable {
    private let members: [String: JSON.JSONValue]
    private let objects: [String: Meaning]

    init(_ object: JSONObject) {
        var members: [String: JSON.JSONValue] = [:]
        var objects: [String: Meaning] = [:]
        for member in object.members {
            if let inner = member.value.object {
                let meaning = Meaning(inner)
                if !meaning.members.isEmpty || !meaning.objects.isEmpty { objects[member.key.lowercased()] = meaning }
            } else if !Self.saysNothing(member.value) {
                members[member.key.lowercased()] = member.value
            }
        }
        self.members = members
        self.objects = objects
    }

    private static func saysNothing(_ value: JSON.JSONValue) -> Bool {
        value == .null || value == "" || value == 0 || value == false || value == []
    }
}
