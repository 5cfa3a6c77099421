import Addressing
import Inspection
import Model
import NIOCore
import NIOSSL
import PeerIdentity

/// Where the streams of one endpoint go: an upstream and how to speak to it. The same on every leg.
struct Forwarding: Sendable {
    let endpoint: Endpoint.ID
    let upstream: Upstream
    /// nil when the upstream is spoken to in clear.
    private let tls: NIOSSLContext?
    /// The same for visitors who have chosen a protocol, by its name: the upstream is offered that one.
    private let contexts: [String: NIOSSLContext]
    /// Whether the upstream must show that it is the one that is meant.
    private let isVerified: Bool
    /// A PROXY header stands in front of a stream's bytes. It goes to the upstream in clear, before any TLS.
    let hasProxyHeader: Bool
    /// What the edge speaks on the streams; nil where they are bytes to us, or TLS.
    let httpVersion: EndpointOptions.UpstreamProtocol?
    let observer: (any TrafficObserver)?
    /// Somebody wants to know of exchanges, and the streams carry such as can be seen.
    let watchesExchanges: Bool
    /// How much of them is kept; nil for nothing.
    let capture: CaptureWish?

    /// - Throws: `.invalidConfiguration` when the certificates of `upstreamTrust` cannot be read.
    init(
        _ endpoint: Endpoint.ID,
        to upstream: Upstream,
        scheme: Scheme,
        options: EndpointOptions,
        observer: (any TrafficObserver)?
    ) throws(PorticoError) {
        self.endpoint = endpoint
        self.upstream = upstream
        self.hasProxyHeader = options.proxyProtocol != nil
        self.httpVersion = scheme.isHTTP ? options.upstreamProtocol : nil
        self.observer = observer
        self.watchesExchanges =
            self.httpVersion != nil && !self.hasProxyHeader && observer?.watchesExchanges ?? false
        self.capture = self.watchesExchanges && options.isInspected ? observer?.capture : nil
        self.isVerified = options.upstreamTrust != nil
        guard upstream.usesTLS else {
            self.tls = nil
            self.contexts = [:]
            return
        }
        self.tls = try Self.context(options, offering: self.httpVersion == .http2 ? ["h2", "http/1.1"] : [])
        var contexts: [String: NIOSSLContext] = [:]
        for name in options.tlsTermination?.applicationProtocols ?? [] {
            contexts[name] = try Self.context(options, offering: [name])
        }
        self.contexts = contexts
    }

    /// New handlers for TLS to the upstream, in their order.
    ///
    /// - Parameter applicationProtocol: what the visitor has chosen to speak; nil where that is not known.
    /// - Returns: none when the upstream is spoken to in clear.
    /// - Throws: when TLS cannot be set up.
    func tlsHandlers(_ applicationProtocol: String?) throws -> [any ChannelHandler] {
        guard let tls = applicationProtocol.flatMap({ self.contexts[$0] }) ?? self.tls else { return [] }
        let name = self.upstream.serverName
        guard self.isVerified else { return [try NIOSSLClientHandler(context: tls, serverHostname: name)] }
        return try ServerNameHandler.client(of: name, tls)
    }

    var usesTLS: Bool { self.tls != nil }

    private static func context(_ options: EndpointOptions, offering: [String]) throws(PorticoError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let trust = options.upstreamTrust {
            configuration.trustRoots = try trust.roots(.upstreamUntrusted)
        } else {
            configuration.certificateVerification = .none
        }
        configuration.applicationProtocols = offering
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw PorticoError(
                .invalidConfiguration,
                .upstreamUntrusted,
                "TLS to the upstream cannot be set up: \(error)"
            )
        }
    }
}

extension DialHost {
    /// What stands in SNI, and what a certificate is asked for; nil for an address, which no SNI can hold.
    var serverName: String? {
        switch self {
        case .name(let name): name
        case .address: nil
        }
    }
}
