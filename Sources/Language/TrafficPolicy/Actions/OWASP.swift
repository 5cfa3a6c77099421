/// How the OWASP core rule set looks at requests or responses (`spec/traffic-policy.md` 4.16).
package struct OWASPConfiguration: Sendable, Hashable {
    /// With `continue` nothing is blocked either: the result variables tell alone.
    package let onError: FailurePolicy
    /// Whether the first 4 KiB of the body are looked at.
    package let processesBody: Bool
    package let excludedRules: [Int]

    init(_ fields: FieldReader) {
        self.onError = fields.value(
            "on_error",
            .choice(),
            default: .halt,
            shown: "halt",
            "With `continue` nothing is blocked; the result variables tell."
        )
        self.processesBody = fields.value(
            "process_body",
            .bool,
            default: false,
            shown: "false",
            "Whether the first 4 KiB of the body are looked at."
        )
        self.excludedRules =
            fields.optional(
                "exclude_rule_ids",
                .list(of: .integer(900_000...999_999), 0...1000),
                "Rules that do not run."
            ) ?? []
    }

    private static let rule = VariableType.record(
        "matched rule",
        [.init("id", .int), .init("message", .string), .init("severity", .string), .init("data", .string)]
    )

    private static func results(_ name: String) -> [ResultVariable] {
        [
            ResultVariable("\(name).decision", .string, "`allow` or `deny`."),
            ResultVariable("\(name).anomaly_score", .int, "The sum of the scores."),
            ResultVariable("\(name).anomaly_score_threshold", .int, "From which score on is denied."),
            ResultVariable("\(name).matched_rules", .list(Self.rule), "The rules that gave a score, in order."),
        ] + ResultVariable.errors(of: name)
    }

    static let requestDescription = ActionDescription(
        .owaspCRSRequest,
        "Blocks requests that look like attacks, by the OWASP core rule set.",
        phases: [.httpRequest],
        ending: .sometimes,
        results: results("owasp_crs_request"),
        notes: [
            "From a score of 5 on a request gets 403 with 3700.",
            "The rules see the request line, the fields, and with `process_body` the beginning of the body: a form, multipart, "
                + "JSON or XML, as its Content-Type says. The rest goes on unseen.",
            "A request for which there is no room gets 503 with 743, one that cannot be looked at 500 with 3701.",
            "The edge needs libmodsecurity3 and modsecurity-crs; paranoia level, thresholds and other rules are its "
                + "settings (`policy.firewall`).",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: owasp-crs-request
                    config:
                      process_body: true
                      exclude_rule_ids: [920350]
            """
    ) { ActionConfiguration.owaspCRSRequest(OWASPConfiguration($0)) }

    static let responseDescription = ActionDescription(
        .owaspCRSResponse,
        "Blocks responses that give too much away, by the OWASP core rule set.",
        phases: [.httpResponse],
        ending: .sometimes,
        results: results("owasp_crs_response"),
        notes: [
            "From a score of 4 on the response is replaced by 403 with 3702.",
            "The rules see status and fields, the request, and with `process_body` the beginning of a body that is text, JSON "
                + "or XML, decoded. It is waited for, so that a response that comes slowly comes later.",
            "A response for which there is no room gets 503 with 743, one that cannot be looked at 500 with 3701.",
        ],
        example: """
            on_http_response:
              - actions:
                  - type: owasp-crs-response
                    config:
                      on_error: continue
            """
    ) { ActionConfiguration.owaspCRSResponse(OWASPConfiguration($0)) }
}
