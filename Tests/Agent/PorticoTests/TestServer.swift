import Addressing
import AgentProtocol
import Certificates
import Foundation
import Model
import Mux
import NIOCore
import NIOPosix
import NIOSSL
import Portico
import Synchronization
import TestSupport
import Testing

/// The edge's end of the agent protocol on a loopback port, with TLS: what agents are tested against where no edge is
/// needed.
///
/// It runs on one event loop, so that what its sessions do can be looked at in order.
final class TestServer: Sendable {
    /// What an agent asked of the server, in order.
    enum Asked: Sendable, Equatable {
        case auth(clientID: String, cookie: String, leg: Int)
        case bind(id: String, url: String, token: String, leg: Int)
        case unbind(String)
        case left(AgentSessionEnd)
    }

    /// How the server answers; changed by tests while it runs.
    struct Behaviour: Sendable {
        var authRefusal: Failure?
        var bindRefusal: Failure?
        var legs = 1
        /// What every session is called from now on; nil keeps the name that the agent came with.
        var clientID: String?
        /// Whether Auth is left without an answer.
        var holdsAuth = false
        /// Whether binds are answered only when this is false again.
        var holdsBinds = false
    }

    let authorityPEM: String
    private let tls: NIOSSLContext
    private let loop: any EventLoop
    private let sessions: NIOLoopBoundBox<[TestServerSession]>
    private let state = Mutex(State())
    /// What was asked, as it comes. For one reader.
    let asked: AsyncStream<Asked>
    private let askedContinuation: AsyncStream<Asked>.Continuation

    private struct State {
        var behaviour = Behaviour()
        var listener: (any Channel)?
        var port = 0
        /// So that it can listen there again.
        var heldPort: HeldPort?
        var connections: [any Channel] = []
        var asked: [Asked] = []
        var lastBindID: String?
        /// Of every bind, in order.
        var policies: [String] = []
    }

