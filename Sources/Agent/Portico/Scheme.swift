/// What is spoken on a connection: by visitors to an endpoint, or by the agent to an upstream.
public enum Scheme: String, Sendable, Hashable, CaseIterable {
    case http, https, tls, tcp

    /// The port that an address without one means; nil where a port must be named.
    public var defaultPort: Int? {
        switch self {
        case .http: 80
        case .https, .tls: 443
        case .tcp: nil
        }
    }

    /// Whether the messages on it are HTTP.
    public var isHTTP: Bool { self == .http || self == .https }
}
