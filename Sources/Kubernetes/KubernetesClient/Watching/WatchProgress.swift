/// Decides what comes next in following a collection: a list, then a watch from where it ended, then another watch from
/// what was seen last.
struct WatchProgress: Equatable {
    enum Step: Equatable {
        case list
        case watch(from: String)
    }

    /// How a step ended.
    enum End: Equatable {
        /// The server ends each watch after a while.
        case closed
        /// What we would go on from is not kept any more.
        case expired
        case failed(retryAfter: Duration?)
    }

    /// What was seen last; nil: nothing that a watch can go on from.
    private var version: String?
    private var backoff = Backoff(first: .milliseconds(200), longest: .seconds(30))
    /// Whether the watch under way has told anything.
    private var hasProgress = false

    var step: Step { self.version.map { .watch(from: $0) } ?? .list }

    mutating func listed(upTo version: String) {
        self.version = version
        self.hasProgress = false
    }

    mutating func saw(_ version: String) {
        if !version.isEmpty { self.version = version }
        self.hasProgress = true
        self.backoff.reset()
    }

    /// How long to wait until the next step; `chance`, 0 to 1 and drawn evenly, spreads it.
    mutating func ended(_ end: End, chance: Double) -> Duration {
        let hadProgress = self.hasProgress
        self.hasProgress = false
        switch end {
        case .closed where hadProgress: return .milliseconds(50) * min(max(chance, 0), 1)
        case .closed: return self.backoff.next(chance: chance)
        case .expired:
            self.version = nil
            // Once, it is what happens after a long silence; again and again, the server is in trouble.
            return self.backoff.count == 0 ? self.once(chance) : self.backoff.next(chance: chance)
        case .failed(let retryAfter): return max(self.backoff.next(chance: chance), retryAfter ?? .zero)
        }
    }

    private mutating func once(_ chance: Double) -> Duration {
        _ = self.backoff.next(chance: chance)
        return .zero
    }

    /// The kind was gone, or is spoken in another version now: what was seen says nothing any more.
    mutating func restart() { self.version = nil }
}