    /// Its certificate is for these names, and for 127.0.0.1.
    init(named names: [String] = ["edge.localhost", "localhost"]) throws {
        let authority = try LocalAuthority.create()
        let issued = try authority.issue(
            for: names,
            addresses: [IPAddress(parsing: "127.0.0.1")]
        )
        self.authorityPEM = try authority.certificatePEM
        var configuration = try TLSConfiguration.makeServerConfiguration(
            certificateChain: NIOSSLCertificate.fromPEMBytes(Array(issued.certificatePEM.utf8)).map {
                .certificate($0)
            },
            privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(issued.keyPEM.reveal().utf8), format: .pem))
        )
        configuration.minimumTLSVersion = .tlsv12
        self.tls = try NIOSSLContext(configuration: configuration)
        self.loop = MultiThreadedEventLoopGroup.singleton.next()
        self.sessions = NIOLoopBoundBox.makeBoxSendingValue([], eventLoop: self.loop)
        (self.asked, self.askedContinuation) = AsyncStream.makeStream()
    }

    /// Runs `body` with a server that listens, and closes all afterwards.
    static func run(
        named names: [String] = ["edge.localhost", "localhost"],
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let server = try TestServer(named: names)
        try await server.listen()
        do {
            try await body(server)
        } catch {
            try await server.stop()
            throw error
        }
        try await server.stop()
    }

    func behave(_ change: @Sendable (inout Behaviour) -> Void) {
        self.state.withLock { change(&$0.behaviour) }
    }

    var port: Int { self.state.withLock { $0.port } }

    var address: ServerAddress {
        get throws { try ServerAddress("127.0.0.1:\(self.port)") }
    }

    /// Listens on a free port, or on the one that it had before.
    func listen(on host: String = "127.0.0.1") async throws {
        let listener = try await ServerBootstrap(group: self.loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let session = TestServerSession(server: self, loop: channel.eventLoop)
                    self.sessions.value.append(session)
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOSSLServerHandler(context: self.tls),
                        session.session.connection.handler
                    )
                    self.state.withLock { $0.connections.append(channel) }
                }
            }
            .bind(host: host, port: self.port)
            .get()
        self.state.withLock { state in
            state.listener = listener
            state.port = listener.localAddress?.port ?? 0
            if state.heldPort == nil { state.heldPort = HeldPort(state.port) }
        }
    }

    /// Closes the port and cuts every connection, as a process that was killed does.
    func stop() async throws {
        let (listener, connections) = self.state.withLock { state in
            defer {
                state.connections = []
                state.listener = nil
            }
            return (state.listener, state.connections)
        }
        try await listener?.close()
        for connection in connections {
            // It may have been closed by its agent.
            try? await connection.close()
        }
    }

    /// Opens a visitor's connection to the bind, over the leg with this number.
    func visit(
        _ bindID: String,
        from visitor: String = "192.0.2.7:4711",
        first: String = "",
        firstBytes: [UInt8] = [],
        leg: Int = 0
    ) async throws -> Visitor {
        try await self.withSession(leg: leg) { session in
            let (events, continuation) = AsyncStream.makeStream(of: Visitor.Event.self)
            let receiver = VisitorReceiver(continuation)
            let header = ProxyHeader(bindID: bindID, clientAddress: visitor, proto: "tcp")
            let bytes = ByteBuffer(bytes: Array(first.utf8) + firstBytes)
            let stream = session.openProxy(header: header, first: bytes, receiver: receiver)
            guard let stream else { throw NoSession() }
            return Visitor(stream, events, on: self.loop)
        }
    }

    struct NoSession: Error {}

    /// Runs `body` on the event loop with the session of one leg.
    func withSession<Result: Sendable>(
        leg: Int = 0,
        _ body: @escaping @Sendable (AgentServerSession) throws -> Result
    ) async throws -> Result {
        try await self.loop.submit {
            let found = self.sessions.value.last { $0.session.agent?.legNumber == Int64(leg) }
            guard let found else { throw NoSession() }
            return try body(found.session)
        }
        .get()
    }

    /// Waits until the agent has answered a stream of its own: it has seen what was sent before.
    func beat() async throws {
        _ = try await self.visit("nobody").readAll()
    }

    /// Cuts the connection of one leg, without farewell.
    func cut(leg: Int) async throws {
        try await self.withSession(leg: leg) { $0.connection.close() }
    }

    fileprivate var behaviour: Behaviour { self.state.withLock(\.behaviour) }

    fileprivate func note(_ asked: Asked) {
        self.state.withLock { $0.asked.append(asked) }
        self.askedContinuation.yield(asked)
    }

    /// What was asked until now.
    func all() -> [Asked] { self.state.withLock(\.asked) }

    /// Waits until something has been asked that was not waited for before.
    func wait(until isWanted: (Asked) -> Bool) async {
        for await asked in self.asked where isWanted(asked) { return }
    }

    func waitForBind(leg: Int) async {
        await self.wait { asked in
            if case .bind(_, _, _, leg) = asked { true } else { false }
        }
    }

    /// The name of the endpoint that was bound last.
    func lastBindID() throws -> String {
        let id = self.state.withLock(\.lastBindID)
        return try #require(id)
    }

    /// The traffic policies of all binds, in order; empty texts for binds without one.
    func policies() -> [String] { self.state.withLock(\.policies) }

    fileprivate func note(policy: String) {
        self.state.withLock { $0.policies.append(policy) }
    }

    fileprivate func bound(_ id: String) {
        self.state.withLock { $0.lastBindID = id }
    }

    fileprivate func remove(_ session: TestServerSession) {
        self.sessions.value.removeAll { $0 === session }
    }
}

/// One connection of an agent.
private final class TestServerSession: AgentServerSessionDelegate {
    let session: AgentServerSession
    private let server: TestServer
    private var clock: RepeatedTask?
    private var heldBinds: [(AgentMessage.Bind, CallReply<AgentMessage.BindAnswer>)] = []

