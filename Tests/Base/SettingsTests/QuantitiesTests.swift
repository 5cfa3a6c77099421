import Testing

@testable import Settings

@Suite struct QuantitiesTests {
    @Test(arguments: [
        ("0", Duration.zero), ("0s", .zero), ("500ms", .milliseconds(500)), ("10s", .seconds(10)),
        ("1m30s", .seconds(90)), ("1h", .seconds(3600)), ("2h3m4s5ms", .milliseconds(7_384_005)),
    ])
    func `A duration is whole numbers with units, the largest first`(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: [
        "", "s", "10", "1.5s", "-1s", "1s1s", "1s1m", "10 s", "1d", "١s", "99999999999999999999s", "9999999999999999h",
        "9223372036854775807ms1h", "2562047788015h9223372036854775807ms",
    ])
    func `What is no duration is refused`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: UInt64(0)..<100)
    func `A duration reads back as it was written`(seed: UInt64) {
        let duration = Duration.milliseconds(Int64(seed &* 0x9E37_79B9_7F4A_7C15 >> 20))
        #expect(DurationText.parse(DurationText.text(duration)) == duration)
    }

    @Test(arguments: [("0", 0), ("512B", 512), ("60KiB", 61440), ("1 mib", 1 << 20), ("2GiB", 2 << 30), ("77", 77)])
    func `A size is a whole number with a unit`(text: String, count: Int) {
        #expect(ByteSize.parse(text) == count)
        #expect(ByteSize.parse(ByteSize.text(count)) == count)
    }

    @Test(arguments: ["", "KiB", "1KB", "1.5KiB", "-1", "9999999999999999999", "9223372036854775807GiB", "1KiBx"])
    func `What is no size is refused`(text: String) {
        #expect(ByteSize.parse(text) == nil)
    }

    @Test(arguments: [
        ("https", "https", 0), ("htps", "https", 1), ("htpts", "https", 1), ("", "abc", 3), ("kitten", "sitting", 3),
    ])
    func `The distance of two names is the number of slips between them`(from: String, to: String, edits: Int) {
        #expect(Suggestion.edits(Array(from.unicodeScalars), Array(to.unicodeScalars)) == edits)
    }
}
