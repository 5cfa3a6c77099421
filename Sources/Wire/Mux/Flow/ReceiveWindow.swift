/// What we let the peer send on a stream, and when it is told that it may send more (spec/agent-protocol.md 4).
///
/// Of the window's `size`, a part is `available` to the peer, a part has come and is `unread`; the rest is due to
/// the peer as credit. Credit is sent for half a window at once, so that a stream costs one small frame for each
/// 128 KiB; at once where the peer may stand still; and never after its FIN.
package struct ReceiveWindow: Sendable, Equatable {
    /// Credit that is due to this amount is sent, however large the window is. A larger threshold would let a peer
    /// starve that loses credit above its own limit, as the Rust core does: its window is empty long before ours.
    package static let threshold = SendWindow.initial / 2

    /// Bytes that may be on their way or unread, 0...2^31-1.
    package private(set) var size: Int
    /// Bytes that the peer may still send.
    package private(set) var available: Int
    /// Bytes that have come (or will, with the rest of their frame) and were not consumed.
    package private(set) var unread = 0
    private var hasEnded = false

    package init(size: Int = SendWindow.initial) {
        self.size = size
        self.available = size
    }

    /// Makes room for a DATA frame, when its header has been read.
    ///
    /// - Parameter count: bytes of its payload.
    /// - Throws: `windowExceeded`; the window is then unchanged.
    package mutating func receive(_ count: Int) throws(MuxError) {
        guard count <= self.available else { throw .windowExceeded }
        self.available -= count
        self.unread += count
    }

    /// The application has taken `count` bytes.
    ///
    /// - Returns: the bytes counted, never more than were unread.
    @discardableResult
    package mutating func consume(_ count: Int) -> Int {
        let taken = min(max(count, 0), self.unread)
        self.unread -= taken
        return taken
    }

    /// The peer's FIN has come: it needs no credit any more.
    package mutating func end() {
        self.hasEnded = true
    }

    /// Decides on credit.
    ///
    /// - Parameter limit: treats the window as no larger than this, where memory is short.
    /// - Returns: the increment to send now, which then counts as sent; 0 for none.
    package mutating func credit(limit: Int = .max) -> Int {
        let size = min(self.size, limit)
        let due = size - self.available - self.unread
        guard due >= min(size / 2, Self.threshold) || self.available == 0 else { return 0 }
        return self.grant(due)
    }

    /// Like `credit`, but does not wait until it is worth a frame.
    package mutating func creditNow(limit: Int = .max) -> Int {
        self.grant(min(self.size, limit) - self.available - self.unread)
    }

    /// Makes the window larger, by at most what the largest window allows. The credit for it is then due.
    package mutating func grow(by count: Int) {
        self.size += min(max(count, 0), SendWindow.limit - self.size)
    }

    private mutating func grant(_ due: Int) -> Int {
        guard due > 0, !self.hasEnded else { return 0 }
        self.available += due
        return due
    }
}
