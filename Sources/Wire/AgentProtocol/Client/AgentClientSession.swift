import JSON
package import Mux
package import NIOCore

/// A session as the agent sees it: authenticates, binds, takes proxied connections and commands, and notices when the
/// server is gone (`spec/agent-protocol.md`).
///
/// Bound to its connection's event loop. It has no timers: its owner calls `tick` about every 250 ms, which is how
/// exact its deadlines are. The owner keeps it; the connection knows it weakly. Dialing, and what to do after the end,
/// is the owner's: see `ReconnectPlan`.
package final class AgentClientSession {
    package struct Configuration: Sendable {
        package var heartbeatInterval = TimeAmount.seconds(3)
        /// Beyond the interval, without an echo, until the server counts as gone.
        package var heartbeatTolerance = TimeAmount.seconds(6)
        /// From a call to its answer. Servers hold answers back for a while rather than refuse (13.6).
        package var callPatience = TimeAmount.seconds(60)
        /// From a stream's SYN to the end of its preamble.
        package var preamblePatience = TimeAmount.seconds(15)

        package init() {}

        package init(heartbeatInterval: TimeAmount, heartbeatTolerance: TimeAmount) {
            self.heartbeatInterval = heartbeatInterval
            self.heartbeatTolerance = heartbeatTolerance
        }
    }

    /// Heartbeat streams that a server may have open.
    static let heartbeatLimit = 4

    package let connection: MuxConnection
    package weak var delegate: (any AgentClientSessionDelegate)?
    let configuration: Configuration
    let commands: IncomingCalls
    private let calls: OutgoingCalls
    private let heartbeat: HeartbeatRequestStream
    private var opening = OpeningStreams()
    private var lingering = LingeringStreams()
    private var echoes = 0
    private var now: NIODeadline
    /// Why we are ending the session; nil while the peer's reason counts.
    private var reason: AgentSessionEnd?

    /// What suits the agent's end of a connection: as many proxied streams as the server likes, and large windows.
    package static var muxConfiguration: MuxConnection.Configuration {
        var configuration = MuxConnection.Configuration.largeWindows
        configuration.maxPeerStreams = 10_240
        return configuration
    }

    /// A session on `connection`, which must be an agent's. Its streams come here from now on.
    package init(
        connection: MuxConnection,
        configuration: Configuration = Configuration(),
        delegate: (any AgentClientSessionDelegate)? = nil,
        now: NIODeadline
    ) {
        self.connection = connection
        self.configuration = configuration
        self.delegate = delegate
        self.now = now
        self.calls = OutgoingCalls(now: now)
        self.commands = IncomingCalls(limits: IncomingCalls.Limits(), now: now)
        self.heartbeat = HeartbeatRequestStream(
            HeartbeatRequester(
                interval: configuration.heartbeatInterval,
                tolerance: configuration.heartbeatTolerance,
                now: now
            ),
            on: connection
        )
        self.commands.delegate = self
        connection.delegate = self
    }

    /// As the last heartbeat measured it; nil before the first echo.
    package var roundTrip: TimeAmount? { self.heartbeat.roundTrip }

    /// Whether the server takes far longer than usual to echo a heartbeat.
    package var isLate: Bool { self.heartbeat.isLate(now: self.now) }

    /// Says who we are: the first call of a session. The heartbeats that it announces are the session's own.
    package func authenticate(
        _ request: AgentMessage.Auth,
        deliver: @escaping (Result<AgentMessage.AuthAnswer, CallError>) -> Void
    ) {
        var request = request
        request.heartbeatInterval = .nanoseconds(self.configuration.heartbeatInterval.nanoseconds)
        request.heartbeatTolerance = .nanoseconds(self.configuration.heartbeatTolerance.nanoseconds)
        self.call(request, deliver: deliver)
    }

    /// Asks the server: `Bind`, `Unbind`, `PatchTunnelState`, `StartTunnelWithLabel`, `ServerInfo`, `Probe`.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - patience: from the call to its answer; nil for that of the configuration.
    ///   - deliver: called once; with `.unanswered` when the session ends before.
    package func call<Request: AgentCall>(
        _ request: Request,
        patience: TimeAmount? = nil,
        deliver: @escaping (Result<Request.Answer, CallError>) -> Void
    ) {
        let call = OutgoingCalls.Request(
            type: Request.streamType,
            json: request.json,
            patience: patience ?? self.configuration.callPatience
        ) { deliver($0.answer()) }
        self.calls.start(call, on: self.connection)
    }

    /// Time has passed: deadlines and heartbeats.
    package func tick(now: NIODeadline) {
        self.now = now
        self.calls.tick(now: now)
        self.commands.tick(now: now)
        self.opening.tick(now: now)
        self.lingering.tick(now: now)
        guard self.connection.isOpen else { return }
        guard self.heartbeat.tick(now: now, nonce: UInt32.random(in: .min ... .max)) else {
            return self.end(.silent, debug: "no heartbeat")
        }
        self.connection.roundTripTime = self.heartbeat.roundTrip
    }

    /// Takes our leave and closes.
    package func disconnect() {
        self.end(.closed, debug: "no error")
    }

    private func end(_ reason: AgentSessionEnd, debug: String) {
        guard self.connection.isOpen else { return }
        self.reason = reason
        self.connection.goAway(.noError, debug: debug)
    }
}

