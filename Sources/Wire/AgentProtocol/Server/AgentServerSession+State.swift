package import NIOCore

extension AgentServerSession {
    /// Where a session stands (`spec/agent-protocol.md` 13.1). Decides; touches no stream and reads no clock.
    ///
    ///     awaitingAuth ── Auth ──▶ authenticating ── accepted ──▶ active ── drain ──▶ draining
    ///          │ 15 s                    │ refused                  │                    │ streams done,
    ///          ▼                         ▼                          ▼                    ▼ or deadline
    ///        ended ◀──────── 1 s ──── closing                     ended                ended
    ///
    /// Silence ends every state from the agent's introduction on, the end of the connection every state at all.
    package struct State: Sendable, Equatable {
        package enum Phase: Sendable, Equatable {
            case awaitingAuth(until: NIODeadline)
            /// The agent has said who it is; the control plane thinks about it.
            case authenticating
            case active
            case draining(until: NIODeadline)
            /// The agent was refused, and has a moment to read why; or it has not said who it is when draining began.
            case closing(at: NIODeadline, because: AgentSessionEnd)
            case ended
        }

        /// What becomes of a stream whose type is known.
        package enum Admission: Sendable, Equatable {
            /// Heartbeats and calls.
            case serve
            /// A bind in a session that is about to end: the agent will ask again in its next one.
            case refuseForDraining
            /// RST 5.
            case reset
        }

        package static let authDeadline = TimeAmount.seconds(15)
        package static let farewell = TimeAmount.seconds(1)

        package private(set) var phase: Phase
        private var hasSeenAuth = false
        private var silence: SilenceDeadline?

        package init(now: NIODeadline) {
            self.phase = .awaitingAuth(until: now + Self.authDeadline)
        }

        /// Whether streams are accepted at all.
        package var isAccepting: Bool {
            switch self.phase {
            case .awaitingAuth, .authenticating, .active, .draining: true
            case .closing, .ended: false
            }
        }

        /// Whether the agent has said who it is, and was believed.
        package var isAuthenticated: Bool {
            switch self.phase {
            case .active, .draining: true
            case .awaitingAuth, .authenticating, .closing, .ended: false
            }
        }

        /// A stream has said what it is for. Nothing but heartbeats and SrvInfo comes before Auth has succeeded.
        package mutating func admit(_ type: StreamType?) -> Admission {
            switch self.phase {
            case .awaitingAuth where type == .auth && !self.hasSeenAuth:
                self.hasSeenAuth = true
                return .serve
            case .awaitingAuth, .authenticating: return type == .heartbeat || type == .serverInfo ? .serve : .reset
            case .active: return type == .auth ? .reset : .serve
            case .draining: return type == .auth ? .reset : type == .bind ? .refuseForDraining : .serve
            case .closing, .ended: return .reset
            }
        }

        /// Auth has been read.
        package mutating func introduced(heartbeats silence: SilenceDeadline) {
            guard case .awaitingAuth = self.phase else { return }
            self.phase = .authenticating
            self.silence = silence
        }

        package mutating func accepted() {
            guard self.phase == .authenticating else { return }
            self.phase = .active
        }

        /// Also for an Auth that cannot be read.
        package mutating func refused(now: NIODeadline) {
            switch self.phase {
            case .awaitingAuth, .authenticating: self.phase = .closing(at: now + Self.farewell, because: .refused)
            case .active, .draining, .closing, .ended: break
            }
        }

        package mutating func drain(until deadline: NIODeadline) {
            switch self.phase {
            case .ended, .closing: break
            // Nothing is lost: the agent begins anew elsewhere.
            case .awaitingAuth, .authenticating: self.phase = .closing(at: .distantPast, because: .drained)
            case .active, .draining: self.phase = .draining(until: deadline)
            }
        }

        package mutating func ended() {
            self.phase = .ended
        }

        /// The agent ignores a proxied stream. It is gone if its heartbeats have stopped too (11.1).
        ///
        /// - Returns: whether the session is to be ended as silent.
        package func isWedged(now: NIODeadline, lastReceived: NIODeadline) -> Bool {
            self.silence?.isLate(lastReceived: lastReceived, now: now) ?? false
        }

        /// Time has passed.
        ///
        /// - Returns: why the session is to be ended now; nil while it goes on.
        package func elapsed(now: NIODeadline, lastReceived: NIODeadline, openProxied: Int) -> AgentSessionEnd? {
            switch self.phase {
            case .awaitingAuth(let deadline) where now >= deadline: return .unauthenticated
            case .closing(let deadline, let reason) where now >= deadline: return reason
            case .draining(let deadline) where now >= deadline || openProxied == 0: return .drained
            case .ended: return nil
            default: break
            }
            guard let silence = self.silence, silence.isOver(lastReceived: lastReceived, now: now) else { return nil }
            return .silent
        }
    }
}
