/// Decides how many of the new requests an event loop turns away.
///
/// By its lag: when the loop's clock has been late for a second, a part of the requests is refused that grows with each
/// further late tick, and shrinks with each one that is in time. A tick that comes late stands for all the time that has
/// passed: a loop that is a second late is asked only once a second. So the loop settles where it keeps up, and serves as
/// much as it can. By its standing queue, which such a clock does not show, and which alone counts where there is one: two
/// that steer the same would swing. By memory: all of them, while the process is near its budget.
package struct LoadShedding: Sendable {
    /// How near the process is to its budget of memory.
    package enum Memory: Sendable {
        case enough
        /// New requests are refused.
        case short
        /// New connections too.
        case exhausted
    }

    /// Of so many requests, `share` are refused.
    static let whole = 16
    /// A loop that is late goes on serving a few, so that it can see what it can bear.
    private static let most = 14
    /// Milliseconds that it must have been late for, and those beyond which more are not remembered.
    private static let patience: Int64 = 1000
    private static let memoryOfLateness: Int64 = 2000
    /// What one tick counts for at most: a process that was stopped for long is not overloaded.
    private static let longestTick: Int64 = 500

    /// How long it has been late for, less twice the time in which it was not.
    private var lateMilliseconds: Int64 = 0
    private(set) var share = 0
    package private(set) var memory = Memory.enough
    package private(set) var queue = StandingQueue()
    /// The share of the last tick in which the loop had something to do; nil where that is not known.
    package private(set) var busy: Double?
    /// Milliseconds that the last tick was late.
    package private(set) var lag: Int64 = 0

    /// Whether a request may have to be refused: all that is looked at while all is well.
    package var isActive: Bool { self.share > 0 || self.queue.isActive || self.memory != .enough }

    package init() {}

    mutating func noteTick(late lag: Int64, limit: Int64) {
        self.lag = lag
        guard !self.queue.isActive else {
            self.lateMilliseconds = 0
            self.share = 0
            return
        }
        let tick = DeadlineWheel.tickMilliseconds
        guard lag > limit else {
            self.lateMilliseconds = max(0, self.lateMilliseconds - 2 * tick)
            self.share = max(0, self.share - 1)
            return
        }
        let passed = min(tick + lag, Self.longestTick)
        self.lateMilliseconds = min(self.lateMilliseconds + passed, Self.memoryOfLateness)
        guard self.lateMilliseconds >= Self.patience else { return }
        self.share = min(Self.most, self.share + 2 * Int(passed / tick))
    }

    mutating func note(_ memory: Memory) {
        self.memory = memory
    }

    /// See ``StandingQueue/noteTick(seconds:busy:waiting:answered:wanted:)``.
    mutating func noteQueue(seconds: Double, busy: Double?, waiting: Int, answered: Int, wanted: Double) {
        self.busy = busy
        self.queue.noteTick(seconds: seconds, busy: busy, waiting: waiting, answered: answered, wanted: wanted)
    }

    /// Whether a new request is refused.
    ///
    /// - Parameters:
    ///   - chance: any number.
    ///   - waiting: the requests that wait for their answers.
    /// - Returns: the limit for which it is; nil where it is served.
    func refusal(chance: UInt64, waiting: Int) -> Limit? {
        if self.memory != .enough { return .memory }
        if Int(chance % UInt64(Self.whole)) < self.share { return .loopLag }
        if waiting >= self.queue.bound { return .standingQueue }
        // Other bits of the same number are a draw of their own.
        return Double(chance >> 32) < self.queue.probability * Double(1 << 32 as UInt64) ? .standingQueue : nil
    }
}

extension LoadShedding.Memory {
    /// Near the budget at nine tenths of it, and at its end where only a twentieth is left.
    package init(resident: Int, budget: Int) {
        switch resident {
        case ..<(budget / 10 * 9): self = .enough
        case ..<(budget / 20 * 19): self = .short
        default: self = .exhausted
        }
    }
}
