import JSON
import Addressing
import AgentProtocol
import Model
import Mux
import NIOCore
import TestSupport

/// Feeds the agent's frames of `transcript` to our server, which must then have said what the recorded one said.
func replayToServer(_ transcript: AgentTranscript, _ cut: Cut) throws {
    let replay = try ServerReplay(transcript, cut)
    try replay.run()
    try replay.check()
}

/// Our server session, told by a transcript what to answer and when to open streams.
///
/// A transcript that begins in the midst of a connection gets an Auth on stream 1 in front of it, an id that no agent
/// uses. The server's streams are renumbered, since ours begin with 2.
final class ServerReplay {
    /// What our agent of the preface says of itself.
    private static let interval = TimeAmount.seconds(1)
    private static let tolerance = TimeAmount.seconds(2)

    private let transcript: AgentTranscript
    private let cut: Cut
    private let end: EmbeddedConnection
    private let session: AgentServerSession
    /// The recorded answers to calls of each type, in order.
    private var answers: [StreamType: [JSONObject]] = [:]
    /// Our ids of the transcript's server streams.
    private var ids: [UInt32: UInt32] = [:]
    private var opened: [UInt32: MuxStream] = [:]
    private var visitors: [UInt32: Visitor] = [:]
    private var commandResults: [Result<AgentMessage.Done, CallError>] = []
    private var ended: AgentSessionEnd?
    private let start = NIODeadline.now()

    init(_ transcript: AgentTranscript, _ cut: Cut) throws {
        self.transcript = transcript
        self.cut = cut
        self.end = try EmbeddedConnection(.server)
        var configuration = AgentServerSession.Configuration()
        // Its own heartbeats would come where the transcript has none.
        if !transcript.frames.contains(where: { !$0.isFromAgent && $0.stream_type == StreamType.heartbeat.rawValue }) {
            configuration.heartbeatInterval = nil
        }
        self.session = AgentServerSession(
            connection: self.end.connection,
            configuration: configuration,
            now: self.start
        )
        self.session.delegate = self
        self.answers = try self.recordedAnswers()
    }

    func run() throws {
        try self.sendPreface()
        var pending: [UInt8] = []
        for frame in self.transcript.frames {
            if frame.isFromAgent {
                pending += try frame.bytes(onStream: self.ids[frame.stream] ?? frame.stream)
            } else {
                try self.end.receive(pending, self.cut)
                pending = []
                try self.perform(frame)
            }
        }
        try self.end.receive(pending, self.cut)
    }

    // MARK: - Doing what the recorded server did

    private func sendPreface() throws {
        let isWhole = self.transcript.frames.contains {
            $0.isFromAgent && $0.opens
                && [StreamType.auth.rawValue, StreamType.serverInfo.rawValue].contains($0.stream_type)
        }
        guard !isWhole else { return }
        var auth = AgentMessage.Auth()
        auth.userAgent = self.transcript.client.user_agent ?? ""
        auth.heartbeatInterval = .nanoseconds(Self.interval.nanoseconds)
        auth.heartbeatTolerance = .nanoseconds(Self.tolerance.nanoseconds)
        (auth.stop, auth.restart, auth.update) = (.supported, .supported, .supported)
        var payload = ByteBuffer(integer: StreamType.auth.rawValue)
        auth.json.write(into: &payload)
        var encoder = FrameEncoder()
        encoder.startData(stream: 1, length: payload.readableBytes, flags: .syn)
        encoder.append(payload)
        if self.transcript.frames.first.map({ $0.isFromAgent && !$0.opens && $0.stream == 3 }) ?? false {
            // The transcript shows a heartbeat stream that was opened before.
            encoder.startData(stream: 3, length: 4, flags: .syn)
            encoder.append(ByteBuffer(integer: StreamType.heartbeat.rawValue))
        }
        self.answers[.auth] = [AgentMessage.AuthAnswer(clientID: "preface").json]
        try self.end.receive(Array(encoder.take().readableBytesView), self.cut)
    }

