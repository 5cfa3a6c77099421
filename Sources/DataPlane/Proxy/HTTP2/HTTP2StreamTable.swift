/// A stream of a connection that speaks HTTP/2.
protocol NumberedStream: AnyObject {
    var id: UInt32 { get }
}

/// The open streams of a connection, found by their numbers: a small table with open addressing, of which the streams
/// that may be open at once fill less than half.
struct HTTP2StreamTable<Stream: NumberedStream> {
    private static var size: Int { 256 }

    private var slots: [Stream?] = []
    private(set) var count = 0

    private static func place(_ id: UInt32) -> Int { Int(id >> 1) & (Self.size - 1) }
    private static func after(_ slot: Int) -> Int { (slot + 1) & (Self.size - 1) }

    subscript(id: UInt32) -> Stream? {
        guard self.count > 0 else { return nil }
        var slot = Self.place(id)
        while let stream = self.slots[slot] {
            if stream.id == id { return stream }
            slot = Self.after(slot)
        }
        return nil
    }

    mutating func insert(_ stream: Stream) {
        if self.slots.isEmpty { self.slots = Array(repeating: nil, count: Self.size) }
        precondition(self.count < Self.size / 2)
        var slot = Self.place(stream.id)
        while self.slots[slot] != nil { slot = Self.after(slot) }
        self.slots[slot] = stream
        self.count += 1
    }

    mutating func remove(_ stream: Stream) {
        guard self.count > 0 else { return }
        var slot = Self.place(stream.id)
        while let candidate = self.slots[slot], candidate !== stream { slot = Self.after(slot) }
        guard self.slots[slot] != nil else { return }
        self.slots[slot] = nil
        self.count -= 1
        // Those behind it that could have stood here move up, so that none is behind a gap.
        var gap = slot
        slot = Self.after(slot)
        while let candidate = self.slots[slot] {
            let home = Self.place(candidate.id)
            if (slot - home) & (Self.size - 1) >= (slot - gap) & (Self.size - 1) {
                self.slots[gap] = candidate
                self.slots[slot] = nil
                gap = slot
            }
            slot = Self.after(slot)
        }
    }

    /// All of them, in no order.
    var all: [Stream] { self.count > 0 ? self.slots.compactMap { $0 } : [] }
}
