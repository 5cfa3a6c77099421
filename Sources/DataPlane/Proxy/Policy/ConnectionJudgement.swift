import Addressing
import EdgeLink
import Expression
import Model
package import NIOCore
package import PolicyEngine
import Routing
import TrafficPolicy

/// That a connection has passed an endpoint's rules for connections, and what they left for those that run later on its
/// requests.
package struct ConnectionJudgement {
    let gate: EndpointGate
    let policy: PolicyEngine.Exchange

    /// How its TLS is to end, where the rules have said so and the handshake has not begun, which it does now.
    package func beginHandshake() -> TLSTermination? { self.policy.connection.beginHandshake() }

    /// The handshake of the connection is done; `visitor` knows what came of it.
    package func handshakeEnded(of visitor: Visitor, warnings: [String] = []) {
        if let facts = visitor.tls?() { self.policy.connection.tls = facts }
        self.policy.connection.noteHandshake()
        self.policy.handshakeEnded(warnings: warnings)
    }
}

/// What the rules of one endpoint for connections say.
enum ConnectionOutcome {
    case passes(ConnectionJudgement)
    /// It goes on at an internal endpoint.
    case forwards(ForwardedConnection)
    /// The rules have asked what its handshake agrees on.
    case waits(WaitingConnection)
    /// It is to be closed.
    case refused
}

/// A connection whose rules go on when its handshake is done. Whoever waits for them holds it.
package struct WaitingConnection {
    let gate: EndpointGate
    let policy: PolicyEngine.Exchange
    let host: ConnectionHost

    /// Calls `body` with what the rules say, once.
    func whenThrough(_ body: @escaping (ConnectionOutcome) -> Void) {
        let (policy, gate) = (self.policy, self.gate)
        self.host.whenEnded = { host, outcome in body(ConnectionOutcome(outcome, policy, host, at: gate)) }
    }

    /// The same for a connection over which requests come: those are forwarded, not what brings them.
    package func whenThrough(in environment: PolicyEnvironment, _ body: @escaping (ConnectionVerdict) -> Void) {
        let refused = ConnectionJudgement(gate: self.gate, policy: self.policy)
        self.whenThrough { outcome in
            guard case .passes(let judgement) = outcome else {
                refused.report(in: environment)
                body(.refused)
                return
            }
            body(.passes(judgement))
        }
    }
}

/// A connection that a policy has forwarded, and how the policy goes on where that fails.
struct ForwardedConnection {
    let target: ForwardTarget
    let policy: PolicyEngine.Exchange
    let host: ConnectionHost

    var account: ResourceID<AccountKind> { self.policy.endpoint.account }

    /// What the policy says now that its target has not taken the connection.
    func failed(_ failure: Failure, at gate: EndpointGate) -> ConnectionOutcome {
        .init(self.policy.forwardFailed(failure, of: self.target), self.policy, self.host, at: gate)
    }
}

extension ConnectionOutcome {
    /// Nothing but the handshake is waited for in this phase; what waits for something else does so behind it.
    init(
        _ outcome: PhaseOutcome?,
        _ policy: PolicyEngine.Exchange,
        _ host: ConnectionHost,
        at gate: EndpointGate
    ) {
        switch outcome {
        case .proceed: self = .passes(ConnectionJudgement(gate: gate, policy: policy))
        case .forward(let target): self = .forwards(ForwardedConnection(target: target, policy: policy, host: host))
        case nil: self = .waits(WaitingConnection(gate: gate, policy: policy, host: host))
        case .respond, .close, .fail: self = .refused
        }
    }
}

/// What the rules for connections say of one that asks for a host over TLS.
package enum ConnectionVerdict {
    /// It goes on; nil where no rule was asked.
    case passes(ConnectionJudgement?)
    /// They go on when the handshake is done, which is being answered.
    case waits(WaitingConnection)
    /// It is to be closed.
    case refused
}

/// Answers the handshake for a policy (``ExchangeHost/answerHandshake(_:for:)``).
package typealias HandshakeAnswering = (TLSTermination, PolicyEngine.Exchange) -> EventLoopFuture<Void>

extension EndpointGate {
    /// Whether it has rules for connections.
    var judgesConnections: Bool { self.program.hasRules(in: .tcpConnect) }
}

