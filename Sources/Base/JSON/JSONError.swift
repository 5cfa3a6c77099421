/// Why bytes are no JSON value that we take.
package enum JSONError: Error, Sendable, Equatable {
    /// A byte that the grammar doesn't allow, counted from the start of the value.
    case malformed(at: Int)
    /// Text that is not UTF-8, or an escape that is half a surrogate pair.
    case notUnicode(at: Int)
    case tooDeep
    case tooLarge
    /// The input ended inside the value.
    case incomplete
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let offset): "not JSON at byte \(offset)"
        case .notUnicode(let offset): "not UTF-8 at byte \(offset)"
        case .tooDeep: "nested too deeply"
        case .tooLarge: "too large"
        case .incomplete: "incomplete"
        }
    }
}

/// What we take from a peer, and no more (`spec/agent-protocol.md` 14).
package struct JSONLimits: Sendable, Equatable {
    /// Arrays and objects inside one another.
    package var depth: Int
    package var bytes: Int

    /// A depth beyond 64 is cut to it.
    package init(depth: Int = 64, bytes: Int = 2 << 20) {
        self.depth = min(depth, 64)
        self.bytes = bytes
    }
}
