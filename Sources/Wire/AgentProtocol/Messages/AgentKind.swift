/// Which family of agents a session talks to; each has its own limits (`spec/agent-protocol.md` 17).
package enum AgentKind: Sendable, Equatable {
    /// ngrok-go, and programs built on it.
    case go
    /// ngrok-rust with its Python, JavaScript and Java bindings, and everything unknown: the narrowest limits hold.
    case rustOrUnknown
    /// Ours.
    case portico

    package init(userAgent: String) {
        if userAgent.contains("portico/") {
            self = .portico
        } else if userAgent.contains("ngrok-go/") {
            self = .go
        } else {
            self = .rustOrUnknown
        }
    }

    /// Whether it writes small frames without TCP_NODELAY, so that a delayed ACK costs each request 40 ms (15).
    package var needsQuickAck: Bool { self == .rustOrUnknown }

    /// Whether it makes use of credit beyond the initial window (4, "Larger windows").
    package var takesLargeWindows: Bool { self != .rustOrUnknown }

    /// How many streams we may have open to it. At the 512th, of both sides, a Rust agent ends the session (3.6).
    package var streamLimit: Int { self == .rustOrUnknown ? 480 : 10_000 }

    /// How many streams of one endpoint may be open on which it has shown nothing yet; nil for any number. A Rust agent
    /// that has 65 of them stops looking at all others (3.6).
    package var silentStreamLimit: Int? { self == .rustOrUnknown ? 60 : nil }
}
