/// Which directions of a stream are open (spec/agent-protocol.md 3.3).
///
///                  our FIN                   peer's FIN
///        open ──────────────▶ half-closed (local) ──────────▶ closed
///          │                                                    ▲
///          └─ peer's FIN ─▶ half-closed (remote) ── our FIN ────┘
///
/// A RST of either side leads from everywhere to closed. A stream starts open: it exists from the frame with SYN on.
package enum StreamState: Sendable, Equatable {
    case open
    /// We are done; the peer may send, and needs credit.
    case halfClosedLocal
    /// The peer is done; we may send, and are given credit.
    case halfClosedRemote
    case closed

    package var canSend: Bool { self == .open || self == .halfClosedRemote }
    package var canReceive: Bool { self == .open || self == .halfClosedLocal }

    /// Our FIN goes out.
    package mutating func sendEnd() {
        switch self {
        case .open: self = .halfClosedLocal
        case .halfClosedRemote: self = .closed
        case .halfClosedLocal, .closed: break
        }
    }

    /// The peer's FIN has come.
    package mutating func receiveEnd() {
        switch self {
        case .open: self = .halfClosedRemote
        case .halfClosedLocal: self = .closed
        case .halfClosedRemote, .closed: break
        }
    }

    /// A RST, of either side, or the end of the connection.
    package mutating func reset() {
        self = .closed
    }
}
