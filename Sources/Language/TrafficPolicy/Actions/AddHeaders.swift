/// Headers that are added to the request or the response (`spec/traffic-policy.md` 4.1).
package struct AddHeadersConfiguration: Sendable, Hashable {
    /// Names in lower case, each once.
    package let headers: [TemplateField]

    init?(_ fields: FieldReader) {
        guard let headers = fields.required("headers", .headers(isForced: true), "What is added, by name.") else {
            return nil
        }
        self.headers = headers
    }
}

extension AddHeadersConfiguration {
    static let description = ActionDescription(
        .addHeaders,
        "Adds headers to the request before it goes upstream, or to the response before it goes to the visitor.",
        phases: [.httpRequest, .httpResponse],
        results: [ResultVariable("add_headers.headers_added", .map(.string), "What was added, names in lower case.")],
        notes: [
            "A header that is there already stays, and another line is added; `remove-headers` before it replaces.",
            "`host` replaces the request's host in place of adding a second one.",
            "`user-agent`, `connection` and the other headers by which HTTP itself works cannot be added.",
            "A value with a line break fails with 2211.",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: add-headers
                    config:
                      headers:
                        x-visitor-country: ${conn.geo.country_code}
                        x-gateway: portico
            """
    ) { AddHeadersConfiguration($0).map(ActionConfiguration.addHeaders) }
}
