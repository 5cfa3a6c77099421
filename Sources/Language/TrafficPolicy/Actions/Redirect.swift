import Model

/// Where a visitor is sent (`spec/traffic-policy.md` 4.18).
package struct RedirectConfiguration: Sendable, Hashable {
    package enum Status: Int, Sendable, Hashable, CaseIterable {
        case movedPermanently = 301, found = 302, seeOther = 303, temporary = 307, permanent = 308
    }

    /// What of the URL is replaced; nil for the whole of it.
    package let from: TemplateSource?
    package let to: TemplateSource
    package let status: Status
    package let headers: [TemplateField]

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
        let status = FieldType<Int>.integer(301...308).described(limits: "301, 302, 303, 307, 308").checked {
            number,
            node,
            path,
            context -> Status? in
            if let status = Status(rawValue: number) { return status }
            context.report(.policyChoice, at: node, path: path, "\(number) is not one of 301, 302, 303, 307, 308")
            return nil
        }
        self.status = fields.value("status_code", status, default: .found, shown: "302", "The status of the answer.")
        self.headers = fields.optional("headers", .headers(), "Headers of the answer.") ?? []
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

extension RedirectConfiguration {
    static let description = ActionDescription(
        .redirect,
        "Sends the visitor to another URL.",
        phases: [.httpRequest],
        ending: .sometimes,
        results: [
            ResultVariable("redirect.matches", .list(.string), "What `from` matched, in order."),
            ResultVariable("redirect.url", .string, "Where to."),
        ] + ResultVariable.errors(of: "redirect"),
        notes: [
            "Every match of `from` in the whole URL is replaced; without a match the next action runs, as it does "
                + "when the URL stays the same.",
            "Without `from` the URL is `to`, read as a reference: `/x?y` keeps scheme and host.",
            "Characters that a URL may not have are encoded. A URL of more than 16 KiB fails with 2247.",
            "Where the pattern has no group of the name, `$scheme`, `$host`, `$port`, `$authority`, `$uri`, `$args`, "
                + "`$query_string`, `$is_args`, `$user`, `$is_user` and `$arg_name` stand for parts of the URL.",
        ],
        example: """
            on_http_request:
              - expressions:
                  - req.url.path.startsWith('/blog/')
                actions:
                  - type: redirect
                    config:
                      from: ^https?://[^/]+/blog/
                      to: https://blog.example.com/
                      status_code: 308
            """
    ) { RedirectConfiguration($0).map(ActionConfiguration.redirect) }
}
