/// What the peer lets us send on a stream: bytes of DATA payload (spec/agent-protocol.md 4).
package struct SendWindow: Sendable, Equatable {
    /// The window that every stream starts with, in both directions. There is no way to announce another.
    package static let initial = 262_144
    /// No window may be larger.
    package static let limit = 0x7FFF_FFFF

    /// Bytes that may be sent now, 0...`limit`.
    package private(set) var available: Int

    package init(available: Int = Self.initial) {
        self.available = available
    }

    /// Spends up to `wanted` bytes.
    ///
    /// - Returns: the bytes that may be sent, fewer than wanted where the window ends.
    package mutating func take(upTo wanted: Int) -> Int {
        let count = max(min(wanted, self.available), 0)
        self.available -= count
        return count
    }

    /// Adds the peer's credit.
    ///
    /// - Throws: `windowOverflow` above `limit`; the window is then unchanged.
    package mutating func add(_ increment: Int) throws(MuxError) {
        guard increment <= Self.limit - self.available else { throw .windowOverflow }
        self.available += increment
    }
}
