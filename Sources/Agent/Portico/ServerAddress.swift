/// Where an edge accepts agents: a host name or an address literal, and a port.
public struct ServerAddress: Sendable, Hashable {
    /// A name, or an address literal without brackets.
    public let host: String
    public let port: Int

    /// Reads `host:port`, `[address]:port` or `host`, which means port 443.
    ///
    /// - Throws: `.invalidConfiguration` with what is wrong, for a URL too: the reference system's clients misread one.
    public init(_ text: String) throws(PorticoError) {
        guard !text.contains("://") else {
            throw Self.refusal(text, "it is a URL")
        }
        guard let parts = HostPort(text) else {
            throw Self.refusal(text, "it is not host:port")
        }
        self.host = parts.host
        self.port = parts.port ?? 443
    }

    private static func refusal(_ text: String, _ why: String) -> PorticoError {
        PorticoError(
            .invalidConfiguration,
            "The server address \(text.quotedForDisplay) cannot be used: \(why).",
            remedy: "Give it as host:port, for instance edge.example.com:443."
        )
    }
}

extension ServerAddress: CustomStringConvertible {
    public var description: String { HostPort.text(host: self.host, port: self.port) }
}