    private func perform(_ frame: AgentTranscript.Frame) throws {
        switch frame.type {
        case "DATA" where frame.opens: try self.open(frame)
        case "DATA":
            guard let stream = self.opened[frame.stream] else { return }
            stream.write(ByteBuffer(bytes: try frame.payload()))
            if frame.ends { stream.finish() }
        case "RST": self.opened[frame.stream]?.abort(MuxErrorCode(rawValue: frame.code ?? 0))
        case "WNDINC": self.opened[frame.stream]?.consumed(frame.increment ?? 0)
        default: break
        }
    }

    private func open(_ frame: AgentTranscript.Frame) throws {
        self.ids[frame.stream] = UInt32(self.ids.count + 1) * 2
        let payload = try frame.payload()
        switch frame.stream_type.flatMap(StreamType.init(rawValue:)) {
        case .proxy: try self.openProxy(frame, payload)
        case .stop: self.session.send(.stop) { [weak self] in self?.commandResults.append($0) }
        case .update:
            let update = AgentMessage.Command.update(version: "", permitMajorVersion: false)
            self.session.send(update) { [weak self] in self?.commandResults.append($0) }
        case .stopTunnel:
            guard let json = try frame.object() else { throw MalformedCase(field: "json") }
            self.session.stopTunnel(try AgentMessage.StopTunnel(json: json))
        case .heartbeat: self.session.tick(now: self.start)
        default: throw ReplayDifference("no server opens streams of type \(frame.stream_type ?? 0)")
        }
    }

    private func openProxy(_ frame: AgentTranscript.Frame, _ payload: [UInt8]) throws {
        var rest = ByteBuffer(bytes: payload.dropFirst(4))
        var reader = ProxyHeaderReader()
        guard let header = try reader.read(from: &rest) else { throw MalformedCase(field: "proxy_header") }
        let visitor = Visitor()
        guard let stream = self.session.openProxy(header: header, first: rest, receiver: visitor) else {
            throw ReplayDifference("no proxied stream can be opened")
        }
        self.opened[frame.stream] = stream
        self.visitors[frame.stream] = visitor
    }

    // MARK: - Comparing

    func check() throws {
        var sent = try ConnectionDigest(frames: self.end.sent())
        sent.streams[1] = nil
        let recorded = try self.recorded(fromAgent: false)
        for id in Set(recorded.streams.keys).union(sent.streams.keys).sorted() {
            try self.compare(id, recorded.streams[id] ?? StreamDigest(), sent.streams[id] ?? StreamDigest())
        }
        try self.checkVisitors()
        try self.checkCommands()
        try self.checkEnd()
    }

    /// What the recorded side said, with our ids.
    private func recorded(fromAgent: Bool) throws -> ConnectionDigest {
        let frames = self.transcript.frames.filter {
            $0.isFromAgent == fromAgent && ["DATA", "RST", "GOAWAY"].contains($0.type)
        }
        return try ConnectionDigest(
            frames: frames.flatMap { try $0.bytes(onStream: self.ids[$0.stream] ?? $0.stream) }
        )
    }

    private func compare(_ id: UInt32, _ recorded: StreamDigest, _ sent: StreamDigest) throws {
        guard recorded.hasEnded == sent.hasEnded, recorded.reset == sent.reset else {
            throw ReplayDifference(
                "stream \(id): FIN \(sent.hasEnded), RST \(String(describing: sent.reset)); recorded FIN "
                    + "\(recorded.hasEnded), RST \(String(describing: recorded.reset))"
            )
        }
        if self.isUnansweredHeartbeat(id) || self.isOwnHeartbeat(recorded.payload) {
            // The recorded server kept silent on purpose, or drew other numbers: ours must have sent whole words.
            guard sent.payload.count >= 4, sent.payload.count.isMultiple(of: 4) else {
                throw ReplayDifference("heartbeats of \(sent.payload.count) bytes on stream \(id)")
            }
            return
        }
        if let recorded = ProxiedPayload(recorded.payload), let sent = ProxiedPayload(sent.payload) {
            guard recorded.header == sent.header else { throw ReplayDifference("stream \(id): header \(sent.header)") }
            let isSame = self.isOverrun(id) ? recorded.rest.starts(with: sent.rest) : recorded.rest == sent.rest
            guard isSame else { throw ReplayDifference("stream \(id): the payload differs") }
            return
        }
        guard recorded.payload == sent.payload || isSameJSON(recorded.payload, sent.payload) else {
            throw ReplayDifference(
                "stream \(id): sent \(String(decoding: sent.payload, as: UTF8.self)), recorded "
                    + String(decoding: recorded.payload, as: UTF8.self)
            )
        }
    }

