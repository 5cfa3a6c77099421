import Testing

@testable import Expression

@Suite struct TimestampTests {
    @Test(arguments: [(-62_135_596_801, 0), (253_402_300_800, 0), (0, 1_000_000_000), (0, -1)] as [(Int64, Int32)])
    func `A moment outside of the years 1 to 9999, or with nanoseconds that are none, is not made`(
        seconds: Int64,
        nanoseconds: Int32
    ) {
        #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds) == nil)
    }
}
