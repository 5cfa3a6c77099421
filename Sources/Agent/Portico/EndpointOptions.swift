import Model

/// What an endpoint shall be like. Everything has a useful default: `EndpointOptions()` is an HTTPS endpoint with a
/// URL that the edge chooses.
public struct EndpointOptions: Sendable, Hashable {
    /// What visitors speak; a scheme in `url` decides instead.
    public var scheme: Scheme
    /// The wished URL: `https://shop.example.com`, `shop.example.com`, `tcp://edge.example.com:20001`, or a scheme
    /// alone (`tls://`). nil: the edge chooses, and the URL then survives reconnects.
    public var url: String?
    /// Who reaches it; nil: those whom the URL means, which are the account's own endpoints for a host that ends in
    /// `.internal`, and everybody for any other.
    public var binding: Binding?
    /// Shown in logs and in the edge's lists.
    public var name: String
    /// At most 255 bytes.
    public var description: String
    /// Opaque to the edge; at most 4096 bytes.
    public var metadata: String
    /// Whether other endpoints may share the URL, all of them with this set; visitors are spread over them.
    public var isPooled: Bool
    /// The header that the upstream gets in front of each connection, with the visitor's address; nil for none.
    public var proxyProtocol: ProxyProtocol?
    /// What the edge speaks with the upstream of an HTTP endpoint.
    public var upstreamProtocol: UpstreamProtocol
    /// Whose certificates an `https` or `tls` upstream may show; nil: its certificate is not verified, as is usual for
    /// a service on the same machine.
    public var upstreamTrust: Trust?
    /// The policy document that the edge runs on the endpoint's traffic, YAML or JSON; nil for none. The edge checks it:
    /// one that is wrong is refused with the code and the place of what is wrong.
    public var trafficPolicy: String?
    /// TLS of a `tls://` endpoint ends in this process; nil: at the upstream, or at the edge where a policy says so.
    public var tlsTermination: TLSTermination?
    /// The label below the edge's base domain that is wished for, the form of older configurations; `url` says more.
    package var subdomain: String?
    /// Whether the exchanges on it may be kept for people to look at.
    package var isInspected = true

    public init(
        scheme: Scheme = .https,
        url: String? = nil,
        binding: Binding? = nil,
        name: String = "",
        description: String = "",
        metadata: String = "",
        isPooled: Bool = false,
        proxyProtocol: ProxyProtocol? = nil,
        upstreamProtocol: UpstreamProtocol = .http1,
        upstreamTrust: Trust? = nil,
        trafficPolicy: String? = nil,
        tlsTermination: TLSTermination? = nil
    ) {
        self.scheme = scheme
        self.url = url
        self.binding = binding
        self.name = name
        self.description = description
        self.metadata = metadata
        self.isPooled = isPooled
        self.proxyProtocol = proxyProtocol
        self.upstreamProtocol = upstreamProtocol
        self.upstreamTrust = upstreamTrust
        self.trafficPolicy = trafficPolicy
        self.tlsTermination = tlsTermination
    }

    /// From where an endpoint is reached.
    public enum Binding: String, Sendable, Hashable, CaseIterable {
        /// By everybody who reaches the edge.
        case `public`
        /// By the policies of other endpoints of the same account; its host ends in `.internal`.
        case `internal`
        /// By services in clusters, through the operator; its URL names a service and its namespace, as
        /// `http://web.shop` does.
        case kubernetes
    }

    /// Versions of the PROXY protocol.
    public enum ProxyProtocol: Int, Sendable, Hashable, CaseIterable {
        /// A line of text.
        case v1 = 1
        /// Binary.
        case v2 = 2
    }

    /// Versions of HTTP toward an upstream.
    public enum UpstreamProtocol: String, Sendable, Hashable, CaseIterable {
        case http1
        /// By prior knowledge in clear, by ALPN over TLS.
        case http2
    }
}

extension EndpointOptions {
    /// The scheme of the endpoint, and the URL as the edge is asked for it.
    ///
    /// - Throws: `.invalidConfiguration` when `url` begins with a scheme that no endpoint has. Everything else about a
    ///   URL is
    ///   the edge's to judge, whose answer has the code.
    package func wish() throws(PorticoError) -> (scheme: Scheme, url: String) {
        guard let url, !url.isEmpty else { return (self.scheme, "\(self.scheme.rawValue)://") }
        guard let separator = url.firstRange(of: "://") else {
            return (self.scheme, "\(self.scheme.rawValue)://\(url)")
        }
        guard let scheme = Scheme(rawValue: url[..<separator.lowerBound].lowercased()) else {
            throw PorticoError(
                .invalidConfiguration,
                .urlScheme,
                "The URL \(url.quotedForDisplay) has a scheme that no endpoint has."
            )
        }
        return (scheme, url)
    }
}
