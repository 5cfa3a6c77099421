extension EventType {
    /// When the answer to a request is complete.
    package static let httpRequestComplete = EventType(
        "http_request_complete.v0",
        fields: [
            EventField("backend.connection_reused", .boolean),
            EventField("basic_auth.decision"), EventField("basic_auth.username"),
            EventField("circuit_breaker.decision"),
            EventField("compression.algorithm"), EventField("compression.bytes_saved", .integer),
        ] + EventField.connection + [
            EventField("http.request.body_length", .integer), EventField("http.request.headers", .header),
            EventField("http.request.method"),
            EventField("http.request.url.host"), EventField("http.request.url.path"),
            EventField("http.request.url.query"), EventField("http.request.url.raw"),
            EventField("http.request.url.scheme"),
            EventField("http.request.user_agent"),
            EventField("http.response.body_length", .integer), EventField("http.response.headers", .header),
            EventField("http.response.status_code", .integer),
            EventField("ip_policy.decision"), EventField("ja4_fingerprint"),
            EventField("oauth.app_client_id"), EventField("oauth.decision"), EventField("oauth.user.id"),
            EventField("oauth.user.name"),
            EventField("tls.cipher_suite"), EventField("tls.version"),
            EventField("tls.client_cert.serial_number"), EventField("tls.client_cert.subject.cn"),
            EventField("traffic_policy.logs", .list), EventField("webhook_verification.decision"),
        ]
    )

    /// When a connection of a visitor ends, be it of TCP, of TLS or of HTTP.
    package static let tcpConnectionClosed = EventType(
        "tcp_connection_closed.v0",
        fields: EventField.connection + [
            EventField("conn.bytes_in", .integer), EventField("conn.bytes_out", .integer),
            EventField("conn.end_ts", .time),
            EventField("ip_policy.decision"), EventField("ja4_fingerprint"),
            EventField("traffic_policy.logs", .list),
        ]
    )
}

extension EventField {
    /// What all traffic has.
    fileprivate static let connection = [
        EventField("conn.client_ip", isFilterable: true), EventField("conn.server_ip", isFilterable: true),
        EventField("conn.server_name", isFilterable: true),
        EventField("conn.server_port", .integer, isFilterable: true),
        EventField("conn.start_ts", .time),
    ]
}
