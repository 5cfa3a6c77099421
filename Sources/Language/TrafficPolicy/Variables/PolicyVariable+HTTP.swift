extension VariableType {
    /// A cookie of a request.
    package static let requestCookie = VariableType.record("cookie", [.init("name", .string), .init("value", .string)])

    /// A cookie that a response sets.
    package static let responseCookie = VariableType.record(
        "cookie",
        [
            .init("name", .string), .init("value", .string), .init("domain", .string), .init("path", .string),
            .init("same_site", .string), .init("expires", .timestamp), .init("max_age", .duration),
            .init("http_only", .bool), .init("secure", .bool), .init("unparsed_attributes", .map(.string)),
        ]
    )
}

extension PolicyVariable {
    /// `req`.
    static let request: [PolicyVariable] =
        [
            .init("req.method", .string, http, "The method, as sent."),
            .init("req.version", .string, http, "`HTTP/1.1` or `HTTP/2.0`."),
            .init("req.host", .string, http, "The Host header, with a port where it was sent."),
            .init("req.cookies", .map(.list(.requestCookie)), http, "The cookies, by name."),
            .init("req.ts.header_received", .timestamp, http, "When the head had come."),
            .init("req.ts.body_received", .timestamp, http, "When the body had come; absent before."),
            .init("req.url", .string, http, "The URL, normalised."),
            .init("req.url.scheme", .string, http, "`http` or `https`."),
            .init("req.url.user_password", .string, http, "`user:password` of the URL."),
            .init("req.url.authority", .string, http, "User, host and port."),
            .init("req.url.host", .string, http, "The host without port, in lower case."),
            .init("req.url.port", .int, http, "The port that was written; absent otherwise."),
            .init("req.url.path", .string, http, "The path, normalised."),
            .init("req.url.raw_path", .string, http, "The path as it came."),
            .init("req.url.query", .string, http, "What stands behind the question mark."),
            .init("req.url.query_params", .fields, http, "The parameters, decoded, by name."),
            .init("req.url.uri", .string, http, "Path and query."),
            .init("req.url.raw", .string, http, "The URL as it came."),
            .init("req.user_agent", .string, http, "The User-Agent header."),
        ]
        + ["name", "version", "os", "os_version", "device", "url"].map {
            .init("req.user_agent.\($0)", .string, http, "Read from the User-Agent header; empty when not known.")
        }
        + ["is_mobile", "is_tablet", "is_desktop", "is_bot"].map {
            .init("req.user_agent.\($0)", .bool, http, "Read from the User-Agent header.")
        } + message("req", http)

    /// `res`.
    static let response: [PolicyVariable] =
        [
            .init("res.status_code", .int, responses, "The status."),
            .init("res.cookies", .map(.list(.responseCookie)), responses, "The cookies that it sets, by name."),
        ] + message("res", responses)

    /// What requests and responses have in common.
    private static func message(_ side: String, _ phases: Set<PolicyPhase>) -> [PolicyVariable] {
        [
            .init("\(side).headers", .fields, phases, "The headers, by name in any letter case."),
            .init("\(side).trailers", .fields, phases, "The trailers; empty until the body was read."),
            .init("\(side).content_encoding", .list(.string), phases, "The codings of the body, in order."),
            .init("\(side).content_length", .int, phases, "The length of the body; absent when not known."),
            .init("\(side).content_type", .string, phases, "The media type, in lower case."),
            .init("\(side).content_type.parameters", .map(.string), phases, "Its parameters."),
            .init("\(side).content_type.raw", .string, phases, "The whole header."),
            .init("\(side).location", .string, phases, "The Location header."),
        ]
    }
}
