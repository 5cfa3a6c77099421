import JSON
import Addressing
import AgentProtocol
import Model
import Mux
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

/// A link in memory between an agent's connection and a server's, which cuts what it carries.
final class Link {
    let agent = MuxConnection(role: .agent, configuration: AgentClientSession.muxConfiguration)
    let server = MuxConnection(role: .server)
    private let agentChannel: EmbeddedChannel
    private let serverChannel: EmbeddedChannel
    private var random: SeededGenerator
    private let limit: Int

    /// A link whose cuts are drawn from `seed`; nil carries everything in one piece.
    init(seed: UInt64? = nil) throws {
        self.random = SeededGenerator(seed: seed ?? 0)
        self.limit = seed == nil ? .max : [1, 7, 300, 20_000].randomElement(using: &self.random) ?? 1
        self.agentChannel = EmbeddedChannel(handler: self.agent.handler)
        self.serverChannel = EmbeddedChannel(handler: self.server.handler)
        try self.agentChannel.connect(to: SocketAddress(unixDomainSocketPath: "/edge")).wait()
        try self.serverChannel.connect(to: SocketAddress(unixDomainSocketPath: "/agent")).wait()
    }

    var isAgentConnected: Bool { self.agentChannel.isActive }
    var isServerConnected: Bool { self.serverChannel.isActive }

    /// Carries until nothing is under way.
    func settle() throws {
        while try self.carry(from: self.agentChannel, to: self.serverChannel)
            || self.carry(from: self.serverChannel, to: self.agentChannel)
        {}
    }

    /// Breaks the link without farewell.
    func cut() throws {
        for channel in [self.agentChannel, self.serverChannel] {
            _ = try channel.finish(acceptAlreadyClosed: true)
        }
    }

    private func carry(from source: EmbeddedChannel, to sink: EmbeddedChannel) throws -> Bool {
        source.embeddedEventLoop.run()
        var bytes: [UInt8] = []
        while let buffer = try source.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
        for piece in self.pieces(of: bytes) where sink.isActive {
            try sink.writeInbound(ByteBuffer(bytes: piece))
        }
        return !bytes.isEmpty
    }

    private func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        guard self.limit < .max else { return bytes.isEmpty ? [] : [bytes] }
        // Bulk is cut less finely, so that a test of megabytes ends.
        let pieces = self.random.pieces(of: Array(bytes.prefix(4096)), atMost: self.limit)
        return pieces + (bytes.count > 4096 ? [Array(bytes.dropFirst(4096))] : [])
    }
}

/// Notes what comes on a stream, and gives credit for it unless told not to.
final class Recorder: MuxStreamReceiver {
    var bytes: [UInt8] = []
    var hasEnded = false
    var reset: MuxErrorCode?
    var consumes = true

    var text: String { String(decoding: self.bytes, as: UTF8.self) }
    /// The JSON that has come.
    var json: JSONObject? { try? JSONObject(message: ByteBuffer(bytes: self.bytes)) }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        self.bytes += bytes.readableBytesView
        if self.consumes { stream.consumed(bytes.readableBytes) }
    }

    func streamReadComplete(_ stream: MuxStream) {}
    func streamReceivedEnd(_ stream: MuxStream) { self.hasEnded = true }
    func streamReceivedCredit(_ stream: MuxStream) {}
    func streamWritabilityChanged(_ stream: MuxStream) {}
    func stream(_ stream: MuxStream, ended code: MuxErrorCode) { self.reset = code }
}

/// Takes every stream of the peer and notes what comes on it.
final class RawPeer: MuxConnectionDelegate {
    var streams: [MuxStream] = []
    var recorders: [Recorder] = []
    var ended: MuxEnd?

    func muxConnection(_ connection: MuxConnection, accepted stream: MuxStream) -> (any MuxStreamReceiver)? {
        let recorder = Recorder()
        self.streams.append(stream)
        self.recorders.append(recorder)
        return recorder
    }

    func muxConnection(_ connection: MuxConnection, ended end: MuxEnd) {
        self.ended = end
    }
}

extension MuxConnection {
    /// Opens a stream of `type` with `text` behind the type.
    func open(_ type: StreamType, _ text: String = "") throws -> (stream: MuxStream, recorder: Recorder) {
        try self.open(type.rawValue, text)
    }

    func open(_ type: UInt32, _ text: String = "") throws -> (stream: MuxStream, recorder: Recorder) {
        var first = ByteBuffer(integer: type)
        first.writeString(text)
        let recorder = Recorder()
        return (try #require(self.open(receiver: recorder, first: first)), recorder)
    }
}

/// The edge behind a server session: notes what it is asked, and answers as told.
final class Edge: AgentServerSessionDelegate {
    var auths: [(request: AgentMessage.Auth, reply: CallReply<AgentMessage.AuthAnswer>)] = []
    var binds: [(request: AgentMessage.Bind, reply: CallReply<AgentMessage.BindAnswer>)] = []
    var unbinds: [AgentMessage.Unbind] = []
    var patches: [AgentMessage.PatchTunnelState] = []
    var ignored: [MuxStream] = []
    var rooms = 0
    var ended: AgentSessionEnd?
    /// Answers Auth and Bind at once; otherwise the test does.
    var answers = true

