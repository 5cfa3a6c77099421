/// How long is waited after failures: twice as long after each, up to a limit, and never the same for two that failed
/// together.
struct BackOff {
    private let first: Duration
    private let longest: Duration
    private var failures = 0

    init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    mutating func reset() { self.failures = 0 }

    /// The wait after one more failure; `chance` is 0 to 1, drawn by the caller.
    mutating func next(chance: Double) -> Duration {
        // 2^20 is beyond every limit.
        let whole = min(self.longest, self.first * (1 << min(self.failures, 20)))
        self.failures += 1
        // Between a half and the whole.
        return whole / 2 + whole / 2 * min(max(chance, 0), 1)
    }
}
