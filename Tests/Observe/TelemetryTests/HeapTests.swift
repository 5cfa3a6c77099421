import Telemetry
import Testing

@Suite struct HeapTests {
    private static let megabyte = 1 << 20

    @Test func `What is allocated is counted`() throws {
        let before = try #require(Heap.allocatedBytes())
        let space = UnsafeMutableRawPointer.allocate(byteCount: 64 * Self.megabyte, alignment: 1)
        defer { space.deallocate() }
        #expect(try #require(Heap.allocatedBytes()) > before + 32 * Self.megabyte)
    }

    @Test(arguments: [
        (resident: 100, allocated: 1, isDue: false), (200, 150, false), (200, 90, true), (1000, 800, false),
        (1000, 700, true),
    ])
    func `A quarter that nobody holds is given back, where it is worth while`(
        resident: Int,
        allocated: Int,
        isDue: Bool
    ) {
        var trimming = HeapTrimming()
        #expect(trimming.isDue(resident: resident * Self.megabyte) { allocated * Self.megabyte } == isDue)
    }

    @Test func `What gained nothing is not tried again at once`() {
        var trimming = HeapTrimming()
        let look = { trimming.isDue(resident: 1000 * Self.megabyte) { Self.megabyte } }
        #expect(look())
        trimming.note(before: 1000 * Self.megabyte, after: 200 * Self.megabyte)
        #expect(look())
        trimming.note(before: 1000 * Self.megabyte, after: 999 * Self.megabyte)
        for _ in 0..<HeapTrimming.pause { #expect(!look()) }
        #expect(look())
    }

    @Test func `An allocator that says nothing is left alone`() {
        var trimming = HeapTrimming()
        #expect(!trimming.isDue(resident: 1000 * Self.megabyte) { nil })
    }
}
