/// Ends the visitor's connection without an answer; nothing is configured (`spec/traffic-policy.md` 4.5).
package struct CloseConnectionConfiguration: Sendable, Hashable {
    init(_ fields: FieldReader) {}
}

extension CloseConnectionConfiguration {
    static let description = ActionDescription(
        .closeConnection,
        "Closes the visitor's connection at once, without an answer.",
        phases: [.tcpConnect, .httpRequest],
        ending: .always,
        notes: ["On HTTP/2 the whole connection goes, with all of its streams."],
        example: """
            on_tcp_connect:
              - expressions:
                  - conn.client_ip.is_on_blocklist
                actions:
                  - type: close-connection
            """
    ) { ActionConfiguration.closeConnection(CloseConnectionConfiguration($0)) }
}