    init(server: TestServer, loop: any EventLoop) {
        self.server = server
        let configuration = MuxConnection.Configuration()
        self.session = AgentServerSession(
            connection: MuxConnection(role: .server, configuration: configuration),
            now: .now()
        )
        self.session.delegate = self
        let bound = NIOLoopBound(self, eventLoop: loop)
        self.clock = loop.scheduleRepeatedTask(initialDelay: .milliseconds(50), delay: .milliseconds(50)) { _ in
            bound.value.elapsed()
        }
    }

    private func elapsed() {
        self.session.tick(now: .now())
        guard !self.server.behaviour.holdsBinds else { return }
        for (request, reply) in self.heldBinds { self.answer(request, reply) }
        self.heldBinds = []
    }

    private var leg: Int { Int(self.session.agent?.legNumber ?? 0) }

    func session(
        _ session: AgentServerSession,
        authenticate request: AgentMessage.Auth,
        reply: CallReply<AgentMessage.AuthAnswer>
    ) {
        let behaviour = self.server.behaviour
        let leg = Int(request.legNumber)
        self.server.note(.auth(clientID: request.clientID, cookie: request.cookie, leg: leg))
        if let refusal = behaviour.authRefusal { return reply.fail(refusal) }
        guard !behaviour.holdsAuth else { return }
        let known = request.clientID.isEmpty ? "client-1" : request.clientID
        var answer = AgentMessage.AuthAnswer(clientID: behaviour.clientID ?? known)
        answer.cookie = "cookie-1"
        answer.sessionID = "ts_1"
        answer.accountName = "Ada"
        answer.planName = "Test"
        answer.region = "local"
        if behaviour.legs > 1 {
            answer.connectAddresses = (0..<behaviour.legs).map { _ in
                .init(region: "local", address: "127.0.0.1:\(self.server.port)")
            }
        }
        reply.succeed(answer)
    }

    func session(
        _ session: AgentServerSession,
        bind request: AgentMessage.Bind,
        reply: CallReply<AgentMessage.BindAnswer>
    ) {
        self.server.note(policy: request.options.trafficPolicy)
        self.server.note(.bind(id: request.id, url: request.options.url, token: request.token, leg: self.leg))
        if let refusal = self.server.behaviour.bindRefusal { return reply.fail(refusal) }
        guard !self.server.behaviour.holdsBinds else { return self.heldBinds.append((request, reply)) }
        self.answer(request, reply)
    }

    private func answer(_ request: AgentMessage.Bind, _ reply: CallReply<AgentMessage.BindAnswer>) {
        let asked = request.options.url
        let id = request.id.isEmpty ? "bind-\(UInt32.random(in: .min ... .max))" : request.id
        self.server.bound(id)
        reply.succeed(
            AgentMessage.BindAnswer(
                id: id,
                url: asked.hasSuffix("://") ? asked + "random.example" : asked,
                proto: request.proto,
                options: request.options,
                token: request.token.isEmpty ? "token-of-\(id)" : request.token,
                tunnelID: "tn_1"
            )
        )
    }

    func session(
        _ session: AgentServerSession,
        unbind request: AgentMessage.Unbind,
        reply: CallReply<AgentMessage.UnbindAnswer>
    ) {
        self.server.note(.unbind(request.id))
        reply.succeed(AgentMessage.UnbindAnswer())
    }

    func session(
        _ session: AgentServerSession,
        startTunnelWithLabel request: AgentMessage.StartTunnelWithLabel,
        reply: CallReply<AgentMessage.LabelAnswer>
    ) {
        reply.fail(Failure(.labelsUnavailable, "No labels here."))
    }

    func session(
        _ session: AgentServerSession,
        patch request: AgentMessage.PatchTunnelState,
        reply: CallReply<AgentMessage.Done>
    ) {
        reply.succeed(AgentMessage.Done())
    }

    func session(_ session: AgentServerSession, agentIgnores stream: MuxStream) {
        stream.abort(.streamCancelled)
    }

    func sessionMayHaveRoom(_ session: AgentServerSession) {}

    func session(_ session: AgentServerSession, ended how: AgentSessionEnd) {
        self.clock?.cancel()
        self.server.note(.left(how))
        self.server.remove(self)
    }
}
