import NIOConcurrencyHelpers

/// Counts calls by whom they come from, so that nobody makes more than so many a minute.
///
/// A bucket for each: it holds a minute's worth and fills evenly. Those who were not seen for a minute are forgotten;
/// of more than 20,000 within one, the newest are not limited, so that memory is bounded.
package final class CallLimiter<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var tokens: Double
        var seen: ContinuousClock.Instant
    }

    private struct State {
        var perMinute: Double
        var buckets: [Key: Bucket] = [:]

        func filled(_ bucket: Bucket, _ now: ContinuousClock.Instant) -> Bucket {
            let seconds = (now - bucket.seen) / .seconds(1)
            return Bucket(tokens: min(self.perMinute, bucket.tokens + seconds * self.perMinute / 60), seen: now)
        }
    }

    private static var limit: Int { 20_000 }

    private let state: NIOLockedValueBox<State>

    package init(perMinute: Int) {
        self.state = NIOLockedValueBox(State(perMinute: Double(perMinute)))
    }

    package func set(perMinute: Int) {
        self.state.withLockedValue { $0.perMinute = Double(perMinute) }
    }

    /// Whether a call may come now.
    package func hasRoom(for key: Key, at now: ContinuousClock.Instant = .now) -> Bool {
        self.state.withLockedValue { state in
            guard let bucket = state.buckets[key] else { return true }
            return state.filled(bucket, now).tokens >= 1
        }
    }

    /// Counts a call.
    ///
    /// - Returns: whether it may come.
    package func take(_ key: Key, at now: ContinuousClock.Instant = .now) -> Bool {
        self.state.withLockedValue { state in
            if state.buckets[key] == nil, state.buckets.count >= Self.limit {
                state.buckets = state.buckets.filter { now - $0.value.seen < .seconds(60) }
                guard state.buckets.count < Self.limit else { return true }
            }
            var bucket = state.filled(state.buckets[key] ?? Bucket(tokens: state.perMinute, seen: now), now)
            let may = bucket.tokens >= 1
            if may { bucket.tokens -= 1 }
            state.buckets[key] = bucket
            return may
        }
    }
}
