import Model

/// How a response may be compressed (`spec/traffic-policy.md` 4.6).
package struct CompressResponseConfiguration: Sendable, Hashable {
    package enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case gzip, deflate
        case brotli = "br"
        case compress
        /// Not of the reference system, so that only who names it has it.
        case zstd

        /// What is used where the document names none.
        static let usual: [Algorithm] = [.gzip, .deflate, .brotli, .compress]
    }

    /// The one that is preferred first, where the visitor has no preference; each once, never empty.
    package let algorithms: [Algorithm]

    init(_ fields: FieldReader) {
        let algorithms = FieldType<[Algorithm]>.list(of: .choice(.policyCompression), 1...5).unique { $0 }
        self.algorithms = fields.value(
            "algorithms",
            algorithms,
            default: Algorithm.usual,
            shown: "[gzip, deflate, br, compress]",
            "The algorithms that may be used, the preferred one first."
        )
    }
}

extension CompressResponseConfiguration {
    static let description = ActionDescription(
        .compressResponse,
        "Compresses the response as the visitor's `Accept-Encoding` allows.",
        phases: [.httpResponse],
        results: [
            ResultVariable("compress.already_compressed", .bool, "Whether the upstream had compressed it."),
            ResultVariable("compress.negotiated_algorithm", .string, "What was used; empty for nothing."),
        ],
        notes: [
            "The response streams on: nothing is collected.",
            "Left alone are responses without body, those with `Content-Encoding` and those with "
                + "`Cache-Control: no-transform`.",
        ],
        example: """
            on_http_response:
              - actions:
                  - type: compress-response
                    config:
                      algorithms: [br, gzip]
            """
    ) { ActionConfiguration.compressResponse(CompressResponseConfiguration($0)) }
}
