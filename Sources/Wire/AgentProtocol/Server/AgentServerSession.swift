package import Mux
package import NIOCore

/// An agent's session as the server sees it: answers its calls and heartbeats, opens proxied streams to it, gives it
/// commands, and notices when it is gone (`spec/agent-protocol.md`).
///
/// Bound to its connection's event loop. It has no timers: its owner calls `tick` about every 250 ms, which is how
/// exact its deadlines are. The owner keeps it; the connection knows it weakly.
package final class AgentServerSession {
    package struct Configuration: Sendable {
        /// What SrvInfo answers, before anyone has said who they are.
        package var region = "local"
        /// Between our own heartbeats, which measure the round trip and conclude nothing; nil for none.
        package var heartbeatInterval: TimeAmount? = .seconds(10)
        /// From a proxied stream to the first sign of its agent.
        package var proxyPatience = TimeAmount.seconds(5)
        /// From a command to its answer.
        package var commandPatience = TimeAmount.seconds(10)

        package init() {}
    }

    /// Heartbeat streams that an agent may have open.
    static let heartbeatLimit = 4
    /// Calls that may be under way before Auth has succeeded: nobody needs more, and all cost memory.
    static let strangerCallLimit = 8
    /// From a stream's SYN to its type.
    static let typePatience = TimeAmount.seconds(15)

    package let connection: MuxConnection
    package weak var delegate: (any AgentServerSessionDelegate)?
    package internal(set) var state: State
    /// What the agent said of itself; nil before Auth.
    package internal(set) var agent: AgentMessage.Auth?
    let configuration: Configuration
    let calls: IncomingCalls
    let commands: OutgoingCalls
    var proxied = ProxiedStreams()
    var opening = OpeningStreams()
    var now: NIODeadline
    var echoes = 0
    /// The probes that are under way; nil for none.
    var probes: ProbeRound?
    /// Somebody was told that there is no room for a proxied stream.
    var isRoomAwaited = false
    private var heartbeat: HeartbeatRequestStream?
    /// Why we are ending the session; nil while the peer's reason counts.
    private var reason: AgentSessionEnd?

    /// A session on `connection`, which must be a server's. Its streams come here from now on.
    package init(
        connection: MuxConnection,
        configuration: Configuration = Configuration(),
        delegate: (any AgentServerSessionDelegate)? = nil,
        now: NIODeadline
    ) {
        self.connection = connection
        self.configuration = configuration
        self.delegate = delegate
        self.now = now
        self.state = State(now: now)
        self.calls = IncomingCalls(limits: IncomingCalls.Limits(), now: now)
        self.commands = OutgoingCalls(now: now)
        self.calls.delegate = self
        connection.delegate = self
    }

    /// The family of the agent; the narrowest before it has said who it is.
    package var agentKind: AgentKind { self.proxied.kind }

    /// Whether TCP_QUICKACK should be set after each read.
    package var needsQuickAck: Bool { self.agentKind.needsQuickAck }

    /// As our last heartbeat measured it; nil before the first echo.
    package var roundTrip: TimeAmount? { self.heartbeat?.roundTrip }

    /// Proxied streams that are open, as of the last tick.
    package var proxiedStreams: Int { self.proxied.open }

    /// Time has passed: deadlines, heartbeats, room for streams.
    package func tick(now: NIODeadline) {
        self.now = now
        self.reviewProxied()
        self.calls.tick(now: now)
        self.commands.tick(now: now)
        self.opening.tick(now: now)
        if self.probes?.tick(now: now) == true { self.probes = nil }
        self.beat()
        let end = self.state.elapsed(
            now: now,
            lastReceived: self.connection.lastReceived,
            openProxied: self.proxied.open
        )
        if let end { self.end(end) }
    }

    /// Opens no more proxied streams, refuses binds so that agents ask again elsewhere, and ends the session when its
    /// proxied streams are done, at the latest at `deadline`.
    package func drain(until deadline: NIODeadline) {
        self.state.drain(until: deadline)
    }

    /// Ends the session with a farewell.
    package func close(_ debug: String = "closed by the server") {
        self.end(.closed, debug: debug)
    }

    func agentIsKnown(_ agent: AgentMessage.Auth) {
        self.agent = agent
        self.proxied.kind = AgentKind(userAgent: agent.userAgent)
        self.state.introduced(
            heartbeats: SilenceDeadline(
                interval: agent.heartbeatInterval,
                tolerance: agent.heartbeatTolerance,
                isExact: self.agentKind == .portico
            )
        )
        if self.agentKind.takesLargeWindows {
            let large = MuxConnection.Configuration.largeWindows
            self.connection.configuration.growsWindows = large.growsWindows
            self.connection.configuration.maxReceiveWindow = large.maxReceiveWindow
        }
    }

    private func end(_ end: AgentSessionEnd, debug: String? = nil) {
        guard self.connection.isOpen else { return }
        self.reason = end
        // A peer that is gone reads no farewell, and would keep the channel until it has.
        if end == .silent {
            self.connection.close()
        } else {
            self.connection.goAway(.noError, debug: debug ?? "\(end)")
        }
    }

    private func beat() {
        guard self.state.isAuthenticated, let heartbeat = self.heartbeat ?? self.makeHeartbeat() else { return }
        self.heartbeat = heartbeat
        _ = heartbeat.tick(now: self.now, nonce: UInt32.random(in: .min ... .max))
        self.connection.roundTripTime = heartbeat.roundTrip
    }

    private func makeHeartbeat() -> HeartbeatRequestStream? {
        self.configuration.heartbeatInterval.map { interval in
            HeartbeatRequestStream(
                HeartbeatRequester(interval: interval, tolerance: nil, now: self.now),
                on: self.connection
            )
        }
    }

    private func reviewProxied() {
        let ignored = self.proxied.review(now: self.now, patience: self.configuration.proxyPatience)
        for stream in ignored { self.delegate?.session(self, agentIgnores: stream) }
        if !ignored.isEmpty, self.state.isWedged(now: self.now, lastReceived: self.connection.lastReceived) {
            self.end(.silent)
        }
        guard self.isRoomAwaited, self.state.phase == .active else { return }
        self.isRoomAwaited = false
        self.delegate?.sessionMayHaveRoom(self)
    }
}

