import Model

/// A request that the policy makes on its own (`spec/traffic-policy.md` 4.10).
package struct HTTPRequestConfiguration: Sendable, Hashable {
    package enum Method: String, Sendable, Hashable, CaseIterable {
        case get = "GET", put = "PUT", post = "POST", patch = "PATCH", delete = "DELETE", options = "OPTIONS"
    }

    /// Absolute, of http or https. Checked where it has no `${…}` parts.
    package let url: TemplateSource
    package let method: Method
    /// In order; a key may stand more than once.
    package let queryParameters: [TemplateField]
    package let headers: [TemplateField]
    package let body: TemplateSource?
    package let maxRedirects: Int
    /// For all attempts and redirects together.
    package let timeout: Duration
    /// Asked after each attempt; nil for no second one.
    package let retryCondition: ExpressionSource?
    package let onError: FailurePolicy

    init?(_ fields: FieldReader) {
        let url = fields.required("url", .webURL(), "What is requested.")
        self.method = fields.value("method", .choice(), default: .get, shown: "GET", "The method.")
        let parameters = fields.optional(
            "query_params",
            .list(of: .queryParameter, 1...32, isSingleAllowed: false, tooMany: .policyQueryCount),
            "What is added to the query."
        )
        self.queryParameters = parameters ?? []
        self.headers = fields.optional("headers", .headers(), "Headers of the request.") ?? []
        self.body = fields.optional("body", .template(isEmptyAllowed: true), "The body of the request.")
        self.maxRedirects = fields.value(
            "max_redirects",
            .integer(0...5),
            default: 0,
            shown: "0",
            "How many redirects are followed."
        )
        self.timeout = fields.value(
            "timeout",
            .duration(.seconds(1) ... .seconds(30)),
            default: .seconds(3),
            shown: "3s",
            "For all attempts and redirects together."
        )
        self.retryCondition = fields.optional(
            "retry_condition",
            .expression(.retry, code: .policyConfiguration),
            "Whether it is tried again, three times at most; sees `attempts` and `last_attempt`."
        )
        self.onError = fields.value(
            "on_error",
            .choice(),
            default: .continue,
            shown: "continue",
            "Whether a failure ends the exchange, or the next action runs."
        )
        guard let url else { return nil }
        self.url = url
    }

    /// Whether `text` is an absolute URL of http or https. Also for what `${…}` parts come to.
    package static func isURL(_ text: String) -> Bool { WebURL.isAbsolute(text) }
}

/// URLs that are fetched, or that name an issuer.
enum WebURL {
    /// Whether the text has a scheme of the web and a host, and nothing that a URL cannot have.
    static func isAbsolute(_ text: String, schemes: [String] = ["http://", "https://"]) -> Bool {
        let lowered = text.prefix(8).lowercased()
        guard let scheme = schemes.first(where: { lowered.hasPrefix($0) }) else { return false }
        let bytes = text.utf8.dropFirst(scheme.utf8.count)
        let authority = bytes.prefix { !"/?#".utf8.contains($0) }
        guard let first = authority.first, first != UInt8(ascii: ":"), text.utf8.count <= 8192 else { return false }
        return bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"\\\"<>^`{|}".utf8.contains($0) }
    }
}

extension FieldType where Value == TemplateSource {
    /// An absolute URL of http or https, which may have `${…}` parts.
    static func webURL(code: ErrorCode = .policyURL) -> Self {
        var type = FieldType<TemplateSource>.template().checked { template, node, path, context -> TemplateSource? in
            guard let text = template.literal, !WebURL.isAbsolute(text) else { return template }
            let words = "\"\(shown(text))\" is no absolute URL; write it as in https://example.com/path"
            context.report(code, at: node, path: path, words)
            return nil
        }
        type.words = "URL"
        return type
    }
}

extension FieldType where Value == TemplateField {
    fileprivate static var queryParameter: Self {
        FieldType<TemplateField>.record("mapping with key and value") { fields -> TemplateField? in
            let key = fields.required("key", .text(1...128, tooLong: .policyQueryKeyLong), "The parameter's name.")
            let value = fields.required(
                "value",
                FieldType<TemplateSource>.template(isEmptyAllowed: true).checked {
                    template,
                    node,
                    path,
                    context -> TemplateSource? in
                    guard template.text.utf8.count <= 8192 else {
                        context.report(.policyQueryValueLong, at: node, path: path, "has more than 8192 bytes")
                        return nil
                    }
                    return template
                },
                "The parameter's value."
            )
            guard let key, let value else { return nil }
            return TemplateField(name: key, value: value)
        }
    }
}

extension HTTPRequestConfiguration {
    private static let message = [
        VariableType.Member("method", .string), .init("header", .fields), .init("url", .string), .init("body", .string),
    ]
    private static let attempt = VariableType.record(
        "attempt",
        [
            .init("resolved_ip", .string), .init("response_header", .fields), .init("response_status_code", .int),
            .init("response_time_ms", .string),
        ]
    )

    static let description = ActionDescription(
        .httpRequest,
        "Makes a request of its own; later expressions see the answer.",
        phases: [.httpRequest, .httpResponse],
        ending: .sometimes,
        results: ResultVariable.errors(of: "http_request") + [
            ResultVariable("http_request.attempts", .list(attempt), "Every attempt, in order."),
            ResultVariable("http_request.req", .record("request", message), "The request as it was made."),
            ResultVariable(
                "http_request.res",
                .record(
                    "response",
                    [
                        .init("resolved_ip", .string), .init("header", .fields), .init("status_code", .int),
                        .init("time_ms", .string), .init("body", .string),
                    ]
                ),
                "The last answer."
            ),
        ],
        notes: [
            "Only internal endpoints can be asked, unless the edge's operator allows more.",
            "A status of 400 or above is no failure; an answer beyond 256 KB (3601), a timeout (3602), too many "
                + "redirects (3214) and a loop (3603) are.",
            "With `on_error: halt` a failure answers 502, or 504 for a timeout.",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: http-request
                    config:
                      url: https://sessions.internal/check
                      method: POST
                      headers:
                        content-type: application/json
                      body: '{"token":"${req.headers.encodeJson()}"}'
                      timeout: 2s
                      retry_condition: attempts < 2 && last_attempt.res.status_code >= 500
                      on_error: halt
              - expressions:
                  - actions.ngrok.http_request.res.status_code != 200
                actions:
                  - type: deny
            """
    ) { HTTPRequestConfiguration($0).map(ActionConfiguration.httpRequest) }
}
