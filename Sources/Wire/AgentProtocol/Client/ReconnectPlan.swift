package import NIOCore

/// When an agent dials, and what it does next (`spec/agent-protocol.md` 13.2, `spec/agent.md` 8).
///
///     dialing ── connected ──▶ authenticating ── accepted ──▶ rebinding ── rebound ──▶ online
///        ▲  │ failed                 │ refused, lost              │ lost                  │ lost
///        │  ▼                        ▼                            ▼                       │
///        └─ waiting ◀─────────────────────────────────────────────┘                       │
///        └───────────────────────────────── at once ──────────────────────────────────────┘
///
/// Dials nothing, reads no clock and draws no number: each event brings the time, and a number from 0 to 1 for the
/// jitter where a wait may come of it.
package struct ReconnectPlan: Sendable, Equatable {
    package enum Action: Sendable, Equatable {
        /// Dial, and give up after `timeout`.
        case dial(timeout: TimeAmount)
        case wait(TimeAmount)
        /// Send Auth.
        case authenticate
        /// Bind again what was bound.
        case rebind
        /// Nothing will change by trying again.
        case stop
        case nothing
    }

    package enum Phase: Sendable, Equatable {
        case dialing, authenticating, rebinding, online, waiting, stopped
    }

    /// Refusals that no retry changes. They end an agent that was never online; one that was keeps trying, since its
    /// credential may come back.
    package static let finalCodes: Set<Int> = [103, 105, 106, 107, 120, 121, 300, 4018]

    private static let firstWait = TimeAmount.milliseconds(100)
    private static let shortLimit = TimeAmount.seconds(1)
    private static let longLimit = TimeAmount.seconds(30)
    /// How long an outage is taken for a restart of the server.
    private static let shortOutage = TimeAmount.minutes(10)

    package private(set) var phase = Phase.waiting
    private var hasBeenOnline = false
    /// When the session was lost, or the first connect began; nil while online.
    private var outage: NIODeadline?
    private var nextWait = Self.firstWait
    /// When the attempt began that is under way, or was the last.
    private var dialed: NIODeadline?
    private let connectTimeout: TimeAmount

    /// - Parameter connectTimeout: how long an attempt may take to connect, outside the first minute of an outage.
    package init(connectTimeout: TimeAmount = .seconds(10)) {
        self.connectTimeout = connectTimeout
    }

    /// Begins. Also for a plan that has stopped.
    package mutating func start(now: NIODeadline) -> Action {
        self.outage = now
        return self.dial(now: now)
    }

    /// The wait of the last action is over.
    package mutating func waited(now: NIODeadline) -> Action {
        guard self.phase == .waiting else { return .nothing }
        return self.dial(now: now)
    }

    package mutating func connected() -> Action {
        guard self.phase == .dialing else { return .nothing }
        self.phase = .authenticating
        return .authenticate
    }

    /// Auth was accepted.
    package mutating func accepted() -> Action {
        guard self.phase == .authenticating else { return .nothing }
        self.phase = .rebinding
        return .rebind
    }

    /// Auth was refused with this code; nil where it named none.
    package mutating func refused(code: Int?, now: NIODeadline, jitter: Double) -> Action {
        if !self.hasBeenOnline, let code, Self.finalCodes.contains(code) {
            self.phase = .stopped
            return .stop
        }
        return self.wait(now: now, jitter: jitter)
    }

    /// Every bind has been accepted again, or refused for itself alone.
    package mutating func rebound() {
        guard self.phase == .rebinding else { return }
        self.phase = .online
        self.hasBeenOnline = true
        self.outage = nil
        self.nextWait = Self.firstWait
    }

    /// Dialing failed, or the connection was lost.
    package mutating func lost(now: NIODeadline, jitter: Double) -> Action {
        switch self.phase {
        case .online:
            self.outage = now
            return self.dial(now: now)
        case .dialing, .authenticating, .rebinding: return self.wait(now: now, jitter: jitter)
        case .waiting, .stopped: return .nothing
        }
    }

    /// Another connection has taken the session over from the one that was online, which did not answer any more.
    package mutating func replaced() -> Action {
        guard self.phase == .online else { return .nothing }
        self.phase = .rebinding
        return .rebind
    }

    /// The user has had enough.
    package mutating func stop() {
        self.phase = .stopped
    }

    // MARK: - Private

    private mutating func dial(now: NIODeadline) -> Action {
        self.phase = .dialing
        self.dialed = now
        // A server that restarts doesn't refuse while its port is handed over: it just doesn't answer.
        let isFresh = self.hasBeenOnline && self.outageAge(now) < .minutes(1)
        return .dial(timeout: isFresh ? min(.seconds(1), self.connectTimeout) : self.connectTimeout)
    }

    private mutating func wait(now: NIODeadline, jitter: Double) -> Action {
        self.phase = .waiting
        let limit = self.outageAge(now) < Self.shortOutage ? Self.shortLimit : Self.longLimit
        // An attempt that took its time has waited already: the next one is not to be later for it.
        let spent = self.outageAge(now) < Self.shortOutage ? self.dialed.map { max(now - $0, .zero) } ?? .zero : .zero
        let wait = max(min(self.nextWait, limit) - spent, Self.firstWait)
        self.nextWait = min(self.nextWait * 2, limit)
        // Half as much more or less, so that the agents of a server that was away don't come in step.
        let factor = 0.5 + min(max(jitter, 0), 1)
        return .wait(.nanoseconds(Int64(Double(wait.nanoseconds) * factor)))
    }

    private func outageAge(_ now: NIODeadline) -> TimeAmount {
        self.outage.map { now - $0 } ?? .zero
    }
}
