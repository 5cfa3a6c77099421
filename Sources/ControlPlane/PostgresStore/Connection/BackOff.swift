/// How long nobody tries to reach a server that was away a moment ago.
struct BackOff {
    /// Short enough that all is as before within five seconds of the server's return.
    private static let longest = Duration.seconds(1)

    private var failures = 0
    private var retryAt: ContinuousClock.Instant?
    /// Of the last failure.
    private(set) var reason = ""

    /// Whether a try must be left to later.
    func isWaiting(at now: ContinuousClock.Instant) -> Bool {
        self.retryAt.map { now < $0 } ?? false
    }

    /// A try failed. `chance` between 0 and 1 keeps many nodes from trying at the same time.
    ///
    /// - Returns: how long to wait before the next.
    @discardableResult
    mutating func failed(_ reason: String, at now: ContinuousClock.Instant, chance: Double) -> Duration {
        self.failures = min(self.failures + 1, 10)
        self.reason = reason
        let longest = min(Duration.milliseconds(25 << self.failures), Self.longest)
        let pause = longest * (0.5 + chance / 2)
        self.retryAt = now + pause
        return pause
    }

    mutating func succeeded() {
        self = BackOff()
    }
}
