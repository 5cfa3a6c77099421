import NIOConcurrencyHelpers

/// Counts calls by whom they come from, so that nobody makes more than so many a minute.
///
/// A bucket for each: it holds a minute's worth and fills evenly. Those who were not seen for a minute are forgotten;
/// of more than 20,000 within one, the newest are not limited, so that memory is bounded.
final class CallLimiter<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var tokens: Double
        var seen: ContinuousClock.Instant
    }

    private static var limit: Int { 20_000 }

    private let perMinute: Double
    private let buckets = NIOLockedValueBox<[Key: Bucket]>([:])

    init(perMinute: Int) {
        self.perMinute = Double(perMinute)
    }

    /// Whether a call may come now.
    func hasRoom(for key: Key, at now: ContinuousClock.Instant = .now) -> Bool {
        self.buckets.withLockedValue { buckets in
            guard let bucket = buckets[key] else { return true }
            return self.filled(bucket, now).tokens >= 1
        }
    }

    /// Counts a call.
    ///
    /// - Returns: whether it may come.
    func take(_ key: Key, at now: ContinuousClock.Instant = .now) -> Bool {
        self.buckets.withLockedValue { buckets in
            if buckets[key] == nil, buckets.count >= Self.limit {
                buckets = buckets.filter { now - $0.value.seen < .seconds(60) }
                guard buckets.count < Self.limit else { return true }
            }
            var bucket = self.filled(buckets[key] ?? Bucket(tokens: self.perMinute, seen: now), now)
            let may = bucket.tokens >= 1
            if may { bucket.tokens -= 1 }
            buckets[key] = bucket
            return may
        }
    }

    private func filled(_ bucket: Bucket, _ now: ContinuousClock.Instant) -> Bucket {
        let seconds = (now - bucket.seen) / .seconds(1)
        return Bucket(tokens: min(self.perMinute, bucket.tokens + seconds * self.perMinute / 60), seen: now)
    }
}
