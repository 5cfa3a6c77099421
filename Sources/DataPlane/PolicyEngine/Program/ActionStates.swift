import TrafficPolicy

/// What actions count, by what makes it the same count in the next version of a policy.
struct ActionStates: Sendable {
    /// A limit goes on counting as long as these stay as they are (`spec/traffic-policy.md` 4.17).
    struct RateLimitIdentity: Hashable {
        let name: String
        let capacity: Int
        let rate: Duration
        /// The sources of its key.
        let keys: [String]
    }

    var rateLimiters: [RateLimitIdentity: RateLimiter] = [:]
}
