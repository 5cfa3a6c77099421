/// How long things took, counted in fixed steps: a few additions for each, no allocation, no lock. Whoever owns it counts;
/// others get copies.
package struct LatencyHistogram: Sendable, Equatable {
    /// Upper bounds of the steps, in nanoseconds; beyond the last there is one step more.
    private static let bounds: [UInt64] = [
        500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000,
        500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000,
    ]

    private var counts: [Int]
    private var sum: UInt64 = 0

    package init() {
        self.counts = [Int](repeating: 0, count: Self.bounds.count + 1)
    }

    package mutating func observe(nanoseconds: UInt64) {
        var step = 0
        while step < Self.bounds.count, nanoseconds > Self.bounds[step] { step += 1 }
        self.counts[step] += 1
        self.sum &+= nanoseconds
    }

    package mutating func add(_ other: LatencyHistogram) {
        for step in self.counts.indices { self.counts[step] += other.counts[step] }
        self.sum &+= other.sum
    }

    /// As a scraper reads it: each step with all below it, in seconds.
    package func samples() -> [MetricFamily.Sample] {
        var total = 0
        var samples: [MetricFamily.Sample] = []
        for (step, count) in self.counts.enumerated() {
            total += count
            let bound = step < Self.bounds.count ? "\(Double(Self.bounds[step]) / 1e9)" : "+Inf"
            samples.append(.init(suffix: "_bucket", labels: [.init("le", bound)], Double(total)))
        }
        samples.append(.init(suffix: "_sum", Double(self.sum) / 1e9))
        samples.append(.init(suffix: "_count", Double(total)))
        return samples
    }
}