extension AgentClientSession: MuxConnectionDelegate {
    package func muxConnection(
        _ connection: MuxConnection,
        accepted stream: MuxStream
    ) -> (any MuxStreamReceiver)? {
        self.opening.add(stream, until: self.now + self.configuration.preamblePatience)
        return UntypedStream(dispatcher: self)
    }

    package func muxConnection(_ connection: MuxConnection, ended end: MuxEnd) {
        self.delegate?.session(self, ended: self.reason ?? AgentSessionEnd(end))
    }
}

extension AgentClientSession: StreamDispatcher {
    func receiver(of stream: MuxStream, type number: UInt32) -> (any MuxStreamReceiver)? {
        switch StreamType(rawValue: number) {
        case .proxy: ProxiedStreamOpening(session: self)
        case .heartbeat: self.echoReceiver(of: stream)
        case .restart: self.commands.accept(stream, type: .restart)
        case .stop: self.commands.accept(stream, type: .stop)
        case .update: self.commands.accept(stream, type: .update)
        case .stopTunnel: self.commands.accept(stream, type: .stopTunnel)
        case nil, .auth, .bind, .unbind, .startTunnelWithLabel, .serverInfo, .patchTunnelState,
            .probe:
            self.decline(stream)
        }
    }

    /// The receiver for a public connection; the stream is declined where there is none.
    func receiver(of stream: MuxStream, for header: ProxyHeader) -> (any MuxStreamReceiver)? {
        self.delegate?.session(self, accepted: header, on: stream) ?? self.decline(stream)
    }

    /// Ends our side at once, as agents do with what they don't know.
    private func decline(_ stream: MuxStream) -> (any MuxStreamReceiver)? {
        stream.finish()
        self.lingering.add(stream, until: self.now + .seconds(5))
        return nil
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

extension AgentClientSession: IncomingCallsDelegate {
    func incomingCalls(
        _ calls: IncomingCalls,
        received request: Result<JSONObject, MessageError>,
        of call: IncomingCall
    ) {
        do throws(MessageError) {
            let json = try request.get()
            guard let type = call.type else { return calls.answer(call, with: Self.refusal("unknown command")) }
            if let command = try AgentMessage.Command(type: type, json: json) {
                self.delegate?.session(self, received: command, reply: self.reply(to: call))
            } else {
                let stop = try AgentMessage.StopTunnel(json: json)
                calls.dismiss(call)
                self.delegate?.session(self, lost: stop)
            }
        } catch {
            calls.answer(call, with: Self.refusal("the command cannot be read: \(error)"))
        }
    }

    func incomingCalls(_ calls: IncomingCalls, didNotAnswer call: IncomingCall) {
        calls.answer(call, with: Self.refusal("the agent did not answer in time"))
    }

    private static func refusal(_ text: String) -> JSONObject { ["Error": .string(text)] }

    private func reply(to call: IncomingCall) -> CallReply<AgentMessage.Done> {
        CallReply { [weak self, weak call] result in
            guard let self, let call else { return }
            switch result {
            case .success(let done): self.commands.answer(call, with: done.json)
            case .failure(let failure):
                self.commands.answer(call, with: Self.refusal(ErrorText(failure).wireText))
            }
        }
    }
}
