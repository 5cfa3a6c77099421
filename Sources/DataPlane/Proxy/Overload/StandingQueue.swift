/// How likely it is that a new request is turned away because those before it stand in a queue: a PIE controller (RFC
/// 8033, section 4.2) for the requests of one event loop that wait for their answers.
///
/// A loop with more to do than it can keeps its clock in time as long as each step is short: what is late are answers, in
/// buffers of agents and of the kernel where nobody here sees them. So the delay is reckoned as the RFC does where a queue
/// cannot be timed, by Little's law: requests that wait (``RecentRequests``) over those that are answered in a second. That
/// holds of a loop that has no time to spare. One that has is waiting for its upstreams, and nobody is better off when it
/// refuses.
package struct StandingQueue: Sendable {
    /// Of a tick's time, what a loop without time to spare has worked or waited for the processor.
    static let saturation = 0.9
    // The RFC's gains are for 15 ms between looks, and delays of milliseconds. These were found with a model of a queue that is
    // served in bursts, by what it serves and how long its requests wait (`StandingQueueTests`).
    /// Per second of delay beyond what is wanted, and per second that the queue has grown by since the last tick.
    private static let proportional = 0.1
    private static let differential = 0.6
    /// Beyond so many seconds delays differ no more.
    private static let longestDelay = 2.0
    private static let longestTick = 4.0
    private static let largestRise = 0.3
    private static let largestFall = 0.15
    /// The rest shows what the loop can bear.
    private static let most = 0.98
    /// Fewer requests than these are no queue.
    private static let fewest = 16
    /// Of the wanted delay, what the queue may hold at the most.
    private static let mostDelays = 1.5
    /// Seconds that the queue must have stood for, and those beyond which more are not remembered.
    private static let patience = 1.0
    private static let longestMemory = 2.0
    /// Seconds that one tick shows at most.
    private static let longestLook = 0.5
    /// How much the last tick counts in the rate.
    private static let recent = 0.12
    /// What is left of the probability with each tick without a queue.
    private static let decay = 0.75

    package private(set) var probability = 0.0
    /// Seconds that a request was reckoned to wait when the loop last looked.
    package private(set) var delay = 0.0
    /// Requests that are answered in a second, over the last two seconds or so in which the loop had no time to spare.
    private var rate = 0.0
    private var waitingBefore = 0
    /// How long the queue has stood, less twice the time in which there was none: what comes in one burst is worked off.
    private var stood = 0.0
    /// How many may wait: what comes at once, while the loop was at work elsewhere, comes between two looks.
    package private(set) var bound = Int.max

    package var isActive: Bool { self.probability > 0 || self.bound != .max }

    /// A tick of so many seconds has passed. `busy` is the share of it in which the loop had something to do, nil where
    /// the system does not say; `waiting` is the most requests that waited at once, and `wanted` the seconds that one may.
    mutating func noteTick(seconds: Double, busy: Double?, waiting: Int, answered: Int, wanted: Double) {
        guard seconds > 0 else { return }
        let growth = waiting - self.waitingBefore
        self.waitingBefore = waiting
        guard let busy, busy >= Self.saturation, waiting > Self.fewest else {
            self.delay = 0
            self.bound = .max
            self.stood = max(0, self.stood - 2 * seconds)
            self.probability = self.probability < 0.01 ? 0 : self.probability * Self.decay
            return
        }
        let rate = Double(answered) / seconds
        self.rate += self.rate == 0 ? rate : Self.recent * (rate - self.rate)
        self.delay = Double(waiting) / max(self.rate, 1)
        // A process that was stopped for long has no queue that has stood for long.
        let stood = min(seconds, Self.longestLook)
        self.stood = min(Self.longestMemory, self.stood + (self.delay > wanted ? stood : -2 * stood))
        guard self.stood >= Self.patience || self.probability > 0 else {
            self.stood = max(0, self.stood)
            return
        }
        self.bound = max(Self.fewest, Int(Self.mostDelays * wanted * self.rate))
        // A loop that is late looks less often.
        let ticks = min(Self.longestTick, seconds * 1000 / Double(DeadlineWheel.tickMilliseconds))
        let change =
            Self.proportional * (min(self.delay, Self.longestDelay) - wanted) * ticks
            + Self.differential * Double(growth) / max(self.rate, 1)
        self.probability += min(Self.largestRise * ticks, max(-Self.largestFall * ticks, change))
        self.probability = min(Self.most, max(0, self.probability))
    }
}
