import Model

/// A refusal (`spec/traffic-policy.md` 4.8).
package struct DenyConfiguration: Sendable, Hashable {
    /// The status of the answer; without meaning in `on_tcp_connect`, where the connection is closed.
    package let status: Int

    init?(_ fields: FieldReader) {
        self.status = fields.value(
            "status_code",
            .integer(400...599),
            default: 403,
            shown: "403",
            "The status of the answer; in `on_http_request` only."
        )
        if fields.context?.phase == .tcpConnect, fields.has("status_code") {
            fields.report(
                .policyConfiguration,
                field: "status_code",
                "a connection is refused without a status; remove it"
            )
            return nil
        }
    }
}

extension DenyConfiguration {
    static let description = ActionDescription(
        .deny,
        "Refuses the request with a status and an empty body, or the connection.",
        phases: [.tcpConnect, .httpRequest],
        ending: .always,
        notes: ["In `on_tcp_connect` the connection is closed before anything is answered, and there are no fields."],
        example: """
            on_http_request:
              - expressions:
                  - req.user_agent.is_bot
                actions:
                  - type: deny
                    config:
                      status_code: 404
            """
    ) { DenyConfiguration($0).map(ActionConfiguration.deny) }
}
