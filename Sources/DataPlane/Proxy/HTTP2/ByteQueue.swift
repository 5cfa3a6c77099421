import DequeModule
import NIOCore

/// Slices in the order in which they go out. What has gone out is let go at once: a reader that is a little slow may never
/// empty it.
struct ByteQueue {
    private(set) var slices = Deque<ByteBuffer>()
    private(set) var bytes = 0

    var isEmpty: Bool { self.bytes == 0 }

    mutating func append(_ slice: ByteBuffer) {
        guard slice.readableBytes > 0 else { return }
        self.bytes += slice.readableBytes
        self.slices.append(slice)
    }

    /// The next bytes, at most `limit` of them; nil when there are none.
    mutating func take(upTo limit: Int) -> ByteBuffer? {
        guard limit > 0, let first = self.slices.first else { return nil }
        self.bytes -= min(limit, first.readableBytes)
        guard first.readableBytes > limit else { return self.slices.removeFirst() }
        return self.slices[0].readSlice(length: limit)
    }

    mutating func clear() {
        self.slices.removeAll()
        self.bytes = 0
    }
}
