import NIOCore

/// The ids of streams that we have reset of late, so that what was on its way to them is dropped in silence
/// (spec/agent-protocol.md 3.3).
///
/// An id stays for `lifetime` to twice that. At most twice `capacity` are held; beyond that the oldest are
/// forgotten early, which costs a second RST at most.
struct RecentResets {
    static let lifetime = TimeAmount.seconds(5)
    static let capacity = 1024

    private var newer: Set<UInt32> = []
    private var older: Set<UInt32> = []
    private var turn = NIODeadline.uptimeNanoseconds(0)

    mutating func insert(_ id: UInt32, at now: NIODeadline) {
        self.age(at: now)
        if self.newer.count >= Self.capacity { self.rotate(at: now) }
        self.newer.insert(id)
    }

    mutating func contains(_ id: UInt32, at now: NIODeadline) -> Bool {
        self.age(at: now)
        return self.newer.contains(id) || self.older.contains(id)
    }

    private mutating func age(at now: NIODeadline) {
        guard now - self.turn >= Self.lifetime else { return }
        let isLongAgo = now - self.turn >= Self.lifetime * 2
        self.rotate(at: now)
        if isLongAgo { self.older = [] }
    }

    private mutating func rotate(at now: NIODeadline) {
        self.older = self.newer
        self.newer = []
        self.turn = now
    }
}
