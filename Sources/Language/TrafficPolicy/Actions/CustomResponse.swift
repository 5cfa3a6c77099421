import Model

/// An answer of the policy's own (`spec/traffic-policy.md` 4.7).
package struct CustomResponseConfiguration: Sendable, Hashable {
    package let status: Int
    /// Nil for an empty body.
    package let body: TemplateSource?
    package let headers: [TemplateField]

    init?(_ fields: FieldReader) {
        self.status = fields.value(
            "status_code",
            .integer(200...599),
            default: 200,
            shown: "200",
            "The status of the answer."
        )
        self.body = fields.optional(
            "body",
            aliases: ["content"],
            .template(isEmptyAllowed: true),
            "The body of the answer."
        )
        self.headers = fields.optional("headers", .headers(), "Headers of the answer.") ?? []
        // What is known only when a request comes is looked at then.
        let isBodyKnown = self.body?.literal.map { !$0.isEmpty } ?? false
        if [204, 205, 304].contains(self.status), isBodyKnown {
            fields.report(.bodyForbidden, "an answer of \(self.status) has no body; leave it out or change the status")
            return nil
        }
    }
}

extension CustomResponseConfiguration {
    static let description = ActionDescription(
        .customResponse,
        "Answers in place of the upstream, or replaces what it answered.",
        phases: [.httpRequest, .httpResponse],
        ending: .always,
        notes: [
            "In `on_http_request` the upstream is not asked, and the rules of `on_http_response` run on the answer.",
            "In `on_http_response` status, headers and body are replaced as a whole.",
            "Without `content-type` the body's own look decides: JSON, HTML or plain text.",
            "A body for a status that has none is refused with 3604.",
            "`content-length`, `transfer-encoding`, `connection` and others by which HTTP itself works are the edge's own; "
                + "what `headers` says of them is left out.",
        ],
        example: """
            on_http_request:
              - expressions:
                  - req.url.path == '/health'
                actions:
                  - type: custom-response
                    config:
                      status_code: 200
                      headers:
                        content-type: application/json
                      body: '{"status":"ok"}'
            """
    ) { CustomResponseConfiguration($0).map(ActionConfiguration.customResponse) }
}
