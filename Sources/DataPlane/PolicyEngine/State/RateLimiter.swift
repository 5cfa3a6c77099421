package import NIOCore
import Synchronization

/// The counters of one rate-limit action, shared by all event loops of the process (`spec/traffic-policy.md` 4.17).
///
/// A sliding window of sub-counters of ten seconds: a request is admitted while the sum over the window is below the
/// capacity, and only then counted. It is exact however many loops ask at once: a key's counters live in one of sixteen
/// parts, each behind a lock that is held for a look-up and an addition.
///
/// Memory is bounded by ``Bounds``; beyond it new keys are admitted uncounted, which ``Decision/uncounted`` says. Keys
/// are kept as 128 bits of a hash with a secret of the process, never as text.
package final class RateLimiter: Sendable {
    package enum Decision: Sendable, Equatable {
        case admitted
        /// Over the capacity. The time is that until the oldest counter leaves the window, in whole seconds, at least 1.
        case limited(retryAfterSeconds: Int)
        /// There is no room for another key: the request goes on, and someone should be told.
        case uncounted
    }

    package struct Bounds: Sendable {
        /// Keys at one time.
        package var keys: Int
        /// Sub-counters at one time over all keys.
        package var counters: Int

        package init(keys: Int = 1_000_000, counters: Int = 4_000_000) {
            self.keys = keys
            self.counters = counters
        }
    }

    /// The resolution of the window, in nanoseconds.
    static let resolution: UInt64 = 10_000_000_000
    private static let partCount = 16

    package let capacity: UInt32
    /// The length of the window in sub-counters.
    package let windowLength: UInt32
    private let parts: [Part]

    /// - Parameters:
    ///   - capacity: 1 to 2,000,000,000 requests.
    ///   - window: a positive multiple of ten seconds.
    ///   - bounds: of the memory that the counters may take.
    package init(capacity: UInt32, window: TimeAmount, bounds: Bounds = Bounds()) {
        self.capacity = capacity
        self.windowLength = UInt32(clamping: max(1, UInt64(clamping: window.nanoseconds) / Self.resolution))
        self.parts = (0..<Self.partCount).map { _ in
            Part(
                keys: max(1, bounds.keys / Self.partCount),
                counters: max(1, bounds.counters / Self.partCount)
            )
        }
    }

    /// Counts a request of `key` if there is room for it.
    package func admit(_ key: Key, at now: NIODeadline) -> Decision {
        let part = self.parts[Int(truncatingIfNeeded: key.low & UInt64(Self.partCount - 1))]
        let slot = UInt32(truncatingIfNeeded: now.uptimeNanoseconds / Self.resolution)
        let outcome = part.table.withLock { table in
            table.admit(key, in: slot, capacity: self.capacity, windowLength: self.windowLength)
        }
        switch outcome {
        case .admitted: return .admitted
        case .full: return .uncounted
        case .limited(let oldest):
            let end = UInt64(oldest + self.windowLength) * Self.resolution
            let nanoseconds = end > now.uptimeNanoseconds ? end - now.uptimeNanoseconds : 0
            return .limited(retryAfterSeconds: max(1, Int((nanoseconds + 999_999_999) / 1_000_000_000)))
        }
    }

    /// The number of keys that are kept now.
    package var keyCount: Int { self.parts.reduce(0) { $0 + $1.table.withLock { $0.buckets.count } } }

    private final class Part: Sendable {
        let table: Mutex<RateLimitTable>

        init(keys: Int, counters: Int) {
            self.table = Mutex(RateLimitTable(keyLimit: keys, counterLimit: counters))
        }
    }
}

extension RateLimiter {
    /// What a request is counted under.
    package struct Key: Hashable, Sendable {
        let low: UInt64
        let high: UInt64

        /// The components in order; `["a", "bc"]` and `["ab", "c"]` are two keys.
        package init(_ components: [String]) {
            self.low = Self.hash(components, variant: 0)
            self.high = Self.hash(components, variant: 1)
        }

        /// `Hasher` is SipHash with a random key of the process: who doesn't know it can't make two keys collide.
        private static func hash(_ components: [String], variant: UInt8) -> UInt64 {
            var hasher = Hasher()
            hasher.combine(variant)
            for component in components {
                // By bytes: as characters, "é" in its two spellings would be one key.
                hasher.combine(component.utf8.count)
                var component = component
                component.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            }
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
    }
}
