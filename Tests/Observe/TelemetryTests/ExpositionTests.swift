import Telemetry
import Testing

@Suite struct ExpositionTests {
    @Test func `A family says what it is, then its numbers`() {
        let families = [
            MetricFamily("a_total", .counter, "Of a \\ and\nb.", 12),
            MetricFamily("nothing", .gauge, "Left out.", []),
            MetricFamily(
                "b",
                .gauge,
                "B.",
                [
                    .init(labels: [.init("name", "x\"y\\z\n"), .init("other", "é")], 0.5), .init(.infinity),
                    .init(-3),
                ]
            ),
        ]
        #expect(
            Exposition.text(families) == #"""
                # HELP a_total Of a \\ and\nb.
                # TYPE a_total counter
                a_total 12
                # HELP b B.
                # TYPE b gauge
                b{name="x\"y\\z\n",other="é"} 0.5
                b +Inf
                b -3

                """#
        )
    }

    @Test func `A histogram's steps hold all that is below them`() {
        var histogram = LatencyHistogram()
        for milliseconds: UInt64 in [0, 1, 2, 30, 40_000] { histogram.observe(nanoseconds: milliseconds * 1_000_000) }
        var twice = histogram
        twice.add(histogram)
        #expect(Self.buckets(histogram, ["0.001", "0.0025", "0.05", "30.0", "+Inf"]) == [2, 3, 4, 4, 5])
        #expect(Self.buckets(twice, ["0.001", "+Inf"]) == [4, 10])
        #expect(histogram.samples().suffix(2).map(\.value) == [40.033, 5])
    }

    private static func buckets(_ histogram: LatencyHistogram, _ bounds: [String]) -> [Double] {
        let samples = histogram.samples()
        return bounds.compactMap { bound in samples.first { $0.labels.first?.value == bound }?.value }
    }

    @Test func `A process knows what it takes`() {
        let usage = ProcessUsage.now()
        #if os(Linux)
            #expect((usage.residentBytes ?? 0) > 1 << 20)
            #expect((usage.openFiles ?? 0) > 0)
        #endif
        #expect((usage.processorSeconds ?? 0) > 0)
    }
}
