/// Finds a number by a tag and a host name given as bytes, without making a `String` of them.
///
/// Open addressing over names that lie one behind another in one array. Names are compared without regard to case.
/// The hash is seeded, so that nobody can prepare names that collide.
struct HostIndex: Sendable {
    /// A lower-case name; equal names with different tags are different.
    struct Name: Hashable {
        let tag: UInt8
        let bytes: [UInt8]

        func hash(seed: UInt64) -> UInt64 {
            self.bytes.withUnsafeBytes { HostIndex.hash(self.tag, $0, seed: seed) }
        }
    }

    private struct Slot {
        var hash: UInt64
        var offset: Int32
        var length: UInt16
        var tag: UInt8
        /// What was stored; -1 in an empty slot.
        var value: Int32
    }

    private let names: [UInt8]
    private let slots: [Slot]
    private let mask: Int

    /// - Parameters:
    ///   - entries: names, of which the first of equal ones counts, each with a value that is not negative.
    ///   - seed: whatever nobody outside knows; the same for every hash that is asked for.
    init(_ entries: [(name: Name, value: Int)], seed: UInt64) {
        var capacity = 4
        while capacity < entries.count * 2 { capacity *= 2 }
        var names: [UInt8] = []
        names.reserveCapacity(entries.reduce(0) { $0 + $1.name.bytes.count })
        var slots = [Slot](repeating: Slot(hash: 0, offset: 0, length: 0, tag: 0, value: -1), count: capacity)
        for (name, value) in entries {
            let hash = name.hash(seed: seed)
            var index = Int(truncatingIfNeeded: hash) & (capacity - 1)
            while slots[index].value >= 0 { index = (index + 1) & (capacity - 1) }
            slots[index] = Slot(
                hash: hash,
                offset: Int32(names.count),
                length: UInt16(name.bytes.count),
                tag: name.tag,
                value: Int32(value)
            )
            names += name.bytes
        }
        self.names = names
        self.slots = slots
        self.mask = capacity - 1
    }

    /// The value stored for a name, or nil. `hash` is its hash.
    func find(_ tag: UInt8, _ name: UnsafeRawBufferPointer, hash: UInt64) -> Int? {
        var index = Int(truncatingIfNeeded: hash) & self.mask
        // At least half of the slots are empty, so that this ends.
        while true {
            let slot = self.slots[index]
            if slot.value < 0 { return nil }
            if slot.hash == hash, slot.tag == tag, Int(slot.length) == name.count, self.equals(slot, name) {
                return Int(slot.value)
            }
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
    static func hash(_ tag: UInt8, _ name: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var hash = 0xcbf2_9ce4_8422_2325 ^ seed ^ UInt64(tag) << 56
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
