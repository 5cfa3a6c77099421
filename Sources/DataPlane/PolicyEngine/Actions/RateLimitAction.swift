import Expression
import NIOCore
import TrafficPolicy

/// Refuses requests beyond a number in a time (`spec/traffic-policy.md` 4.17).
struct RateLimitAction: PolicyAction {
    private static let bucketKey = ResultSlot(.rateLimit, "rate_limit.bucket_key")
    private static let limited = ResultSlot(.rateLimit, "rate_limit.limited")
    private static let errorCode = ResultSlot(.rateLimit, "rate_limit.error.code")
    private static let errorMessage = ResultSlot(.rateLimit, "rate_limit.error.message")

    private let name: String
    private let keys: [Program]
    private let isEnforced: Bool
    private let limiter: RateLimiter

    init(_ configuration: RateLimitConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        var keys: [Program] = []
        for source in configuration.bucketKey { keys.append(try place.expression(source)) }
        self.name = configuration.name
        self.keys = keys
        self.isEnforced = configuration.isEnforced
        let identity = ActionStates.RateLimitIdentity(
            name: configuration.name,
            capacity: configuration.capacity,
            rate: configuration.rate,
            keys: configuration.bucketKey.map(\.text)
        )
        self.limiter = place.compiler.rateLimiter(identity) {
            RateLimiter(
                capacity: UInt32(clamping: configuration.capacity),
                window: .seconds(configuration.rate.components.seconds)
            )
        }
    }

    func run(on exchange: Exchange) -> Verdict {
        guard let host = exchange.host else { return .next }
        let components = self.keys.map { key in
            // A component without a value counts as empty, by the language.
            (try? exchange.text(of: key)) ?? ""
        }
        var results = [(Self.bucketKey, Value.string(components.joined(separator: ",")))]
        defer { exchange.publish(.rateLimit, results) }
        switch self.limiter.admit(RateLimiter.Key(components), at: host.uptime) {
        case .admitted:
            return .next
        case .uncounted:
            let words = "the rate limit \"\(self.name)\" counts as many keys as it can; the request is not counted"
            exchange.note(words)
            results += [(Self.errorCode, .string("ERR_NGROK_2249")), (Self.errorMessage, .string(words))]
            return .next
        case .limited(let seconds):
            results.append((Self.limited, .bool(true)))
            guard self.isEnforced else { return .next }
            return .respond(PolicyResponse(status: 429, fields: [("retry-after", "\(seconds)")]))
        }
    }
}
