import Model
package import Portico

/// The commands that serve one endpoint from the command line.
package enum EndpointCommand: String, Sendable, CaseIterable {
    case http, tcp, tls

    /// The endpoint that the flags describe.
    ///
    /// - Throws: `PorticoError` of kind `.invalidConfiguration`.
    package func endpoint(_ flags: EndpointFlags) throws(PorticoError) -> EndpointDefinition {
        let scheme = try self.scheme(of: flags)
        var options = EndpointOptions(scheme: scheme, url: flags.url)
        options.binding = try Self.binding(flags.binding)
        options.name = flags.name ?? ""
        options.description = flags.description ?? ""
        options.metadata = flags.metadata ?? ""
        options.isPooled = flags.isPooled
        options.upstreamProtocol = try Self.upstreamProtocol(flags.upstreamProtocol)
        options.proxyProtocol = try Self.proxyProtocol(flags.proxyProtocol)
        options.upstreamTrust = try Self.upstreamTrust(flags)
        options.trafficPolicy = flags.trafficPolicy?.text
        return EndpointDefinition(
            name: flags.name ?? "command_line",
            upstream: try self.upstream(flags.upstream, for: scheme),
            options: options
        )
    }

    private func scheme(of flags: EndpointFlags) throws(PorticoError) -> Scheme {
        let own: Scheme =
            switch self {
            case .http: .https
            case .tcp: .tcp
            case .tls: .tls
            }
        let scheme = try EndpointOptions(scheme: own, url: flags.url).wish().scheme
        guard scheme == own || (scheme.isHTTP && own.isHTTP) else {
            let other = scheme.isHTTP ? "http" : scheme.rawValue
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.urlScheme.name,
                "The URL \((flags.url ?? "").quotedForDisplay) cannot be served by `portico \(self.rawValue)`.",
                remedy: "Use `portico \(other)`, or a URL with another scheme."
            )
        }
        return scheme
    }

    private func upstream(_ text: String?, for scheme: Scheme) throws(PorticoError) -> Upstream {
        if let text { return try Upstream(text, for: scheme) }
        guard self == .http else {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.upstreamAddressInvalid.name,
                "The command needs an upstream to forward to.",
                remedy: "Name its port or address, for instance `portico \(self.rawValue) localhost:22`."
            )
        }
        return try Upstream("80", for: scheme)
    }

    private static func binding(_ text: String?) throws(PorticoError) -> EndpointOptions.Binding? {
        guard let text else { return nil }
        guard let binding = EndpointOptions.Binding(rawValue: text) else {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.bindingUnknown.name,
                "--binding \(text.quotedForDisplay) is none that an endpoint can have.",
                remedy: "Give public, internal or kubernetes."
            )
        }
        return binding
    }

    private static func proxyProtocol(_ text: String?) throws(PorticoError) -> EndpointOptions.ProxyProtocol? {
        guard let text else { return nil }
        guard let version = Int(text).flatMap(EndpointOptions.ProxyProtocol.init(rawValue:)) else {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.usage.name,
                "--upstream-proxy-protocol \(text.quotedForDisplay) is no version of the PROXY protocol.",
                remedy: "Give 1 or 2."
            )
        }
        return version
    }

    private static func upstreamProtocol(_ text: String?) throws(PorticoError) -> EndpointOptions.UpstreamProtocol {
        guard let text else { return .http1 }
        guard let known = EndpointOptions.UpstreamProtocol(rawValue: text) else {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.upstreamProtocolInvalid.name,
                "--upstream-protocol \(text.quotedForDisplay) is none that the edge can speak with a service.",
                remedy: "Give http1 or http2."
            )
        }
        return known
    }

    private static func upstreamTrust(_ flags: EndpointFlags) throws(PorticoError) -> Trust? {
        if flags.verifiesUpstream { return flags.upstreamCAs.map(Trust.init(settingText:)) ?? .system }
        guard flags.upstreamCAs == nil else {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.usage.name,
                "--upstream-tls-verify-cas names certificates, but the upstream's certificate is not verified.",
                remedy: "Add --upstream-tls-verify."
            )
        }
        return nil
    }
}
