/// The state of one circuit-breaker action: what it decides, without clock or lock (`spec/traffic-policy.md` 4.4).
///
///              rate of errors reached              tripped for long enough
///     closed ─────────────────────────▶ open ─────────────────────────▶ probing
///       ▲                                ▲ ▲      (one request is let through) │
///       │                                └─┼───────── the probe failed ────────┤
///       └──────────────────────────────────┴──────── the probe succeeded ──────┘
///
/// Time is in nanoseconds of a clock that never goes back.
package struct CircuitBreaker: Sendable {
    package struct Configuration: Sendable, Equatable {
        /// The share of errors, 0 to 1, from which on it trips (`>=`).
        package var errorThreshold: Double
        /// The number of exchanges in the window before it may trip.
        package var volumeThreshold: Int
        /// The length of the rolling window, in nanoseconds.
        package var window: UInt64
        /// How long it stays open before a probe, in nanoseconds.
        package var trippedTime: UInt64

        package init(errorThreshold: Double, volumeThreshold: Int, window: UInt64, trippedTime: UInt64) {
            self.errorThreshold = errorThreshold
            self.volumeThreshold = volumeThreshold
            self.window = window
            self.trippedTime = trippedTime
        }
    }

    package enum Admission: Sendable, Equatable {
        case allowed
        case blocked
        /// Let through while it is open: the outcome decides whether it closes.
        case probe
    }

    /// How an admitted exchange ended.
    package enum Outcome: Sendable, Equatable {
        case success
        /// A status of 500 or more, or no valid answer at all.
        case failure
        /// The visitor went away before there was an answer: it says nothing of the upstream.
        case unknown
    }

    private enum Phase {
        case closed
        case open(since: UInt64)
        case probing
    }

    private struct Bucket {
        var number: UInt64 = 0
        var total = 0
        var errors = 0
    }

    static let bucketCount = 10

    private let configuration: Configuration
    private let bucketTime: UInt64
    private var phase = Phase.closed
    private var buckets = Array(repeating: Bucket(), count: Self.bucketCount)

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        self.bucketTime = max(1, configuration.window / UInt64(Self.bucketCount))
    }

    /// Whether a request may go on now. Each that was not blocked is reported once (``record(_:of:at:)``).
    package mutating func admit(at now: UInt64) -> Admission {
        switch self.phase {
        case .closed: return .allowed
        case .probing: return .blocked
        case .open(let since):
            guard now >= since, now - since >= self.configuration.trippedTime else { return .blocked }
            self.phase = .probing
            return .probe
        }
    }

    /// An exchange that was admitted is over.
    package mutating func record(_ outcome: Outcome, of admission: Admission, at now: UInt64) {
        switch (admission, self.phase) {
        case (.probe, .probing): self.recordProbe(outcome, at: now)
        case (.allowed, .closed): self.count(outcome, at: now)
        // Admitted before it tripped, or before it closed again: what it says is old.
        case (.allowed, .open), (.allowed, .probing), (.probe, .closed), (.probe, .open), (.blocked, _): break
        }
    }

    private mutating func recordProbe(_ outcome: Outcome, at now: UInt64) {
        switch outcome {
        case .success:
            self.phase = .closed
            self.buckets = Array(repeating: Bucket(), count: Self.bucketCount)
        case .failure:
            self.phase = .open(since: now)
        case .unknown:
            // The next request is the probe.
            self.phase = .open(since: now >= self.configuration.trippedTime ? now - self.configuration.trippedTime : 0)
        }
    }

    private mutating func count(_ outcome: Outcome, at now: UInt64) {
        guard outcome != .unknown else { return }
        let number = now / self.bucketTime
        let index = Int(number % UInt64(Self.bucketCount))
        if self.buckets[index].number != number { self.buckets[index] = Bucket(number: number) }
        self.buckets[index].total += 1
        if outcome == .failure { self.buckets[index].errors += 1 }

        let current = self.buckets.filter { $0.number + UInt64(Self.bucketCount) > number }
        let total = current.reduce(0) { $0 + $1.total }
        let errors = current.reduce(0) { $0 + $1.errors }
        if total >= self.configuration.volumeThreshold,
            Double(errors) / Double(total) >= self.configuration.errorThreshold
        {
            self.phase = .open(since: now)
        }
    }
}