    /// The recorded server left this heartbeat stream unanswered to see what the agent does.
    private func isUnansweredHeartbeat(_ id: UInt32) -> Bool {
        guard self.transcript.name.hasPrefix("heartbeat-unanswered") else { return false }
        let opening = self.transcript.frames.first { $0.stream == id && $0.opens }
        return opening == nil || opening?.stream_type == StreamType.heartbeat.rawValue
    }

    /// The recorded server sent more than the window allowed, which ours can't be made to do.
    private func isOverrun(_ id: UInt32) -> Bool {
        self.transcript.frames.contains {
            $0.isFromAgent && self.ids[$0.stream] == id && $0.code == MuxErrorCode.flowControl.rawValue
        }
    }

    private func isOwnHeartbeat(_ payload: [UInt8]) -> Bool {
        payload.starts(with: [0xFF, 0xFF, 0xFF, 0xFF])
    }

    private func checkVisitors() throws {
        let recorded = try self.recorded(fromAgent: true)
        for (id, visitor) in self.visitors {
            let expected = recorded.streams[self.ids[id] ?? id] ?? StreamDigest()
            guard visitor.digest == expected else {
                throw ReplayDifference(
                    "the visitor of stream \(id) got \(visitor.digest.payload.count) bytes, FIN "
                        + "\(visitor.digest.hasEnded), RST \(String(describing: visitor.digest.reset)); recorded are "
                        + "\(expected.payload.count) bytes, FIN \(expected.hasEnded)"
                )
            }
        }
    }

    private func checkCommands() throws {
        let types: [StreamType] = [.stop, .restart, .update]
        let commands = self.transcript.frames.filter { frame in
            !frame.isFromAgent && frame.opens && types.contains { $0.rawValue == frame.stream_type }
        }
        guard commands.count == self.commandResults.count else {
            throw ReplayDifference("\(self.commandResults.count) of \(commands.count) commands were answered")
        }
        for (command, result) in zip(commands, self.commandResults) {
            let answer = self.transcript.frames.first {
                $0.isFromAgent && $0.stream == command.stream && $0.json != nil
            }
            let error = answer?.json?["Error"]?.string ?? ""
            switch result {
            case .success where error.isEmpty: break
            case .failure(.refused(let text)) where text.message == error: break
            default: throw ReplayDifference("the command's result is \(result), the answer was \"\(error)\"")
            }
        }
    }

    private func checkEnd() throws {
        let farewell = try self.recorded(fromAgent: true).farewell
        if let farewell {
            guard let ended = self.ended, ended.isGraceful == (farewell == 0), !self.end.isActive else {
                throw ReplayDifference("after GOAWAY \(farewell) the session is \(String(describing: self.ended))")
            }
            return
        }
        guard self.ended == nil else { throw ReplayDifference("the session ended: \(String(describing: self.ended))") }
        // Nothing more comes from this agent, and nothing but the server's own clock tells it so.
        guard self.session.agent?.heartbeatInterval == .nanoseconds(Self.interval.nanoseconds) else { return }
        self.session.tick(now: self.start + .milliseconds(3200))
        guard self.ended == nil else { throw ReplayDifference("the agent was given up too early") }
        self.session.tick(now: self.end.connection.lastReceived + .milliseconds(3301))
        guard self.ended == .silent else { throw ReplayDifference("a silent agent is not noticed") }
    }
}

