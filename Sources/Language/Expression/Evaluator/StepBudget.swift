/// The steps and the time that a run has left.
///
/// The clock is read only every few thousand steps, and for the first time when that many are spent: a run that takes fewer
/// doesn't pay for it.
struct StepBudget {
    private static let stepsBetweenReadings = 4096

    private(set) var remaining: Int
    private var nextReading: Int
    private var deadline: ContinuousClock.Instant?
    private let wallClock: Duration

    init(steps: Int, wallClock: Duration) {
        self.remaining = steps
        self.nextReading = steps - Self.stepsBetweenReadings
        self.wallClock = wallClock
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
        let now = ContinuousClock.now
        guard let deadline = self.deadline else {
            self.deadline = now + self.wallClock
            return
        }
        guard now < deadline else {
            self.remaining = -1
            throw EvaluationError(.budgetExceeded("the expression takes longer than \(self.wallClock)"))
        }
    }
}
