import AgentProtocol
import EdgeLink
import Logging
import Model
import Mux
import NIOCore
import NIOEmbedded

@testable import Sessions

/// An agent that is connected to an edge's loop: our own session at the other end of a wire in memory.
final class ConnectedAgent: Sendable {
    final class Parts {
        let connection: AgentConnection
        let session: AgentClientSession
        let upstream: AgentUpstream
        let wires: (edge: Wire, agent: Wire)

        init(
            connection: AgentConnection,
            session: AgentClientSession,
            upstream: AgentUpstream,
            wires: (edge: Wire, agent: Wire)
        ) {
            self.connection = connection
            self.session = session
            self.upstream = upstream
            self.wires = wires
        }
    }

    let id: ConnectionID
    let edgeChannel: NIOAsyncTestingChannel
    private let loop: NIOAsyncTestingEventLoop
    private let parts: NIOLoopBound<Parts>

    /// Connects an agent to `edge`, without a word yet.
    init(to edge: EdgeLoop, control: FakeControl) async throws {
        let loop = edge.loop
        let (edgeChannel, agentChannel) = (NIOAsyncTestingChannel(loop: loop), NIOAsyncTestingChannel(loop: loop))
        self.parts = try await edge.perform { parts in
            let connection = AgentConnection(
                agents: parts.agents,
                proxyLoop: parts.proxyLoop,
                control: control,
                remoteAddress: .documentation(9, port: 4000),
                connectHost: "connect.test",
                region: "here",
                logger: Logger(label: "edge") { _ in SwiftLogNoOpLogHandler() }
            )
            try connection.install(in: edgeChannel)
            let upstream = AgentUpstream()
            let session = AgentClientSession(
                connection: MuxConnection(role: .agent, configuration: AgentClientSession.muxConfiguration),
                delegate: upstream,
                now: .now()
            )
            try agentChannel.pipeline.syncOperations.addHandler(session.connection.handler)
            let (edgeWire, agentWire) = Wire.pair()
            try edgeChannel.pipeline.syncOperations.addHandler(edgeWire, position: .first)
            try agentChannel.pipeline.syncOperations.addHandler(agentWire, position: .first)
            return NIOLoopBound(
                Parts(
                    connection: connection,
                    session: session,
                    upstream: upstream,
                    wires: (edge: edgeWire, agent: agentWire)
                ),
                eventLoop: loop
            )
        }
        self.loop = loop
        self.edgeChannel = edgeChannel
        let parts = self.parts
        self.id = try await loop.executeInContext { parts.value.connection.id }
        try await edgeChannel.connect(to: SocketAddress(unixDomainSocketPath: "/agent")).get()
        try await agentChannel.connect(to: SocketAddress(unixDomainSocketPath: "/edge")).get()
    }

    /// Connects an agent, and has it serve the bind `b1`.
    static func serving(_ edge: EdgeLoop, control: FakeControl? = nil) async throws -> ConnectedAgent {
        let agent = try await ConnectedAgent(to: edge, control: control ?? FakeControl())
        _ = try await agent.authenticate().get()
        _ = try await agent.bind().get()
        return agent
    }

    /// Runs `body` on the agent's loop, and then what that has put there.
    func perform<Result: Sendable>(_ body: @escaping @Sendable (Parts) throws -> Result) async throws -> Result {
        let parts = self.parts
        let result = try await self.loop.executeInContext { try body(parts.value) }
        await self.loop.run()
        return result
    }

    func authenticate(
        token: String = "token",
        userAgent: String = "portico/1.0"
    ) async -> Result<AgentMessage.AuthAnswer, CallError> {
        let parts = self.parts
        return await withCheckedContinuation { continuation in
            self.loop.execute {
                var auth = AgentMessage.Auth()
                auth.authtoken = Secret(token)
                auth.userAgent = userAgent
                parts.value.session.authenticate(auth) { continuation.resume(returning: $0) }
            }
        }
    }

    func bind(_ id: String = "", proto: String = "https") async -> Result<AgentMessage.BindAnswer, CallError> {
        var bind = AgentMessage.Bind()
        bind.id = id
        bind.proto = proto
        return await self.call(bind)
    }

    func call<Request: AgentCall>(_ request: Request) async -> Result<Request.Answer, CallError> {
        let parts = self.parts
        return await withCheckedContinuation { continuation in
            self.loop.execute { parts.value.session.call(request) { continuation.resume(returning: $0) } }
        }
    }
}

/// What stands behind the agent, for every stream.
final class AgentUpstream: AgentClientSessionDelegate, MuxStreamReceiver {
    enum Manner {
        /// Gives back each byte, and ends when the visitor does.
        case echo
        /// Answers the first bytes with so many of its own.
        case pour(Int)
        /// Takes nothing of what comes.
        case stall
    }

    var manner = Manner.echo
    var headers: [ProxyHeader] = []
    var streams: [MuxStream] = []
    var lost: [AgentMessage.StopTunnel] = []

    func session(
        _ session: AgentClientSession,
        accepted header: ProxyHeader,
        on stream: MuxStream
    ) -> (any MuxStreamReceiver)? {
        self.headers.append(header)
        self.streams.append(stream)
        return self
    }

    func session(
        _ session: AgentClientSession,
        received command: AgentMessage.Command,
        reply: CallReply<AgentMessage.Done>
    ) {
        reply.succeed(.init())
    }

    func session(_ session: AgentClientSession, lost stop: AgentMessage.StopTunnel) { self.lost.append(stop) }
    func session(_ session: AgentClientSession, ended how: AgentSessionEnd) {}

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        switch self.manner {
        case .echo:
            stream.write(bytes)
            stream.consumed(bytes.readableBytes)
        case .pour(let count):
            stream.consumed(bytes.readableBytes)
            stream.write(ByteBuffer(repeating: UInt8(ascii: "a"), count: count))
            self.manner = .echo
        case .stall: break
        }
    }

    func streamReadComplete(_ stream: MuxStream) {}
    func streamReceivedEnd(_ stream: MuxStream) { stream.finish() }
    func streamReceivedCredit(_ stream: MuxStream) {}
    func streamWritabilityChanged(_ stream: MuxStream) {}
    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {}
}
