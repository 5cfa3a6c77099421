/// What a visitor speaks to an endpoint.
package enum EndpointScheme: String, Sendable, Hashable, CaseIterable, Codable {
    case http, https, tls, tcp

    /// The port that a URL of this scheme means when it names none; nil where one must be named.
    package var defaultPort: UInt16? {
        switch self {
        case .http: 80
        case .https, .tls: 443
        case .tcp: nil
        }
    }
}

/// The address of an endpoint: scheme, host and port, lower case, with nothing behind them.
///
/// Two spellings that differ in case or in a default port are one URL (`spec/endpoints.md` 4.1).
package struct EndpointURL: Sendable, Hashable {
    package let scheme: EndpointScheme
    package let host: HostPattern
    package let port: UInt16

    package init(scheme: EndpointScheme, host: HostPattern, port: UInt16) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// `host:port`, the port always spelt out.
    package var hostport: String { "\(self.host):\(self.port)" }
}

extension EndpointURL: CustomStringConvertible {
    /// The URL as people see it: a default port is left out.
    package var description: String {
        self.port == self.scheme.defaultPort
            ? "\(self.scheme.rawValue)://\(self.host)" : "\(self.scheme.rawValue)://\(self.hostport)"
    }
}
