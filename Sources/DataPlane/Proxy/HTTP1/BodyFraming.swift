/// How the end of a message's body is found (RFC 9112 §6).
package enum BodyFraming: Equatable, Sendable {
    /// There is no body.
    case none
    /// So many bytes, below 2^63. Zero where the message says so itself.
    case length(UInt64)
    case chunked
    /// All that comes until the connection closes: responses alone.
    case untilClose

    /// Whether the message ends with its head.
    package var isEmpty: Bool { self == .none || self == .length(0) }
}
