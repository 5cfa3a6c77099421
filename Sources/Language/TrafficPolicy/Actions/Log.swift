import Model

/// What is added to the event of the connection or the request (`spec/traffic-policy.md` 4.12).
package struct LogConfiguration: Sendable, Hashable {
    /// An object.
    package let metadata: TemplateValue

    init?(_ fields: FieldReader) {
        let object = FieldType<TemplateValue>.anything().described("mapping of any values").checked {
            value,
            node,
            path,
            context -> TemplateValue? in
            guard case .object = value else {
                context.report(
                    .policyConfiguration,
                    at: node,
                    path: path,
                    "a mapping is expected; this is \(node.form)"
                )
                return nil
            }
            return value
        }
        guard let metadata = fields.required("metadata", object, "What is logged, by name.") else { return nil }
        self.metadata = metadata
    }
}

extension LogConfiguration {
    static let description = ActionDescription(
        .log,
        "Adds facts to the event that is written for the connection or the request.",
        phases: [.tcpConnect, .httpRequest, .httpResponse],
        results: [ResultVariable("log.metadata", .map(.dyn), "What was logged.")],
        notes: [
            "It never fails a request: an expression that does is logged as `<error: …>`.",
            "32 entries for each request, of 4 KiB each.",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: log
                    config:
                      metadata:
                        country: ${conn.geo.country_code}
                        bot: ${req.user_agent.is_bot}
            """
    ) { LogConfiguration($0).map(ActionConfiguration.log) }
}
