import Model

/// Texts that are replaced in a body (`spec/traffic-policy.md` 4.20).
package struct BodyFindReplaceConfiguration: Sendable, Hashable {
    /// Made one after another, each on what the one before left; never empty.
    package let replacements: [Replacement]

    package struct Replacement: Sendable, Hashable {
        package let from: TemplateSource
        /// Nil to delete.
        package let to: TemplateSource?

        fileprivate init?(_ fields: FieldReader) {
            let from = fields.required("from", .pattern(), "What is replaced.")
            let to = fields.optional(
                "to",
                .template(isEmptyAllowed: true),
                "What it is replaced by, with `$1` and `$name` for groups; absent to delete."
            )
            guard let from else { return nil }
            self.from = from
            self.to = to
        }
    }

    init?(_ fields: FieldReader) {
        let replacements = fields.required(
            "replacements",
            .list(of: .record("mapping with from and to", Replacement.init), 1...100, isSingleAllowed: false),
            "The replacements, in order."
        )
        guard let replacements else { return nil }
        self.replacements = replacements
    }

    private static let notes = [
        "The body is collected, up to 4 MiB (3903 beyond), and `content-length` is set anew.",
        "A body in gzip, deflate or br is decoded and goes on as plain.",
        "Event streams and WebSockets are left alone.",
    ]

    static let requestDescription = ActionDescription(
        .requestBodyFindReplace,
        "Replaces texts in the body of a request.",
        phases: [.httpRequest],
        results: Replacements.results("request_body_find_replace"),
        notes: notes,
        example: """
            on_http_request:
              - actions:
                  - type: request-body-find-replace
                    config:
                      replacements:
                        - from: '"debug":\\s*true'
                          to: '"debug":false'
            """
    ) { BodyFindReplaceConfiguration($0).map(ActionConfiguration.requestBodyFindReplace) }

    static let responseDescription = ActionDescription(
        .responseBodyFindReplace,
        "Replaces texts in the body of a response.",
        phases: [.httpResponse],
        results: Replacements.results("response_body_find_replace"),
        notes: notes,
        example: """
            on_http_response:
              - actions:
                  - type: response-body-find-replace
                    config:
                      replacements:
                        - from: http://localhost:[0-9]+
                          to: https://app.example.com
            """
    ) { BodyFindReplaceConfiguration($0).map(ActionConfiguration.responseBodyFindReplace) }
}

/// What the three actions that replace texts leave behind.
enum Replacements {
    static func results(_ name: String) -> [ResultVariable] {
        let type = VariableType.record(
            "replacement",
            [.init("replacement_index", .int), .init("matched_content", .string)]
        )
        return [ResultVariable("\(name).replacements", .list(type), "Those that found something, in order.")]
    }
}

/// Texts that are replaced in the messages of an event stream (`spec/traffic-policy.md` 4.21).
package struct SSEFindReplaceConfiguration: Sendable, Hashable {
    package enum Field: String, Sendable, Hashable, CaseIterable {
        case data, retry
    }

    package struct Replacement: Sendable, Hashable {
        /// `data` or `retry`, or what `${…}` parts come to.
        package let field: TemplateSource
        package let from: TemplateSource
        /// Nil to delete.
        package let to: TemplateSource?

        fileprivate init?(_ fields: FieldReader) {
            let field = FieldType<TemplateSource>.template().described("choice", limits: "`data`, `retry`").checked {
                template,
                node,
                path,
                context -> TemplateSource? in
                guard let text = template.literal, Field(rawValue: text) == nil else { return template }
                let words = "\"\(shown(text))\" is not one of data, retry"
                context.report(.policyChoice, at: node, path: path, words)
                return nil
            }
            self.field = fields.value(
                "field",
                field,
                default: TemplateSource(SourceText("data", at: fields.position)),
                shown: "data",
                "Which field of a message."
            )
            let from = fields.required("from", .pattern(), "What is replaced.")
            let to = fields.optional("to", .template(isEmptyAllowed: true), "What it is replaced by; absent to delete.")
            guard let from else { return nil }
            self.from = from
            self.to = to
        }
    }

    /// Made one after another on each message; never empty.
    package let replacements: [Replacement]

    init?(_ fields: FieldReader) {
        let replacements = fields.required(
            "replacements",
            .list(of: .record("mapping with field, from and to", Replacement.init), 1...100, isSingleAllowed: false),
            "The replacements, in order."
        )
        guard let replacements else { return nil }
        self.replacements = replacements
    }
}

extension SSEFindReplaceConfiguration {
    static let description = ActionDescription(
        .sseFindReplace,
        "Replaces texts in the messages of an event stream, as they pass.",
        phases: [.eventStreamMessage],
        results: Replacements.results("sse_find_replace"),
        notes: [
            "Each message is looked at alone; nothing is found across two of them.",
            "A `retry` that is no number afterwards stays as it was.",
        ],
        example: """
            on_event_stream_message:
              - actions:
                  - type: sse-find-replace
                    config:
                      replacements:
                        - from: '[0-9]{16}'
                          to: '****************'
            """
    ) { SSEFindReplaceConfiguration($0).map(ActionConfiguration.sseFindReplace) }
}
