import Model

/// When an upstream that fails is left alone for a while (`spec/traffic-policy.md` 4.4).
package struct CircuitBreakerConfiguration: Sendable, Hashable {
    /// The share of failed exchanges from which on the circuit opens, 0 to 1.
    package let errorThreshold: Double
    /// How many exchanges the window must hold before it can open.
    package let volumeThreshold: Int
    package let window: Duration
    /// How long it stays open.
    package let tripped: Duration
    package let buckets: Int
    package let isEnforced: Bool

    init(_ fields: FieldReader) {
        self.errorThreshold = fields.value(
            "error_threshold",
            .number(0...1, code: .circuitBreakerThreshold),
            default: 0.5,
            shown: "0.5",
            "The share of failed exchanges from which on requests are refused."
        )
        self.volumeThreshold = fields.value(
            "volume_threshold",
            .integer(1...2_000_000_000),
            default: 10,
            shown: "10",
            "How many exchanges the window must hold first."
        )
        let duration = FieldType<Duration>.duration(.seconds(1) ... .seconds(120))
        self.window = fields.value(
            "window_duration",
            duration,
            default: .seconds(10),
            shown: "10s",
            "The time over which is counted."
        )
        self.tripped = fields.value(
            "tripped_duration",
            duration,
            default: .seconds(10),
            shown: "10s",
            "How long requests are refused before one is let through to see."
        )
        self.buckets = fields.value(
            "num_buckets",
            .integer(10...10),
            default: 10,
            shown: "10",
            "Parts of the window."
        )
        self.isEnforced = fields.value("enforce", .bool, default: true, shown: "true", .enforceMeaning)
    }
}

extension CircuitBreakerConfiguration {
    static let description = ActionDescription(
        .circuitBreaker,
        "Refuses requests for a while when too many have failed, so that an upstream can recover.",
        phases: [.httpRequest],
        ending: .sometimes,
        notes: [
            "A failure is an answer of 500 or above, or none.",
            "While the circuit is open, visitors get 503 with 3202. Then one request goes through: it closes the "
                + "circuit, or opens it again.",
            "Each node of an edge counts for itself. A change of the policy begins anew.",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: circuit-breaker
                    config:
                      error_threshold: 0.25
                      volume_threshold: 20
                      tripped_duration: 30s
            """
    ) { ActionConfiguration.circuitBreaker(CircuitBreakerConfiguration($0)) }
}
