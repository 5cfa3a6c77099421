import NIOCore
import Testing

@testable import Proxy

@Suite struct ByteQueueTests {
    @Test func `Bytes come out in their order, however they were cut`() {
        var queue = ByteQueue()
        for text in ["ab", "", "cdef", "g"] { queue.append(ByteBuffer(string: text)) }
        #expect(queue.bytes == 7)
        var taken: [String] = []
        while let bytes = queue.take(upTo: 3) { taken.append(String(buffer: bytes)) }
        #expect(taken == ["ab", "cde", "f", "g"])
        #expect(queue.isEmpty)
    }

    /// A reader that is a little slow empties it never: what has gone out must not stay with what has not.
    @Test func `A queue that is never empty keeps nothing of what was taken`() {
        var queue = ByteQueue()
        queue.append(ByteBuffer(string: "first"))
        for _ in 0..<1000 {
            queue.append(ByteBuffer(string: "another"))
            while queue.bytes > 7 { _ = queue.take(upTo: 7) }
        }
        #expect(queue.slices.count <= 2)
    }
}
