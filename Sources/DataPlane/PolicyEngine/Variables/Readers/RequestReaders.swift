import Expression

extension VariableTable {
    /// `req`.
    static let request: [NamedReader] =
        [
            .init("req.method") { .string($0.request.method) },
            .init("req.version") { .string($0.request.version) },
            .init("req.host") { .present($0.request.head.first("host")) },
            .init("req.cookies") { .map($0.requestCookies) },
            .init("req.ts.header_received") { .timestamp($0.request.headerReceived) },
            .init("req.ts.body_received") { $0.request.bodyReceived.map(Value.timestamp) },
            .init("req.content_length") { $0.request.contentLength.map { .number($0) } },
            .init("req.trailers") { .map(HeaderMap(ExchangeHead($0.request.trailers))) },
            .init("req.headers") { .map($0.requestHeaders) },
        ] + url + userAgent + message("req") { $0.request.head }

    /// `req.url`.
    private static let url: [NamedReader] = [
        .init("req.url") { .string($0.request.target.url) },
        .init("req.url.scheme") { .present($0.request.target.scheme) },
        .init("req.url.user_password") { .present($0.request.target.userInformation) },
        .init("req.url.authority") { .present($0.request.target.authority) },
        .init("req.url.host") { .present($0.request.target.host) },
        .init("req.url.port") { $0.request.target.port.map { .number($0) } },
        .init("req.url.path") { .string($0.normalizedPath) },
        .init("req.url.raw_path") { .string($0.request.target.rawPath) },
        .init("req.url.query") { .present($0.request.target.query) },
        .init("req.url.query_params") { .map($0.queryParameters) },
        .init("req.url.uri") { .string($0.request.target.uri) },
        .init("req.url.raw") { .string($0.request.target.rawURL) },
    ]

    /// `req.user_agent`.
    private static let userAgent: [NamedReader] = [
        .init("req.user_agent") { .present($0.request.head.first("user-agent")) },
        .init("req.user_agent.name") { .present($0.userAgent.name) },
        .init("req.user_agent.version") { .present($0.userAgent.version) },
        .init("req.user_agent.os") { .present($0.userAgent.os) },
        .init("req.user_agent.os_version") { .present($0.userAgent.osVersion) },
        .init("req.user_agent.device") { .present($0.userAgent.device) },
        .init("req.user_agent.url") { .present($0.userAgent.url) },
        .init("req.user_agent.is_mobile") { .bool($0.userAgent.isMobile) },
        .init("req.user_agent.is_tablet") { .bool($0.userAgent.isTablet) },
        .init("req.user_agent.is_desktop") { .bool($0.userAgent.isDesktop) },
        .init("req.user_agent.is_bot") { .bool($0.userAgent.isBot) },
    ]

    /// `res`.
    static let response: [NamedReader] =
        [
            .init("res.status_code") { .number($0.response.status) },
            .init("res.cookies") { .map($0.responseCookies) },
            .init("res.content_length") { $0.response.contentLength.map { .number($0) } },
            .init("res.trailers") { .map(HeaderMap(ExchangeHead($0.response.trailers))) },
            .init("res.headers") { .map($0.responseHeaders) },
        ] + message("res") { $0.response.head }

    /// What the heads of requests and responses have in common.
    private static func message(
        _ side: String,
        _ head: @escaping @Sendable (Exchange) -> ExchangeHead
    ) -> [NamedReader] {
        [
            .init("\(side).content_encoding") { .present(head($0).contentCodings) },
            .init("\(side).content_type") { .present(head($0).mediaType?.essence) },
            .init("\(side).content_type.parameters") {
                head($0).mediaType.map { .record($0.parameters.map { ($0.name, .string($0.value)) }) }
            },
            .init("\(side).content_type.raw") { .present(head($0).first("content-type")) },
            .init("\(side).location") { .present(head($0).first("location")) },
        ]
    }
}

extension ExchangeHead {
    /// The codings of the body in the order in which they were applied, in small letters (RFC 9110 §8.4).
    var contentCodings: [String] {
        self.values("content-encoding").flatMap { $0.pieces(separatedBy: UInt8(ascii: ",")) }
            .map { $0.trimmed.lowercasedASCII }.filter { !$0.isEmpty }
    }

    var mediaType: MediaType? { self.first("content-type").map(MediaType.init) }
}
