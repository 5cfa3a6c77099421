/// When a policy's rules run (`spec/traffic-policy.md` 1.3). The raw values are the keys of documents.
package enum PolicyPhase: String, Sendable, Hashable, CaseIterable {
    /// Once for each connection of a visitor, before TLS ends.
    case tcpConnect = "on_tcp_connect"
    /// Once for each request, before anything goes upstream.
    case httpRequest = "on_http_request"
    /// Once for each response, before anything goes to the visitor.
    case httpResponse = "on_http_response"
    /// Once for each message of a `text/event-stream` response.
    case eventStreamMessage = "on_event_stream_message"
}
