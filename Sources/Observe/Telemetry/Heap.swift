internal import CMalloc

/// The memory of this process as its allocator sees it.
package enum Heap {
    /// Bytes that are allocated; nil where the allocator does not say. Each arena is locked while it is counted.
    package static func allocatedBytes() -> Int? {
        let bytes = cmalloc_allocated()
        return bytes > 0 ? Int(bytes) : nil
    }

    /// Gives pages that nothing is in back to the system. Takes long where there are many: not for event loops.
    package static func trim() {
        cmalloc_trim()
    }
}

/// When it is worth while to give free memory back.
///
/// The allocator keeps what was freed, below whatever was allocated later. After a thousand visitors who did not read, an edge
/// would look as full as it was, and go on refusing requests for want of memory that nobody holds.
package struct HeapTrimming {
    /// Fewer bytes than these are left with the allocator, which will want them again.
    package static let worthwhile = 64 << 20
    /// Looks that are left out after one that gained nothing.
    package static let pause = 60

    private var pausing = 0

    package init() {}

    /// - Parameters:
    ///   - resident: bytes that the process holds.
    ///   - allocated: those that are allocated, asked for only where so many are held.
    /// - Returns: whether to give the rest back.
    package mutating func isDue(resident: Int, allocated: () -> Int?) -> Bool {
        guard self.pausing == 0 else {
            self.pausing -= 1
            return false
        }
        guard resident > 2 * Self.worthwhile, let allocated = allocated() else { return false }
        return resident - allocated > max(Self.worthwhile * 3 / 2, resident / 4)
    }

    /// What giving back has come to.
    package mutating func note(before: Int, after: Int) {
        if before - after < Self.worthwhile / 4 { self.pausing = Self.pause }
    }
}
