/// The requests that one event loop has let in lately and that have not got their answers yet: what stands in its queue.
///
/// A request leaves it with the end of its answer, or with as much of it as the visitor can take or as shows that it is
/// served: how long a download lasts is up to whoever reads it. And it leaves after ten seconds, for what takes longer
/// waits for something else: an upstream, or an event.
struct RecentRequests {
    /// How much of an answer shows that it comes, in bytes.
    static let load = 256 << 10
    /// Ten seconds of ticks.
    static let ticks = Int(10_000 / DeadlineWheel.tickMilliseconds)

    /// Of those that began in each of the last ticks, how many are here.
    private var begun = [Int](repeating: 0, count: ticks)
    private var tick = 0
    private(set) var count = 0
    /// The most that were here at once since the last tick. A loop that works on many answers in one go has few left whenever it
    /// looks at its clock.
    private(set) var peak = 0
    /// Those that got their answers since somebody asked.
    private var answered = 0

    /// - Returns: what ``end(begunIn:isAnswered:)`` wants to know.
    mutating func begin() -> Int {
        self.begun[self.tick % Self.ticks] += 1
        self.count += 1
        self.peak = max(self.peak, self.count)
        return self.tick
    }

    /// To be called once for each that began.
    mutating func end(begunIn tick: Int, isAnswered: Bool) {
        if isAnswered { self.answered += 1 }
        guard self.tick - tick < Self.ticks else { return }
        self.begun[tick % Self.ticks] -= 1
        self.count -= 1
    }

    /// A tick is over: those that began so long ago leave.
    mutating func advance() {
        self.tick += 1
        let oldest = self.tick % Self.ticks
        self.count -= self.begun[oldest]
        self.begun[oldest] = 0
        self.peak = self.count
    }

    mutating func takeAnswered() -> Int {
        defer { self.answered = 0 }
        return self.answered
    }
}
