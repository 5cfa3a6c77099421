import NIOCore
import Testing

@testable import Mux

@Suite struct CompactingTests {
    @Test func `A slice does not hold a buffer that is far too large for it`() throws {
        var buffer = ByteBufferAllocator().buffer(capacity: 128 * 1024)
        buffer.writeRepeatingByte(7, count: 16 * 1024)
        let slice = try #require(buffer.getSlice(at: 100, length: 1000))
        let own = slice.compacted
        #expect(own == slice)
        #expect(own.storageCapacity <= 1024)
    }

    @Test func `What fills half of its buffer stays where it is`() {
        var buffer = ByteBufferAllocator().buffer(capacity: 128 * 1024)
        buffer.writeRepeatingByte(7, count: 65 * 1024)
        let address = buffer.withUnsafeReadableBytes { $0.baseAddress }
        #expect(buffer.compacted.withUnsafeReadableBytes { $0.baseAddress } == address)
    }
}
