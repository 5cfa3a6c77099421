/// The fields that a connection has agreed to number, the newest first (RFC 7541 §2.3.2).
///
/// Names and values lie one behind another in one array, whose old beginning is cut off from time to time.
struct DynamicTable {
    /// What an entry counts beside its bytes.
    static let overhead = 32

    private struct Entry {
        var start: Int
        var nameCount: Int
        var valueCount: Int

        var size: Int { self.nameCount + self.valueCount + DynamicTable.overhead }
    }

    private var bytes: [UInt8] = []
    /// The oldest at `oldest`, the newest at the end.
    private var entries: [Entry] = []
    private var oldest = 0
    private(set) var size = 0
    /// The bound that both sides have agreed on.
    let limit: Int
    /// The bound in force: at most `limit`.
    private(set) var capacity: Int

    init(limit: Int) {
        self.limit = limit
        self.capacity = limit
    }

    var count: Int { self.entries.count - self.oldest }

    /// Sets the bound in force, which must not be above `limit`.
    mutating func resize(to capacity: Int) {
        self.capacity = capacity
        self.evict(toFit: 0)
    }

    mutating func add(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        let size = name.count + value.count + Self.overhead
        // One that is larger than the table empties it (§4.4).
        self.evict(toFit: size)
        guard size <= self.capacity else { return }
        let start = self.bytes.count
        self.bytes.append(contentsOf: name)
        self.bytes.append(contentsOf: value)
        self.entries.append(Entry(start: start, nameCount: name.count, valueCount: value.count))
        self.size += size
    }

    /// Name and value of an entry; 0 is the newest.
    ///
    /// - Returns: nil where there is no such entry.
    func withEntry<Result>(
        _ index: Int,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        guard index >= 0, index < self.count else { return nil }
        let entry = self.entries[self.entries.count - 1 - index]
        return self.bytes.withUnsafeBytes { bytes in
            let valueStart = entry.start + entry.nameCount
            return body(
                UnsafeRawBufferPointer(rebasing: bytes[entry.start..<valueStart]),
                UnsafeRawBufferPointer(rebasing: bytes[valueStart..<valueStart + entry.valueCount])
            )
        }
    }

    private mutating func evict(toFit size: Int) {
        while self.oldest < self.entries.count, self.size + size > self.capacity {
            self.size -= self.entries[self.oldest].size
            self.oldest += 1
        }
        // Less than half of what is there is in use: the rest moves to the front.
        guard self.oldest > 16, self.oldest * 2 >= self.entries.count else { return }
        let cut = self.oldest < self.entries.count ? self.entries[self.oldest].start : self.bytes.count
        self.bytes.removeFirst(cut)
        self.entries.removeFirst(self.oldest)
        self.oldest = 0
        for index in self.entries.indices { self.entries[index].start -= cut }
    }
}