extension ServerReplay {
    fileprivate func recordedAnswers() throws -> [StreamType: [JSONObject]] {
        var types: [UInt32: StreamType] = [:]
        var answers: [StreamType: [JSONObject]] = [:]
        for frame in self.transcript.frames {
            if frame.isFromAgent {
                if frame.opens { types[frame.stream] = frame.stream_type.flatMap(StreamType.init(rawValue:)) }
            } else if let type = types[frame.stream], let answer = try frame.object() {
                answers[type, default: []].append(answer)
            }
        }
        return answers
    }

    /// Answers as the recorded server did; by our own means where there are some.
    private func answer<Answer>(
        _ type: StreamType,
        _ reply: CallReply<Answer>,
        _ make: (JSONObject) throws -> Answer
    ) {
        guard var recorded = self.answers[type], !recorded.isEmpty else { return }
        let json = recorded.removeFirst()
        self.answers[type] = recorded
        if let error = ErrorText(parsing: json["Error"]?.string ?? "") {
            let code = ErrorCode.all.first { $0.number == error.number } ?? .internalError
            return reply.fail(Failure(code, error.message))
        }
        // An answer that cannot be made is missing later, and the comparison says so.
        if let answer = try? make(json) { reply.succeed(answer) }
    }
}

extension ServerReplay: AgentServerSessionDelegate {
    func session(
        _ session: AgentServerSession,
        authenticate request: AgentMessage.Auth,
        reply: CallReply<AgentMessage.AuthAnswer>
    ) {
        self.answer(.auth, reply) { try AgentMessage.AuthAnswer(json: $0) }
    }

    func session(
        _ session: AgentServerSession,
        bind request: AgentMessage.Bind,
        reply: CallReply<AgentMessage.BindAnswer>
    ) {
        self.answer(.bind, reply) { json in
            var answer = try AgentMessage.BindAnswer(json: json)
            // Not the recorded options: that ours come out the same is the point.
            let (scheme, host, port) = try Self.parts(of: answer.url)
            answer.options = request.options.answered(scheme: scheme, host: host, port: port)
            return answer
        }
    }

    private static func parts(of url: String) throws -> (EndpointScheme, String, UInt16) {
        let parts = url.split(separator: ":", maxSplits: 2)
        guard parts.count >= 2, let scheme = EndpointScheme(rawValue: String(parts[0])) else {
            throw MalformedCase(field: "URL")
        }
        let port = parts.count > 2 ? UInt16(parts[2]) : scheme.defaultPort
        return (scheme, String(parts[1].dropFirst(2)), port ?? 0)
    }

    func session(
        _ session: AgentServerSession,
        unbind request: AgentMessage.Unbind,
        reply: CallReply<AgentMessage.UnbindAnswer>
    ) {
        self.answer(.unbind, reply) { try AgentMessage.UnbindAnswer(json: $0) }
    }

    func session(
        _ session: AgentServerSession,
        startTunnelWithLabel request: AgentMessage.StartTunnelWithLabel,
        reply: CallReply<AgentMessage.LabelAnswer>
    ) {
        self.answer(.startTunnelWithLabel, reply) { try AgentMessage.LabelAnswer(json: $0) }
    }

    func session(
        _ session: AgentServerSession,
        patch request: AgentMessage.PatchTunnelState,
        reply: CallReply<AgentMessage.Done>
    ) {
        self.answer(.patchTunnelState, reply) { try AgentMessage.Done(json: $0) }
    }

    func session(_ session: AgentServerSession, agentIgnores stream: MuxStream) {}
    func sessionMayHaveRoom(_ session: AgentServerSession) {}

    func session(_ session: AgentServerSession, ended how: AgentSessionEnd) {
        self.ended = how
    }
}

/// Whoever a proxied stream is for; gives credit only when the transcript's server does.
private final class Visitor: MuxStreamReceiver {
    var digest = StreamDigest()

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        self.digest.payload += bytes.readableBytesView
    }

    func streamReadComplete(_ stream: MuxStream) {}
    func streamReceivedEnd(_ stream: MuxStream) { self.digest.hasEnded = true }
    func streamReceivedCredit(_ stream: MuxStream) {}
    func streamWritabilityChanged(_ stream: MuxStream) {}
    func stream(_ stream: MuxStream, ended code: MuxErrorCode) { self.digest.reset = code.rawValue }
}
