import Glibc

/// The steps and the time that a run has left.
///
/// The clock is read only every few thousand steps, and for the first time when that many are spent: a run that takes fewer
/// doesn't pay for it.
struct StepBudget {
    private static let stepsBetweenReadings = 4096

    private(set) var remaining: Int
    private var nextReading: Int
    /// By the clock that never goes back, in nanoseconds; 0 until it is first read.
    private var deadline: Int64 = 0
    private let nanoseconds: Int64

    init(steps: Int, wallClock: Duration) {
        let (seconds, attoseconds) = wallClock.components
        self.remaining = steps
        self.nextReading = max(0, steps - Self.stepsBetweenReadings)
        self.nanoseconds = Int64(clamping: seconds) &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }

    /// - Throws: when the steps are spent or the time is over. The budget then stays spent.
    @inline(__always)
    mutating func charge(_ steps: Int) throws(EvaluationError) {
        let (remaining, hasOverflowed) = self.remaining.subtractingReportingOverflow(steps)
        self.remaining = hasOverflowed ? -1 : remaining
        guard self.remaining < self.nextReading else { return }
        try self.lookAtTheClock()
    }

    @inline(never)
    private mutating func lookAtTheClock() throws(EvaluationError) {
        guard self.remaining >= 0 else {
            throw EvaluationError(.budgetExceeded("the expression takes more steps than it may"))
        }
        self.nextReading = max(0, self.remaining - Self.stepsBetweenReadings)
        let now = Self.now()
        guard self.deadline != 0 else {
            self.deadline = now &+ self.nanoseconds
            return
        }
        guard now < self.deadline else {
            self.remaining = -1
            throw EvaluationError(.budgetExceeded("the expression takes longer than it may"))
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
