import AgentProtocol
import Model
import Mux
import NIOCore

/// One connection of a session to the edge. Bound to its channel's event loop; `LegHandle` is its face to tasks.
///
/// It runs the session's clock, hands proxied streams to the endpoints that they are for, and reports the rest.
final class Leg {
    /// What happens on a leg that its owner must know.
    enum Event: Sendable {
        case latency(Duration)
        /// The edge takes far longer than usual to echo a heartbeat; false: it has come after all.
        case late(Bool)
        /// Answered with consent.
        case command(Agent.RemoteCommand)
        case stopTunnel(AgentMessage.StopTunnel)
        /// The last event.
        case ended(AgentSessionEnd)
    }

    /// How exact deadlines and heartbeats are.
    private static let tick = TimeAmount.milliseconds(250)

    private let channel: any Channel
    private let session: AgentClientSession
    private let commands: Set<Agent.RemoteCommand.Kind>
    private let events: AsyncStream<Event>.Continuation
    private var clock: RepeatedTask?
    private var acceptors: [String: StreamAcceptor] = [:]
    /// Streams whose preamble has had no credit. It goes out with the tick at the latest, so that the edge sees that
    /// somebody is here even where the upstream takes its time (`spec/agent-protocol.md` 11.1).
    private var unacknowledged: [MuxStream] = []
    private var latency: TimeAmount?
    private var isLate = false

    /// A leg on a channel whose TLS handshake is done. Its handler has to be added to the pipeline.
    init(
        on channel: any Channel,
        heartbeats: AgentClientSession.Configuration,
        commands: Set<Agent.RemoteCommand.Kind>,
        events: AsyncStream<Event>.Continuation
    ) {
        self.channel = channel
        self.commands = commands
        self.events = events
        let connection = MuxConnection(role: .agent, configuration: AgentClientSession.muxConfiguration)
        self.session = AgentClientSession(connection: connection, configuration: heartbeats, now: .now())
        self.session.delegate = self
    }

    var handler: MuxHandler { self.session.connection.handler }

    /// Starts the clock; after the handler was added.
    func start() {
        let bound = NIOLoopBound(self, eventLoop: self.channel.eventLoop)
        self.clock = self.channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.tick) { _ in
            bound.value.elapsed()
        }
    }

    func authenticate(
        _ request: AgentMessage.Auth,
        deliver: @escaping (Result<AgentMessage.AuthAnswer, CallError>) -> Void
    ) {
        self.session.authenticate(request, deliver: deliver)
    }

    /// Asks the edge about itself, which it answers to strangers too.
    func serverInfo(deliver: @escaping (Result<AgentMessage.ServerInfoAnswer, CallError>) -> Void) {
        self.session.call(AgentMessage.ServerInfo(), deliver: deliver)
    }

    /// Binds, and sends the endpoint's streams to `target` from the moment that the edge has agreed.
    func bind(
        _ request: AgentMessage.Bind,
        to target: StreamTarget,
        deliver: @escaping (Result<AgentMessage.BindAnswer, CallError>) -> Void
    ) {
        self.session.call(request) { [weak self] result in
            if let self, case .success(let answer) = result {
                // On a rebind the id is the one that we asked for, whatever the answer says.
                let id = request.id.isEmpty ? answer.id : request.id
                self.acceptors[id] = target.acceptor(on: self.channel.eventLoop)
            }
            deliver(result)
        }
    }

    /// Asks the edge whether data flows to these binds.
    func probe(
        _ ids: [String],
        patience: TimeAmount,
        deliver: @escaping (Result<AgentMessage.ProbeAnswer, CallError>) -> Void
    ) {
        self.session.call(AgentMessage.Probe(ids: ids), patience: patience, deliver: deliver)
    }

    func unbind(_ id: String, deliver: @escaping (Result<AgentMessage.UnbindAnswer, CallError>) -> Void) {
        self.session.call(AgentMessage.Unbind(id: id)) { [weak self] result in
            self?.forget(id)
            deliver(result)
        }
    }

    /// Declines streams for this bind from now on.
    func forget(_ id: String) {
        self.acceptors[id] = nil
    }

    /// Takes leave of the edge and closes.
    func disconnect() {
        self.session.disconnect()
    }

    /// Closes without a word: the edge has another leg in place of this one.
    func abandon() {
        self.channel.close(promise: nil)
    }

    private func elapsed() {
        self.session.tick(now: .now())
        for stream in self.unacknowledged where !stream.isClosed { stream.acknowledge() }
        self.unacknowledged.removeAll(keepingCapacity: true)
        if self.session.isLate != self.isLate {
            self.isLate.toggle()
            self.events.yield(.late(self.isLate))
        }
        guard let latency = self.session.roundTrip, latency != self.latency else { return }
        self.latency = latency
        self.events.yield(.latency(.nanoseconds(latency.nanoseconds)))
    }
}

extension Leg: AgentClientSessionDelegate {
    func session(
        _ session: AgentClientSession,
        accepted header: ProxyHeader,
        on stream: MuxStream
    ) -> (any MuxStreamReceiver)? {
        guard let acceptor = self.acceptors[header.bindID] else { return nil }
        self.unacknowledged.append(stream)
        return acceptor.accept(header, on: stream)
    }

    func session(
        _ session: AgentClientSession,
        received command: AgentMessage.Command,
        reply: CallReply<AgentMessage.Done>
    ) {
        let command = Agent.RemoteCommand(command)
        guard self.commands.contains(command.kind) else {
            return reply.fail(Failure(.featureUnavailable, command.kind.refusal))
        }
        reply.succeed(AgentMessage.Done())
        self.events.yield(.command(command))
    }

    func session(_ session: AgentClientSession, lost stop: AgentMessage.StopTunnel) {
        self.forget(stop.id)
        self.events.yield(.stopTunnel(stop))
    }

    func session(_ session: AgentClientSession, ended how: AgentSessionEnd) {
        self.clock?.cancel()
        self.clock = nil
        self.acceptors = [:]
        self.unacknowledged = []
        self.events.yield(.ended(how))
        self.events.finish()
    }
}

extension Agent.RemoteCommand {
    init(_ command: AgentMessage.Command) {
        switch command {
        case .stop: self = .stop
        case .restart: self = .restart
        case .update(let version, _): self = .update(version: version.isEmpty ? nil : version)
        }
    }
}

extension Agent.RemoteCommand.Kind {
    /// Why an agent does not do it, for whoever asks.
    var refusal: String {
        switch self {
        case .stop: "This agent does not let itself be stopped from the edge."
        case .restart: "This agent does not let itself be restarted from the edge."
        case .update: "This agent does not update itself."
        }
    }
}
