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

extension EndpointURL {
    /// Reads a whole URL: scheme and host must be there, and the port where the scheme has none of its own.
    package init(
        parsing text: some StringProtocol,
        ports: PublicPorts = .standard
    ) throws(EndpointURLError) {
        let parser = EndpointURLParser(text: String(text), ports: ports)
        let wish = try parser.wish(defaultScheme: nil)
        guard let url = wish.url else { throw parser.failure(.incomplete, at: 0) }
        self = url
    }
}

/// What an agent wishes its endpoint's URL to be; what it leaves open is drawn at random.
package struct EndpointWish: Sendable, Hashable {
    package let scheme: EndpointScheme
    /// Nil for a random host.
    package let host: HostPattern?
    /// Nil for the scheme's own port; for `tcp`, nil only without host: both are then random.
    package let port: UInt16?

    package init(scheme: EndpointScheme, host: HostPattern?, port: UInt16?) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// Reads any spelling of `spec/endpoints.md` 4.1: nothing, a scheme alone, a host, or a URL.
    ///
    /// - Parameters:
    ///   - text: as given by `--url`, in a configuration file or in a Bind.
    ///   - defaultScheme: the scheme of a text that has none, from the command or the Bind.
    ///   - ports: the ports that public URLs may name.
    /// - Throws: when it is none of these, with the code of the reference system in its reason.
    package init(
        parsing text: some StringProtocol,
        defaultScheme: EndpointScheme,
        ports: PublicPorts = .standard
    ) throws(EndpointURLError) {
        self = try EndpointURLParser(text: String(text), ports: ports).wish(defaultScheme: defaultScheme)
    }

    /// The URL that is wished for; nil when something of it is left to chance.
    package var url: EndpointURL? {
        guard let host = self.host, let port = self.port ?? self.scheme.defaultPort else { return nil }
        return EndpointURL(scheme: self.scheme, host: host, port: port)
    }
}

/// The ports on which an edge serves public endpoints of each scheme. TCP endpoints have ports of their own.
package struct PublicPorts: Sendable, Hashable {
    package let http: Set<UInt16>
    /// For `https` and `tls`, which share their listeners.
    package let tls: Set<UInt16>

    package init(http: Set<UInt16>, tls: Set<UInt16>) {
        self.http = http
        self.tls = tls
    }

    /// 80 and 443, as URLs mean them.
    package static let standard = PublicPorts(http: [80], tls: [443])

    /// The ports that a URL of `scheme` may name; nil for any.
    package func allowed(for scheme: EndpointScheme) -> Set<UInt16>? {
        switch scheme {
        case .http: self.http
        case .https, .tls: self.tls
        case .tcp: nil
        }
    }
}
