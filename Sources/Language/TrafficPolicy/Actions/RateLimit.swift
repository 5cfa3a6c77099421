import Model

/// How many requests of one kind may come in a time (`spec/traffic-policy.md` 4.17).
package struct RateLimitConfiguration: Sendable, Hashable {
    package enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case slidingWindow = "sliding_window"
    }

    package let name: String
    package let algorithm: Algorithm
    /// Requests in one window.
    package let capacity: Int
    /// The window: 60 seconds to 24 hours, a multiple of 10 seconds.
    package let rate: Duration
    /// What the requests have in common that are counted together; 1 to 10.
    package let bucketKey: [ExpressionSource]
    package let isEnforced: Bool

    init?(_ fields: FieldReader) {
        let name = fields.required("name", .text(1...1023), "A name for the limit.")
        self.algorithm = fields.value(
            "algorithm",
            .choice(),
            default: .slidingWindow,
            shown: "sliding_window",
            "How is counted."
        )
        let capacity = fields.required("capacity", .integer(1...2_000_000_000), "Requests in one window.")
        let rate = fields.required(
            "rate",
            .duration(.seconds(60) ... .seconds(86400), step: .seconds(10)),
            "The length of the window."
        )
        let keys = fields.required(
            "bucket_key",
            .list(of: .expression(.any, code: .policyConfiguration), 1...10),
            "What those requests have in common that are counted together."
        )
        self.isEnforced = fields.value("enforce", .bool, default: true, shown: "true", .enforceMeaning)
        guard let name, let capacity, let rate, let keys else { return nil }
        self.name = name
        self.capacity = capacity
        self.rate = rate
        self.bucketKey = keys
    }
}

extension RateLimitConfiguration {
    static let description = ActionDescription(
        .rateLimit,
        "Refuses requests beyond a number in a time, counted for each key.",
        phases: [.httpRequest],
        ending: .sometimes,
        results: [
            ResultVariable("rate_limit.bucket_key", .string, "The key that the request was counted under."),
            ResultVariable("rate_limit.limited", .bool, "Whether it was one too many."),
        ] + ResultVariable.errors(of: "rate_limit"),
        notes: [
            "One too many gets 429 with `retry-after` and an empty body, and is not counted.",
            "Each node of an edge counts for itself. The count survives a change of the policy that leaves name, "
                + "rate, capacity and keys as they are.",
            "A key whose expression fails counts as empty.",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: rate-limit
                    config:
                      name: per visitor
                      algorithm: sliding_window
                      capacity: 30
                      rate: 60s
                      bucket_key:
                        - conn.client_ip
            """
    ) { RateLimitConfiguration($0).map(ActionConfiguration.rateLimit) }
}
