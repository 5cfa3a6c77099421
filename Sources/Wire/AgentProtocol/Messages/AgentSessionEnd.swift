package import Mux

/// Why a session between agent and server ended.
package enum AgentSessionEnd: Sendable, Equatable {
    /// The peer took its leave: GOAWAY without an error.
    case left
    /// The peer gave up: GOAWAY with an error.
    case failed(MuxErrorCode, debug: String)
    /// The transport ended without farewell, which is normal.
    case lost
    /// The peer broke the protocol of frames.
    case violation(MuxError)
    /// Nothing came from the peer for too long.
    case silent
    /// The agent did not say who it is in time.
    case unauthenticated
    /// The agent was refused.
    case refused
    /// The last stream of a draining session is done, or its deadline has passed.
    case drained
    /// We ended it.
    case closed

    /// Whether the peer meant the session to end, or we did: its endpoints need not be kept for it.
    package var isGraceful: Bool {
        switch self {
        case .left, .refused, .drained, .closed: true
        case .failed, .lost, .violation, .silent, .unauthenticated: false
        }
    }

    init(_ end: MuxEnd) {
        switch end {
        case .closed: self = .lost
        case .goneAway(.noError, _): self = .left
        case .goneAway(let code, let debug): self = .failed(code, debug: debug)
        case .violation(let error): self = .violation(error)
        case .local: self = .closed
        }
    }
}