extension AgentServerSession: MuxConnectionDelegate {
    package func muxConnection(
        _ connection: MuxConnection,
        accepted stream: MuxStream
    ) -> (any MuxStreamReceiver)? {
        guard self.state.isAccepting else { return nil }
        self.opening.add(stream, until: self.now + Self.typePatience)
        return UntypedStream(dispatcher: self)
    }

    package func muxConnection(_ connection: MuxConnection, ended end: MuxEnd) {
        self.state.ended()
        self.delegate?.session(self, ended: self.reason ?? AgentSessionEnd(end))
    }
}

extension AgentServerSession: StreamDispatcher {
    func receiver(of stream: MuxStream, type number: UInt32) -> (any MuxStreamReceiver)? {
        let type = StreamType(rawValue: number)
        switch self.state.admit(type) {
        case .reset:
            stream.reset(.streamRefused)
            return nil
        case .serve where type == .heartbeat: return self.echoReceiver(of: stream)
        case .serve where !self.state.isAuthenticated && self.calls.count >= Self.strangerCallLimit:
            stream.reset(.streamRefused)
            return nil
        // What a server opens is as strange from an agent as an unknown number.
        case .serve, .refuseForDraining: return self.calls.accept(stream, type: type?.opener == .agent ? type : nil)
        }
    }

    private func echoReceiver(of stream: MuxStream) -> (any MuxStreamReceiver)? {
        guard self.echoes < Self.heartbeatLimit else {
            stream.reset(.enhanceYourCalm)
            return nil
        }
        self.echoes += 1
        stream.isUrgent = true
        return HeartbeatEchoStream { [weak self] in self?.echoes -= 1 }
    }
}
