package import Addressing
import Model
import NIOCore
import NIOPosix

/// The service that visitors of an endpoint reach: an address that the agent dials, and what is spoken there.
public struct Upstream: Sendable, Hashable {
    package enum Place: Sendable, Hashable {
        case service(DialAddress)
        /// A folder of files, served in this process behind a socket; nil before it is.
        case folder(String, socket: String?)
    }

    /// `http` and `tcp` are dialled in clear, `https` and `tls` by TLS.
    public let scheme: Scheme
    package let place: Place

    /// Reads an upstream as people type it: `8080`, `localhost:8080`, `https://10.0.0.7`, `tcp://db:5432`,
    /// `file:///srv/www`.
    ///
    /// - Parameters:
    ///   - text: a port, an address or a URL.
    ///   - endpoint: the scheme of the endpoint, which decides what a port or an address alone means.
    /// - Throws: `.invalidConfiguration` with what is wrong.
    public init(_ text: String, for endpoint: Scheme = .https) throws(PorticoError) {
        do throws(UpstreamAddressError) {
            switch try UpstreamAddress(parsing: text, for: endpoint.endpointScheme) {
            case .service(let scheme, let address):
                self.init(scheme: Scheme(scheme), place: .service(address))
            case .files(let path):
                self.init(scheme: .http, place: .folder(path, socket: nil))
            }
        } catch {
            throw PorticoError(.invalidConfiguration, error.code, "The upstream \(error).")
        }
    }

    private init(scheme: Scheme, place: Place) {
        self.scheme = scheme
        self.place = place
    }

    /// A name, or an address literal without brackets; `localhost` for files.
    public var host: String {
        switch self.place {
        case .service(let address): address.host.description
        case .folder: "localhost"
        }
    }

    /// 80 for files.
    public var port: Int {
        switch self.place {
        case .service(let address): Int(address.port)
        case .folder: 80
        }
    }

    /// `host:port`, the port always spelt out; the path of files.
    public var hostport: String {
        switch self.place {
        case .service(let address): address.description
        case .folder(let path, _): path
        }
    }

    /// Whether the agent speaks TLS to it.
    public var usesTLS: Bool { self.scheme == .https || self.scheme == .tls }

    /// The folder whose files are served; nil where a service is.
    package var folder: String? {
        if case .folder(let path, _) = self.place { path } else { nil }
    }

    /// The same folder, served behind a socket.
    package func served(behind socket: String) -> Upstream {
        guard case .folder(let path, _) = self.place else { return self }
        return Upstream(scheme: self.scheme, place: .folder(path, socket: socket))
    }

    /// What a certificate is asked for; nil where there is no name.
    var serverName: String? {
        if case .service(let address) = self.place { address.host.serverName } else { nil }
    }

    func connect(by bootstrap: ClientBootstrap) -> EventLoopFuture<any Channel> {
        switch self.place {
        case .service(let address):
            bootstrap.connect(host: address.host.description, port: Int(address.port))
        case .folder(_, let socket):
            // Without a socket nothing serves the files: the path of none fails as any service that is not there.
            bootstrap.connect(unixDomainSocketPath: socket ?? "/nonexistent")
        }
    }
}

extension Upstream: CustomStringConvertible {
    /// As a URL with the port spelt out, the form that logs and the edge show.
    public var description: String {
        self.folder.map { "file://\($0)" } ?? "\(self.scheme.rawValue)://\(self.hostport)"
    }
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