    func session(
        _ session: AgentServerSession,
        authenticate request: AgentMessage.Auth,
        reply: CallReply<AgentMessage.AuthAnswer>
    ) {
        self.auths.append((request, reply))
        guard self.answers else { return }
        if request.authtoken.reveal().isEmpty {
            reply.fail(Failure(.authtokenMissing, "No token."))
        } else {
            reply.succeed(AgentMessage.AuthAnswer(clientID: "c1"))
        }
    }

    func session(
        _ session: AgentServerSession,
        bind request: AgentMessage.Bind,
        reply: CallReply<AgentMessage.BindAnswer>
    ) {
        self.binds.append((request, reply))
        if self.answers { reply.succeed(Self.answer(to: request)) }
    }

    static func answer(to request: AgentMessage.Bind) -> AgentMessage.BindAnswer {
        AgentMessage.BindAnswer(
            id: request.id.isEmpty ? "b1" : request.id,
            url: "https://demo.test",
            proto: request.proto,
            options: request.options.answered(scheme: .https, host: "demo.test", port: 443),
            token: "t1",
            tunnelID: "tn_1"
        )
    }

    func session(
        _ session: AgentServerSession,
        unbind request: AgentMessage.Unbind,
        reply: CallReply<AgentMessage.UnbindAnswer>
    ) {
        self.unbinds.append(request)
        if self.unbinds.count(where: { $0.id == request.id }) > 1 {
            reply.fail(Failure(.endpointUnknown, "Not here."))
        } else {
            reply.succeed(AgentMessage.UnbindAnswer())
        }
    }

    func session(
        _ session: AgentServerSession,
        startTunnelWithLabel request: AgentMessage.StartTunnelWithLabel,
        reply: CallReply<AgentMessage.LabelAnswer>
    ) {
        reply.fail(Failure(.labelsUnavailable, "No labels."))
    }

    func session(
        _ session: AgentServerSession,
        patch request: AgentMessage.PatchTunnelState,
        reply: CallReply<AgentMessage.Done>
    ) {
        self.patches.append(request)
        reply.succeed(AgentMessage.Done())
    }

    func session(_ session: AgentServerSession, agentIgnores stream: MuxStream) { self.ignored.append(stream) }
    func sessionMayHaveRoom(_ session: AgentServerSession) { self.rooms += 1 }
    func session(_ session: AgentServerSession, ended how: AgentSessionEnd) { self.ended = how }
}

/// A server session, and a peer that says whatever a test wants.
final class ServerFixture {
    let link: Link
    let edge = Edge()
    let session: AgentServerSession
    let agent = RawPeer()
    let start = NIODeadline.now()

    init(seed: UInt64? = nil) throws {
        self.link = try Link(seed: seed)
        var configuration = AgentServerSession.Configuration()
        configuration.heartbeatInterval = nil
        configuration.region = "here"
        self.session = AgentServerSession(
            connection: self.link.server,
            configuration: configuration,
            delegate: self.edge,
            now: self.start
        )
        self.link.agent.delegate = self.agent
    }

    /// Calls, and carries until all is quiet.
    @discardableResult
    func call(_ type: StreamType, _ text: String) throws -> (stream: MuxStream, recorder: Recorder) {
        let call = try self.link.agent.open(type, text)
        try self.link.settle()
        return call
    }

    /// Authenticates as an agent of the given user agent.
    func authenticate(_ userAgent: String = "ngrok-rust/0.18.0", interval: Int64 = 10, tolerance: Int64 = 15) throws {
        var auth = AgentMessage.Auth()
        auth.authtoken = Secret("token")
        auth.userAgent = userAgent
        auth.heartbeatInterval = .seconds(interval)
        auth.heartbeatTolerance = .seconds(tolerance)
        (auth.stop, auth.update) = (.supported, .unsupported("not now"))
        let call = try self.call(.auth, JSONValue.object(auth.json).text)
        try #require(call.recorder.json?["Error"] == "")
    }

    func openProxy(_ bindID: String = "b1", _ first: String = "") -> (stream: MuxStream?, recorder: Recorder) {
        let recorder = Recorder()
        let header = ProxyHeader(bindID: bindID, clientAddress: "192.0.2.1:5", proto: "https")
        return (
            self.session.openProxy(header: header, first: ByteBuffer(string: first), receiver: recorder), recorder
        )
    }
}
