/// Finds a number by a host name given as bytes, without making a `String` of them.
///
/// Open addressing over names that lie one behind another in one array. Names are compared without regard to case.
/// The hash is seeded, so that nobody can prepare names that collide.
struct HostIndex: Sendable {
    private struct Slot {
        var hash: UInt64
        var offset: Int32
        var length: Int32
        /// What was stored; -1 in an empty slot.
        var value: Int32
    }

    private let names: [UInt8]
    private let slots: [Slot]
    private let seed: UInt64
    private let mask: Int
    let isEmpty: Bool

    /// - Parameters:
    ///   - entries: lower-case names, each once, with a value that is not negative.
    ///   - seed: whatever nobody outside knows.
    init(_ entries: [(name: String, value: Int)], seed: UInt64) {
        var capacity = 4
        while capacity < entries.count * 2 { capacity *= 2 }
        var names: [UInt8] = []
        names.reserveCapacity(entries.reduce(0) { $0 + $1.name.utf8.count })
        var slots = [Slot](repeating: Slot(hash: 0, offset: 0, length: 0, value: -1), count: capacity)
        for entry in entries {
            let offset = names.count
            names.append(contentsOf: entry.name.utf8)
            let hash = names[offset...].withUnsafeBytes { Self.hash($0, seed: seed) }
            var index = Int(truncatingIfNeeded: hash) & (capacity - 1)
            while slots[index].value >= 0 { index = (index + 1) & (capacity - 1) }
            slots[index] = Slot(
                hash: hash,
                offset: Int32(offset),
                length: Int32(names.count - offset),
                value: Int32(entry.value)
            )
        }
        self.names = names
        self.slots = slots
        self.seed = seed
        self.mask = capacity - 1
        self.isEmpty = entries.isEmpty
    }

    /// The value stored for `name`, or nil.
    func find(_ name: UnsafeRawBufferPointer) -> Int? {
        let hash = Self.hash(name, seed: self.seed)
        var index = Int(truncatingIfNeeded: hash) & self.mask
        // At least half of the slots are empty, so that this ends.
        while true {
            let slot = self.slots[index]
            if slot.value < 0 { return nil }
            if slot.hash == hash, Int(slot.length) == name.count, self.equals(slot, name) { return Int(slot.value) }
            index = (index + 1) & self.mask
        }
    }

    private func equals(_ slot: Slot, _ name: UnsafeRawBufferPointer) -> Bool {
        self.names.withUnsafeBytes { names in
            for index in 0..<name.count where names[Int(slot.offset) + index] != Self.lower(name[index]) {
                return false
            }
            return true
        }
    }

    /// FNV-1a over the lower-case bytes from a seeded start, mixed at the end so that the low bits count.
    private static func hash(_ name: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var hash = 0xcbf2_9ce4_8422_2325 ^ seed
        for byte in name {
            hash = (hash ^ UInt64(Self.lower(byte))) &* 0x0000_0100_0000_01b3
        }
        hash ^= hash >> 32
        return hash &* 0x9e37_79b9_7f4a_7c15 ^ (hash >> 29)
    }

    @inline(__always)
    private static func lower(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
