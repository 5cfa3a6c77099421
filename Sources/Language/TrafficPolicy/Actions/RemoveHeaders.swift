import Model

/// Headers that are taken from the request or the response (`spec/traffic-policy.md` 4.2).
package struct RemoveHeadersConfiguration: Sendable, Hashable {
    /// In lower case.
    package let headers: [String]

    init?(_ fields: FieldReader) {
        let name = FieldType<SourceText>.scalar.described("header name").checked { source, node, path, context in
            guard let name = HeaderRules.name(source.text, at: node.position, path: path, context) else {
                return String?.none
            }
            guard !HeaderRules.notRemoved.contains(name) else {
                let words = "the header \"\(name)\" cannot be removed; give it another value with add-headers"
                context.report(.policyFieldForbidden, at: node, path: path, words)
                return nil
            }
            return name
        }
        let headers = fields.required("headers", .list(of: name, 1...10, tooMany: .policyHeadersCount), "Their names.")
        guard let headers else { return nil }
        self.headers = headers
    }
}

extension RemoveHeadersConfiguration {
    static let description = ActionDescription(
        .removeHeaders,
        "Removes headers, in any letter case and with all of their values.",
        phases: [.httpRequest, .httpResponse],
        results: [
            ResultVariable(
                "remove_headers.headers_removed",
                .list(.string),
                "The names that were there, in lower case."
            )
        ],
        notes: [
            "A header that is not there is no failure.",
            "`user-agent` and `host` cannot be removed.",
        ],
        example: """
            on_http_response:
              - actions:
                  - type: remove-headers
                    config:
                      headers: [server, x-powered-by]
            """
    ) { RemoveHeadersConfiguration($0).map(ActionConfiguration.removeHeaders) }
}
