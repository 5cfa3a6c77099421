/// The open streams of a connection by id.
///
/// Ids grow for the life of a connection and those in use are few, so a slab would grow without end and a
/// `Dictionary` hash with SipHash where a multiplication does. Open addressing with linear probing, at most half
/// full; removal closes the gap (no tombstones), so a table that lives for weeks stays as fast as a new one.
///
/// A peer that picks ids which collide lengthens probing to at most the number of streams it may have open.
struct StreamTable {
    private static let leastCapacity = 16

    private var ids: [UInt32]
    private var streams: [MuxStream?]
    private(set) var count = 0
    /// 32 less the binary logarithm of the capacity.
    private var shift: UInt32

    init() {
        self.ids = Array(repeating: 0, count: Self.leastCapacity)
        self.streams = Array(repeating: nil, count: Self.leastCapacity)
        self.shift = 32 - UInt32(Self.leastCapacity.trailingZeroBitCount)
    }

    /// The stream with this id; nil when it is not open. 0 is nobody's id.
    subscript(id: UInt32) -> MuxStream? {
        var slot = self.slot(of: id)
        while self.ids[slot] != 0 {
            if self.ids[slot] == id { return self.streams[slot] }
            slot = self.after(slot)
        }
        return nil
    }

    /// Adds a stream whose id is not 0 and not in the table.
    mutating func insert(_ stream: MuxStream) {
        assert(stream.id != 0 && self[stream.id] == nil)
        if (self.count + 1) * 2 > self.ids.count { self.resize(to: self.ids.count * 2) }
        self.place(stream)
        self.count += 1
    }

    /// Takes the stream with this id out, if it is in.
    mutating func remove(_ id: UInt32) {
        var slot = self.slot(of: id)
        while self.ids[slot] != id {
            guard self.ids[slot] != 0 else { return }
            slot = self.after(slot)
        }
        self.closeGap(at: slot)
        self.count -= 1
        if self.ids.count > Self.leastCapacity, self.count * 8 < self.ids.count { self.resize(to: self.ids.count / 2) }
    }

    /// Empties the table.
    ///
    /// - Returns: what was in it, in the order of ids.
    mutating func removeAll() -> [MuxStream] {
        let all = self.streams.compactMap { $0 }.sorted { $0.id < $1.id }
        self = StreamTable()
        return all
    }

    /// Fibonacci hashing: consecutive ids land far from each other.
    private func slot(of id: UInt32) -> Int {
        Int((id &* 0x9E37_79B9) >> self.shift)
    }

    private func after(_ slot: Int) -> Int {
        (slot + 1) & (self.ids.count - 1)
    }

    private mutating func place(_ stream: MuxStream) {
        var slot = self.slot(of: stream.id)
        while self.ids[slot] != 0 { slot = self.after(slot) }
        self.ids[slot] = stream.id
        self.streams[slot] = stream
    }

    /// Empties `gap` and moves back each later entry of the run that probing would no longer reach.
    private mutating func closeGap(at gap: Int) {
        var gap = gap
        var slot = self.after(gap)
        let mask = self.ids.count - 1
        while self.ids[slot] != 0 {
            let home = self.slot(of: self.ids[slot])
            // The entry may move when its home is not between the gap (exclusive) and where it is now.
            if (slot - home) & mask >= (slot - gap) & mask {
                self.ids[gap] = self.ids[slot]
                self.streams[gap] = self.streams[slot]
                gap = slot
            }
            slot = self.after(slot)
        }
        self.ids[gap] = 0
        self.streams[gap] = nil
    }

    private mutating func resize(to capacity: Int) {
        let old = self.streams
        self.ids = Array(repeating: 0, count: capacity)
        self.streams = Array(repeating: nil, count: capacity)
        self.shift = 32 - UInt32(capacity.trailingZeroBitCount)
        for case let stream? in old { self.place(stream) }
    }
}
