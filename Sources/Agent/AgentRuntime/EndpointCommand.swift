import Model
package import Portico

/// The commands that serve one endpoint from the command line.
package enum EndpointCommand: String, Sendable, CaseIterable {
    case http, tcp, tls

    /// The endpoints that the flags describe: one, or one for each of two schemes.
    ///
    /// - Throws: `PorticoError` of kind `.invalidConfiguration`.
    package func endpoints(_ flags: EndpointFlags) throws(PorticoError) -> [EndpointDefinition] {
        let name = try Self.name(flags)
        var flags = flags
        if let name, name.flag != "--subdomain" {
            flags.url = name.text
        }
        guard self == .http, !flags.schemes.isEmpty, flags.url?.contains("://") != true else {
            return [try self.endpoint(flags, label: name?.flag == "--subdomain" ? name?.text : nil)]
        }
        var definitions: [EndpointDefinition] = []
        for scheme in ["https", "http"] where flags.schemes.contains(scheme) {
            var one = flags
            one.url = "\(scheme)://\(flags.url ?? "")"
            if scheme == "http", flags.schemes.contains("https") { one.name = "\(flags.name ?? "command_line") (http)" }
            definitions.append(try self.endpoint(one, label: name?.flag == "--subdomain" ? name?.text : nil))
        }
        guard definitions.count == Set(flags.schemes).count else {
            throw Self.usage(
                "--scheme \(flags.schemes.joined(separator: ",").quotedForDisplay) is none",
                "Give https or http."
            )
        }
        return definitions
    }

    private func endpoint(_ flags: EndpointFlags, label: String?) throws(PorticoError) -> EndpointDefinition {
        let scheme = try self.scheme(of: flags)
        var options = EndpointOptions(scheme: scheme, url: flags.url)
        options.subdomain = label
        options.binding = try Self.binding(flags.binding)
        options.name = flags.name ?? ""
        options.description = flags.description ?? ""
        options.metadata = flags.metadata ?? ""
        options.isPooled = flags.isPooled
        options.isInspected = flags.isInspected
        options.upstreamProtocol = try Self.upstreamProtocol(flags.upstreamProtocol)
        options.proxyProtocol = try Self.proxyProtocol(flags.proxyProtocol)
        options.upstreamTrust = try Self.upstreamTrust(flags)
        let upstream = try self.upstream(flags.upstream, for: scheme)
        var flags = flags
        if let termination = try Self.termination(flags) {
            options.tlsTermination = termination
            // They are asked for where TLS ends.
            flags.rules.visitorCAs = nil
            try options.checkTermination()
        }
        options.trafficPolicy = try self.policy(flags, upstream, options)
        return EndpointDefinition(name: flags.name ?? "command_line", upstream: upstream, options: options)
    }

    /// The one name that flags of older agents tell; nil for none.
    private static func name(_ flags: EndpointFlags) throws(PorticoError) -> EndpointFlags.OlderName? {
        guard let first = flags.names.first else { return nil }
        let other = flags.url == nil ? flags.names.dropFirst().first?.flag : "--url"
        if let other {
            throw Self.usage("\(first.flag) and \(other) are both given; an endpoint has one name", "Give --url alone.")
        }
        return first
    }

    private func policy(
        _ flags: EndpointFlags,
        _ upstream: Upstream,
        _ options: EndpointOptions
    ) throws(PorticoError) -> String? {
        var rules = flags.rules
        for credential in rules.basicAuth where !PolicyOptions.isCredential(credential) {
            throw Self.usage(
                "--basic-auth is not user:password",
                "The user has at most 128 characters, the password 8 to 128."
            )
        }
        for line in rules.requestHeaders.added + rules.responseHeaders.added where PolicyOptions.header(line) == nil {
            throw Self.usage("\(line.quotedForDisplay) is no header", "Write name:value.")
        }
        rules.edgeTLS = Self.edgeTLS(flags)
        guard !rules.isEmpty else { return flags.trafficPolicy?.text }
        guard flags.trafficPolicy == nil else { throw EndpointFlags.twoPolicies }
        return try rules.policy(for: upstream, of: options)
    }

    /// TLS that ends in the agent; with a certificate that is where it ends unless another place is named.
    private static func termination(_ flags: EndpointFlags) throws(PorticoError) -> TLSTermination? {
        if (flags.certificate == nil) != (flags.key == nil) {
            throw Self.usage("--crt and --key go together, and one is given", "Give both, or none.")
        }
        switch (flags.terminateAt, flags.certificate, flags.key) {
        case ("agent", let certificate?, let key?), (nil, let certificate?, let key?):
            return TLSTermination(certificate: certificate, key: key, visitorCAs: flags.rules.visitorCAs)
        case ("agent", _, _):
            throw Self.usage("TLS cannot end in the agent without a certificate", "Give --crt and --key.")
        case ("upstream", _?, _):
            throw Self.usage("--crt has no use where TLS ends at the upstream", "Give --terminate-at agent or edge.")
        case ("edge", _, _), ("upstream", nil, _), (nil, _, _): return nil
        case (let place?, _, _):
            throw Self.usage("--terminate-at \(place.quotedForDisplay) is no place", "Give edge, agent or upstream.")
        }
    }

    private static func edgeTLS(_ flags: EndpointFlags) -> PolicyOptions.EdgeTLS? {
        guard flags.terminateAt == "edge" else { return nil }
        return PolicyOptions.EdgeTLS(certificate: flags.certificate, key: flags.key)
    }

    private static func usage(_ message: String, _ remedy: String) -> PorticoError {
        PorticoError(.invalidConfiguration, code: ErrorCode.usage.name, "\(message).", remedy: remedy)
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
