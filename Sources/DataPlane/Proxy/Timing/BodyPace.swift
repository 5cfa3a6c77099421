/// Whether a request's body comes fast enough: the bytes of each period are looked at when it is over, and a body under way
/// that brought too few of them is too slow. Without a byte at all it meets the idle limit first.
struct BodyPace {
    private var began: UInt64 = 0
    private var bytes = 0

    /// A period begins: with the body, and again when it could not come for a while.
    mutating func start(at tick: UInt64) {
        self.began = tick
        self.bytes = 0
    }

    /// So many bytes have come.
    ///
    /// - Returns: false when that is too few.
    mutating func note(_ count: Int, at tick: UInt64, _ limits: ProxyLimits) -> Bool {
        self.bytes += count
        let elapsed = Int64(tick - self.began) * DeadlineWheel.tickMilliseconds
        guard elapsed >= limits.bodyRatePeriodMilliseconds else { return true }
        let isFastEnough = Int64(self.bytes) * 1000 >= Int64(limits.bodyBytesPerSecond) * elapsed
        self.start(at: tick)
        return isFastEnough
    }
}
