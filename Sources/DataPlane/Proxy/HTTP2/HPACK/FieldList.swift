/// The fields of one header block, decoded: names and values one behind another in memory that an event loop keeps and
/// uses again for each block.
package final class FieldList {
    package struct Field {
        package var name: Range<Int>
        package var value: Range<Int>
    }

    /// Compressed bytes of one block, its CONTINUATION frames included.
    static let blockBytes = 64 * 1024
    /// Fields of one block; browsers send a cookie in many.
    private static let fieldLimit = 512
    /// Room for a list at its bound, and one more field as long as a block can hold: eight fifths of it, if Huffman's
    /// shortest codes fill it.
    private static let capacity = 64 * 1024 + FieldList.blockBytes * 8 / 5 + 16 * 1024

    let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    package private(set) var fields: [Field] = []
    /// The bound of what a list counts: names, values and 32 for each field (RFC 9113 §6.5.2).
    let limit: Int
    private var size = 0
    /// Whether the list is beyond its bound. It is read to its end all the same, so that the next block can be read.
    package private(set) var isTooLarge = false

    package init(limit: Int) {
        precondition(limit <= 64 * 1024)
        self.limit = limit
        self.memory = .allocate(byteCount: Self.capacity, alignment: 8)
        self.fields.reserveCapacity(64)
    }

    deinit {
        self.memory.deallocate()
    }

    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self.memory[..<self.count]) }

    func clear() {
        self.count = 0
        self.size = 0
        self.isTooLarge = false
        self.fields.removeAll(keepingCapacity: true)
    }

    /// Where the next bytes go.
    var room: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: self.memory[self.count...]) }

    /// Bytes have been written into `room`.
    func advance(by count: Int) -> Range<Int> {
        let range = self.count..<self.count + count
        self.count += count
        return range
    }

    func append(_ bytes: UnsafeRawBufferPointer) -> Range<Int> {
        self.room.copyMemory(from: bytes)
        return self.advance(by: bytes.count)
    }

    /// Name and value of a field are there.
    func append(name: Range<Int>, value: Range<Int>) {
        self.size += name.count + value.count + DynamicTable.overhead
        if self.size > self.limit || self.fields.count == Self.fieldLimit { self.isTooLarge = true }
        guard self.isTooLarge else {
            self.fields.append(Field(name: name, value: value))
            return
        }
        // Nobody will look at it: each further field is written over the one before.
        self.count = 0
        self.fields.removeAll(keepingCapacity: true)
    }
}
