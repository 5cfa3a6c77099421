/// A part of a rate limiter's counters: what it decides, without clock or lock.
struct RateLimitTable {
    enum Outcome: Equatable {
        case admitted
        /// `oldest` is the slot of the counter that leaves the window first.
        case limited(oldest: UInt32)
        case full
    }

    /// The admitted requests of one slot of the window.
    struct Counter: Equatable {
        var slot: UInt32
        var count: UInt32
    }

    /// The counters of one key, oldest first. Most keys have one: it needs no memory beside the table's.
    struct Bucket {
        var newest: Counter
        var older: [Counter] = []

        var oldest: Counter { self.older.first ?? self.newest }
        var total: UInt32 { self.older.reduce(self.newest.count) { $0 + $1.count } }

        /// Takes away what has left the window that begins behind `edge`.
        ///
        /// - Returns: the number of counters that went; nil where none is left.
        mutating func expire(through edge: UInt32) -> Int? {
            guard self.newest.slot > edge else { return nil }
            guard let first = self.older.first, first.slot <= edge else { return 0 }
            let before = self.older.count
            self.older.removeAll { $0.slot <= edge }
            return before - self.older.count
        }
    }

    let keyLimit: Int
    let counterLimit: Int
    private(set) var buckets: [RateLimiter.Key: Bucket] = [:]
    private(set) var counterCount = 0
    /// The slot in which idle keys were last swept out.
    private var sweptIn: UInt32 = 0

    init(keyLimit: Int, counterLimit: Int) {
        self.keyLimit = keyLimit
        self.counterLimit = counterLimit
    }

    /// Slots are numbered from the start of the clock; the window is `slot` and the `windowLength - 1` before it.
    mutating func admit(
        _ key: RateLimiter.Key,
        in slot: UInt32,
        capacity: UInt32,
        windowLength: UInt32
    ) -> Outcome {
        self.sweepIfDue(in: slot, windowLength: windowLength)
        guard var bucket = self.buckets[key] else { return self.begin(key, in: slot, windowLength: windowLength) }
        // Nothing has left the window while the clock is younger than it.
        if slot >= windowLength {
            guard let expired = bucket.expire(through: slot - windowLength) else {
                self.counterCount -= bucket.older.count
                self.buckets[key] = Bucket(newest: Counter(slot: slot, count: 1))
                return .admitted
            }
            self.counterCount -= expired
        }
        defer { self.buckets[key] = bucket }
        guard bucket.total < capacity else { return .limited(oldest: bucket.oldest.slot) }
        // Loops read the clock before they take the lock: one may come a slot late. It counts in the newest.
        guard bucket.newest.slot < slot else {
            bucket.newest.count += 1
            return .admitted
        }
        guard self.counterCount < self.counterLimit else { return .full }
        bucket.older.append(bucket.newest)
        bucket.newest = Counter(slot: slot, count: 1)
        self.counterCount += 1
        return .admitted
    }

    private mutating func begin(_ key: RateLimiter.Key, in slot: UInt32, windowLength: UInt32) -> Outcome {
        if self.isFull { self.sweep(in: slot, windowLength: windowLength) }
        guard !self.isFull else { return .full }
        self.buckets[key] = Bucket(newest: Counter(slot: slot, count: 1))
        self.counterCount += 1
        return .admitted
    }

    private var isFull: Bool { self.buckets.count >= self.keyLimit || self.counterCount >= self.counterLimit }

    /// Once for each window, keys that have been idle for one are forgotten.
    private mutating func sweepIfDue(in slot: UInt32, windowLength: UInt32) {
        guard slot >= self.sweptIn, slot - self.sweptIn >= windowLength else { return }
        self.sweep(in: slot, windowLength: windowLength)
    }

    /// At most once for each slot: a full table is not gone through for every request.
    private mutating func sweep(in slot: UInt32, windowLength: UInt32) {
        guard slot > self.sweptIn else { return }
        self.sweptIn = slot
        guard slot >= windowLength else { return }
        let edge = slot - windowLength
        self.buckets = self.buckets.filter { $0.value.newest.slot > edge }
        self.counterCount = self.buckets.values.reduce(0) { $0 + 1 + $1.older.count }
    }
}
