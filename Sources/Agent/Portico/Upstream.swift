package import Addressing
import Model

/// The service that visitors of an endpoint reach: an address that the agent dials, and what is spoken there.
public struct Upstream: Sendable, Hashable {
    /// `http` and `tcp` are dialled in clear, `https` and `tls` by TLS.
    public let scheme: Scheme
    package let address: DialAddress

    /// Reads an upstream as people type it: `8080`, `localhost:8080`, `https://10.0.0.7`, `tcp://db:5432`.
    ///
    /// - Parameters:
    ///   - text: a port, an address or a URL.
    ///   - endpoint: the scheme of the endpoint, which decides what a port or an address alone means.
    /// - Throws: `.invalidConfiguration` with what is wrong.
    public init(_ text: String, for endpoint: Scheme = .https) throws(PorticoError) {
        do throws(UpstreamAddressError) {
            switch try UpstreamAddress(parsing: text, for: endpoint.endpointScheme) {
            case .service(let scheme, let address):
                self.scheme = Scheme(scheme)
                self.address = address
                return
            case .files: break
            }
        } catch {
            throw PorticoError(.invalidConfiguration, error.code, "The upstream \(error).")
        }
        throw PorticoError(
            .invalidConfiguration,
            .upstreamAddressInvalid,
            "The upstream \(text.quotedForDisplay) is a folder, and serving files comes with a later version."
        )
    }

    /// A name, or an address literal without brackets.
    public var host: String { self.address.host.description }

    public var port: Int { Int(self.address.port) }

    /// `host:port`, the port always spelt out.
    public var hostport: String { self.address.description }

    /// Whether the agent speaks TLS to it.
    public var usesTLS: Bool { self.scheme == .https || self.scheme == .tls }
}

extension Upstream: CustomStringConvertible {
    /// As a URL with the port spelt out, the form that logs and the edge show.
    public var description: String { "\(self.scheme.rawValue)://\(self.hostport)" }
}

extension Scheme {
    var endpointScheme: EndpointScheme {
        switch self {
        case .http: .http
        case .https: .https
        case .tls: .tls
        case .tcp: .tcp
        }
    }

    fileprivate init(_ scheme: UpstreamScheme) {
        switch scheme {
        case .http: self = .http
        case .https: self = .https
        case .tcp: self = .tcp
        case .tls: self = .tls
        }
    }
}
