import Model

/// How the URL of a request is changed before it goes upstream (`spec/traffic-policy.md` 4.19).
package struct URLRewriteConfiguration: Sendable, Hashable {
    /// What of the URL is replaced; nil for the whole of it.
    package let from: TemplateSource?
    package let to: TemplateSource

    init?(_ fields: FieldReader) {
        let from = fields.optional(
            "from",
            .pattern(isEmptyAllowed: true),
            "What of the URL is replaced; all of it when absent."
        )
        let to = fields.required(
            "to",
            .template(isEmptyAllowed: true),
            "What it is replaced by, with `$1` and `$name` for groups."
        )
        guard let to else { return nil }
        // A part of the URL may be taken out, but not all of it.
        guard !to.text.isEmpty || from.map({ !$0.text.isEmpty }) ?? false else {
            fields.report(.policyFieldEmpty, field: "to", "must not be empty without \"from\"")
            return nil
        }
        self.from = from.flatMap { $0.text.isEmpty ? nil : $0 }
        self.to = to
    }
}

extension URLRewriteConfiguration {
    static let description = ActionDescription(
        .urlRewrite,
        "Changes the URL that the upstream and later expressions see; the visitor does not notice.",
        phases: [.httpRequest],
        results: [
            ResultVariable("url_rewrite.matches", .list(.string), "What `from` matched, in order."),
            ResultVariable("url_rewrite.url", .string, "The new URL."),
        ] + ResultVariable.errors(of: "url_rewrite"),
        notes: [
            "Every match of `from` in the whole URL is replaced: scheme, host, path and query.",
            "A result that is no URL fails with 2247.",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: url-rewrite
                    config:
                      from: /v1/([a-z]+)
                      to: /api/$1/v1
            """
    ) { URLRewriteConfiguration($0).map(ActionConfiguration.urlRewrite) }
}
