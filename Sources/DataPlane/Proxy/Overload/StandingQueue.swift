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
    /// The RFC's, for a tick of a quarter of a second in place of its 15 ms: per second of delay beyond what is wanted,
    /// and per second of delay more than at the last tick.
    private static let proportional = 0.25
    private static let differential = 1.25
    /// The rest shows what the loop can bear.
    private static let most = 0.98
    /// Fewer requests than these are no queue.
    private static let fewest = 32
    /// How much the last tick counts in the rate.
    private static let recent = 0.5

    package private(set) var probability = 0.0
    /// Seconds that a request was reckoned to wait when the loop last looked.
    package private(set) var delay = 0.0
    /// Requests that were answered in a second.
    private var rate = 0.0

    /// A tick of so many seconds has passed. `busy` is the share of it in which the loop had something to do, nil where
    /// the system does not say; `waiting` and `answered` are requests, and `wanted` the seconds that one may wait.
    mutating func noteTick(seconds: Double, busy: Double?, waiting: Int, answered: Int, wanted: Double) {
        guard seconds > 0 else { return }
        let rate = Double(answered) / seconds
        self.rate = self.rate == 0 ? rate : Self.recent * rate + (1 - Self.recent) * self.rate
        let before = self.delay
        let isSaturated = (busy ?? 0) >= Self.saturation
        self.delay = isSaturated && waiting > Self.fewest ? Double(waiting) / max(self.rate, 1) : 0
        guard self.delay > 0 || self.probability > 0 else { return }
        var change = Self.proportional * (self.delay - wanted) + Self.differential * (self.delay - before)
        // Small probabilities move in small steps (RFC 8033, section 5.2).
        if self.probability < 0.01 { change /= 8 } else if self.probability < 0.1 { change /= 2 }
        self.probability = min(Self.most, max(0, self.probability + change))
        // No queue: what is left decays (RFC 8033, section 4.2).
        if self.delay == 0 { self.probability = self.probability < 0.01 ? 0 : self.probability * 0.75 }
    }
}