extension ProxyLoop {
    /// Runs the rules for connections of the HTTPS endpoint that a ClientHello asks for, before it is answered
    /// (`spec/traffic-policy.md` 1.3).
    /// `answering` has it answered before, for rules that ask what comes of it.
    package func judge(
        _ visitor: Visitor,
        serverName: [UInt8],
        answering: @escaping HandshakeAnswering
    ) -> ConnectionVerdict {
        guard !self.gates.isEmpty,
            let pool = serverName.withUnsafeBytes({ self.table.pool(for: .https, host: $0) }),
            self.judgesConnections(to: pool),
            let member = pool.draw(using: &self.random),
            // Who may not come at all is told so by HTTP, and the rules are not asked.
            self.upstream(for: member).restriction?.allows(visitor) ?? true,
            let gate = self.gates[member.endpoint.id], gate.judgesConnections
        else { return .passes(nil) }
        let facts = ConnectionFacts(of: visitor, serverName: serverName, in: self.environment)
        // Requests are forwarded, not the connections that bring them.
        switch self.judge(facts, at: gate, answering: answering) {
        case .passes(let judgement): return .passes(judgement)
        case .waits(let waiting): return .waits(waiting)
        case .forwards, .refused: return .refused
        }
    }

    /// Runs the rules of `gate` for a connection. Without `answering` there is no handshake that could be answered.
    func judge(
        _ facts: ConnectionFacts,
        at gate: EndpointGate,
        answering: HandshakeAnswering? = nil
    ) -> ConnectionOutcome {
        let host = ConnectionHost(eventLoop: self.eventLoop, answering: answering)
        let policy = PolicyEngine.Exchange(
            gate.program,
            at: gate.endpoint,
            over: facts,
            loop: self.policies,
            host: host
        )
        let outcome = ConnectionOutcome(policy.run(.tcpConnect), policy, host, at: gate)
        if case .refused = outcome {
            ConnectionJudgement(gate: gate, policy: policy).report(in: self.environment)
        }
        return outcome
    }

    /// Whether any endpoint of a pool has rules for connections: all of it is then chosen from once for a connection.
    func judgesConnections(to pool: EndpointPool) -> Bool {
        !self.gates.isEmpty && pool.members.contains { self.gates[$0.endpoint.id]?.judgesConnections ?? false }
    }
}

extension ConnectionFacts {
    /// `serverName` is the name that was asked for in a ClientHello; nil without TLS.
    convenience init(
        of visitor: Visitor,
        serverName: [UInt8]?,
        since start: Timestamp = .now(),
        in environment: PolicyEnvironment
    ) {
        var tls: TLSFacts?
        if visitor.isSecure {
            tls = visitor.tls?() ?? TLSFacts()
            tls?.serverName = serverName.map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        self.init(
            client: visitor.address,
            server: visitor.local,
            region: environment.region,
            start: start,
            tls: tls,
            directory: environment.addresses
        )
    }
}

/// What a connection's rules are told of the world: nothing has been sent yet, and there is no body.
final class ConnectionHost: ExchangeHost {
    let eventLoop: any EventLoop
    private let answering: HandshakeAnswering?
    /// Told of the end of rules that had to wait.
    fileprivate var whenEnded: ((ConnectionHost, PhaseOutcome) -> Void)?

    init(eventLoop: any EventLoop, answering: HandshakeAnswering?) {
        self.eventLoop = eventLoop
        self.answering = answering
    }

    var now: Timestamp { .now() }
    var uptime: NIODeadline { .now() }
    var bytesIn: Int { 0 }
    var bytesOut: Int { 0 }

    func answerHandshake(
        _ settings: TLSTermination,
        for exchange: PolicyEngine.Exchange
    ) -> EventLoopFuture<Void> {
        self.answering?(settings, exchange) ?? self.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func collectRequestBody(upTo limit: Int) -> EventLoopFuture<CollectedBody> {
        self.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func collectResponseBody(upTo limit: Int) -> EventLoopFuture<CollectedBody> {
        self.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func exchange(
        _ exchange: PolicyEngine.Exchange,
        ended phase: PolicyPhase,
        with outcome: PhaseOutcome
    ) {
        let whenEnded = self.whenEnded
        self.whenEnded = nil
        whenEnded?(self, outcome)
    }
}
