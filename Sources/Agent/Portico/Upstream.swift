/// The service that visitors of an endpoint reach: an address that the agent dials, and what is spoken there.
public struct Upstream: Sendable, Hashable {
    /// `http` and `tcp` are dialled in clear, `https` and `tls` by TLS.
    public let scheme: Scheme
    /// A name, or an address literal without brackets.
    public let host: String
    public let port: Int

    /// Reads an upstream as people type it (`spec/agent.md` 4): `8080`, `localhost:8080`, `https://10.0.0.7`, `tcp://db:5432`.
    ///
    /// - Parameter endpoint: the scheme of the endpoint, which decides what a port or an address alone means.
    /// - Throws: `.invalidConfiguration` with what is wrong.
    public init(_ text: String, for endpoint: Scheme = .https) throws(PorticoError) {
        if let separator = text.firstRange(of: "://") {
            try self.init(text, scheme: text[..<separator.lowerBound], address: text[separator.upperBound...])
        } else {
            try self.init(text, address: text, forHTTP: endpoint.isHTTP)
        }
    }

    init(scheme: Scheme, host: String, port: Int) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// Whether the agent speaks TLS to it.
    public var usesTLS: Bool { self.scheme == .https || self.scheme == .tls }

    /// `host:port`, the port always spelt out.
    public var hostport: String { HostPort.text(host: self.host, port: self.port) }

    /// With a scheme in front.
    private init(_ text: String, scheme name: Substring, address: Substring) throws(PorticoError) {
        guard let scheme = Scheme(rawValue: name.lowercased()) else {
            throw name.lowercased() == "file"
                ? Self.refusal(text, "serving files is not built yet")
                : Self.refusal(text, "its scheme is none of http, https, tcp and tls")
        }
        let address = address.last == "/" ? address.dropLast() : address
        if address.isEmpty, scheme.isHTTP, let port = scheme.defaultPort {
            self.init(scheme: scheme, host: "localhost", port: port)
            return
        }
        guard !address.contains("/") else {
            throw Self.refusal(text, "an upstream has no path: visitors' paths are passed on unchanged")
        }
        guard let parts = HostPort(address) else { throw Self.refusal(text, "\(address) is not host:port") }
        guard let port = parts.port ?? scheme.defaultPort else { throw Self.refusal(text, "it names no port") }
        self.init(scheme: scheme, host: parts.host, port: port)
    }

    /// A port, `host:port` or `host`.
    private init(_ text: String, address: String, forHTTP isHTTP: Bool) throws(PorticoError) {
        if let port = HostPort.port(address) {
            self.init(scheme: Self.scheme(ofPort: port, forHTTP: isHTTP), host: "localhost", port: port)
            return
        }
        guard let parts = HostPort(address), Int(parts.host) == nil else {
            throw Self.refusal(text, "it is neither a port nor host:port")
        }
        guard let port = parts.port ?? (isHTTP ? 80 : nil) else { throw Self.refusal(text, "it names no port") }
        self.init(scheme: Self.scheme(ofPort: port, forHTTP: isHTTP), host: parts.host, port: port)
    }

    private static func scheme(ofPort port: Int, forHTTP isHTTP: Bool) -> Scheme {
        isHTTP ? (port == 443 ? .https : .http) : .tcp
    }

    private static func refusal(_ text: String, _ why: String) -> PorticoError {
        PorticoError(
            .invalidConfiguration,
            "The upstream \(text.quotedForDisplay) cannot be used: \(why).",
            remedy: "Give a port (8080), an address (localhost:8080) or a URL (https://10.0.0.7:8443)."
        )
    }
}

extension Upstream: CustomStringConvertible {
    /// As a URL with the port spelt out, the form that logs and the edge show.
    public var description: String { "\(self.scheme.rawValue)://\(self.hostport)" }
}
