/// How long to wait before what failed is tried again: twice as long each time, spread so that not all try at once.
package struct Backoff: Sendable, Equatable {
    package let first: Duration
    package let longest: Duration
    private var failures = 0

    package init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// How often it failed since it last went well.
    package var count: Int { self.failures }

    /// It went well.
    package mutating func reset() { self.failures = 0 }

    /// It failed.
    ///
    /// - Parameter chance: 0 to 1, drawn evenly.
    /// - Returns: from half of the time to all of it.
    package mutating func next(chance: Double) -> Duration {
        // Past twenty doublings every bound is reached.
        let whole = min(self.first * (1 << min(self.failures, 20)), self.longest)
        self.failures = min(self.failures + 1, 1 << 20)
        return whole / 2 + whole / 2 * min(max(chance, 0), 1)
    }
}
