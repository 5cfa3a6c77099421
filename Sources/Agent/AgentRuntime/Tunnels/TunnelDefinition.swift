import Model
import Portico
import Settings

/// An endpoint in the form of version 2 of the configuration file, which the local API takes too
/// (`spec/agent.md` 3.5, 7.2).
struct TunnelDefinition {
    enum Proto: String, Sendable, CaseIterable {
        case http, tcp, tls
    }

    enum HTTPScheme: String, Sendable, CaseIterable {
        case http, https
    }

    /// Where the visitor's TLS ends.
    private enum TerminateAt: String, Sendable, CaseIterable {
        case edge, agent, upstream
    }

    let name: String
    let proto: Proto
    let address: String
    let schemes: [HTTPScheme]
    /// The wished name, by the key that told it; nil for one that the edge chooses.
    let wish: (key: String, text: String)?
    let policyOptions: PolicyOptions
    /// Everything but scheme and URL.
    let options: EndpointOptions
    let warnings: [String]

    /// - Parameters:
    ///   - reader: of the definition's mapping.
    ///   - name: what the endpoint is called here.
    init?(_ reader: SettingsReader, name: String) {
        let proto: Proto? = reader.required("proto", .choice("protocol"), "What visitors speak.")
        let address = reader.required("addr", .text(maxBytes: 512), "Where visitors' bytes go.")
        var warnings: [String] = []
        if reader.structure("labels", absent: "none", "Labels of an edge; refused.") != nil {
            reader.refuse(
                "labels",
                "labelled tunnels are not supported; give proto, addr and a domain in place of labels"
            )
        }
        self.schemes = Self.schemes(reader)
        self.wish = Self.wish(reader, proto)
        var options = EndpointOptions()
        options.readCommon(reader)
        options.readTunnelUpstream(reader)
        var policyOptions = PolicyOptions(reader, warnings: &warnings)
        switch Self.termination(reader, proto) {
        case .edge(let tls): policyOptions.edgeTLS = tls
        case .agent(let certificate, let key):
            options.tlsTermination = TLSTermination(
                certificate: certificate,
                key: key,
                visitorCAs: policyOptions.visitorCAs
            )
            // They are asked for where TLS ends.
            policyOptions.visitorCAs = nil
        case nil: break
        }
        self.policyOptions = policyOptions
        options.readPolicy(reader, olderKey: "policy")
        if !self.policyOptions.isEmpty, options.trafficPolicy != nil {
            reader.refuse(
                nil,
                "has a traffic_policy beside options that stand for rules of one; write all as one policy"
            )
        }
        self.name = name
        self.options = options
        self.warnings = warnings.map { "tunnels.\(name).\($0)" }
        if let proto, proto != .http, self.policyOptions.needsRequests {
            reader.refuse(nil, "is no http tunnel, and has options that only requests can have")
            return nil
        }
        guard let proto, let address, self.policyOptions.basicAuth.allSatisfy(PolicyOptions.isCredential) else {
            return nil
        }
        self.proto = proto
        self.address = address
    }

    /// The endpoints that it stands for: one, or one for each of two schemes.
    ///
    /// - Returns: nil where it cannot be served, which has been noted.
    func endpoints(_ reader: SettingsReader, warnings: inout [String]) -> [EndpointDefinition]? {
        warnings += self.warnings
        do throws(PorticoError) {
            return try self.endpoints()
        } catch {
            reader.refuse(nil, "cannot be served: \(error.description)")
            return nil
        }
    }

    func endpoints() throws(PorticoError) -> [EndpointDefinition] {
        var definitions: [EndpointDefinition] = []
        for scheme in self.endpointSchemes {
            // The twin over plain http has a name of its own.
            let isTwin = scheme == .http && self.endpointSchemes.count > 1
            var options = self.options
            options.scheme = scheme
            options.url = self.url(scheme)
            options.subdomain = self.wish.flatMap { $0.key == "subdomain" ? $0.text : nil }
            options.name = isTwin ? "\(self.name) (http)" : self.name
            try options.checkTermination()
            let upstream = try Upstream(self.address, for: scheme)
            if let policy = try self.policyOptions.policy(for: upstream, of: options) { options.trafficPolicy = policy }
            definitions.append(EndpointDefinition(name: options.name, upstream: upstream, options: options))
        }
        return definitions
    }

    private var endpointSchemes: [Scheme] {
        switch self.proto {
        case .tcp: [.tcp]
        case .tls: [.tls]
        case .http: self.schemes.sorted { $0 == .https && $1 == .http }.map { $0 == .https ? .https : .http }
        }
    }

    private func url(_ scheme: Scheme) -> String {
        guard let wish, wish.key != "subdomain" else { return "\(scheme.rawValue)://" }
        return wish.text.contains("://") ? wish.text : "\(scheme.rawValue)://\(wish.text)"
    }

    private static func schemes(_ reader: SettingsReader) -> [HTTPScheme] {
        let schemes: [HTTPScheme]? = reader.optional(
            "schemes",
            .list(of: .choice("scheme"), limit: 2),
            absent: "https",
            "What visitors of an http tunnel speak: https, http, or both."
        )
        // Version 1 had this instead.
        let older: BindTLS? = reader.optional("bind_tls", .choice(), absent: "none", "Older name of `schemes`.")
        switch older {
        case .on: return [.https]
        case .off: return [.http]
        case .both: return [.https, .http]
        case nil: return schemes.map { $0.isEmpty ? [.https] : Array(Set($0)) } ?? [.https]
        }
    }

    /// Where TLS of a tls tunnel ends, if not at the upstream, and with which files.
    private enum Termination {
        case edge(PolicyOptions.EdgeTLS)
        case agent(certificate: String, key: String)
    }

    /// `crt`, `key` and `terminate_at` of a tls tunnel.
    private static func termination(_ reader: SettingsReader, _ proto: Proto?) -> Termination? {
        let certificate = reader.optional("crt", .path, absent: "none", "A PEM file with the certificate.")
        let key = reader.optional("key", .path, absent: "none", "A PEM file with its key.")
        let place: TerminateAt? = reader.optional(
            "terminate_at",
            .choice("place"),
            absent: "agent with a certificate, upstream without",
            "Where the visitor's TLS ends: edge, agent or upstream."
        )
        if (certificate == nil) != (key == nil) {
            reader.refuse(certificate == nil ? "key" : "crt", "stands alone; crt and key go together")
            return nil
        }
        if proto != .tls, certificate != nil || place != nil {
            reader.refuse(certificate == nil ? "terminate_at" : "crt", "is for tls tunnels")
            return nil
        }
        switch (place, certificate, key) {
        case (.edge, _, _): return .edge(PolicyOptions.EdgeTLS(certificate: certificate, key: key))
        case (.agent, let certificate?, let key?), (nil, let certificate?, let key?):
            return .agent(certificate: certificate, key: key)
        case (.agent, _, _): reader.refuse("terminate_at", "agent needs a certificate; give crt and key")
        case (.upstream, _?, _):
            reader.refuse("crt", "has no use where TLS ends at the upstream; give terminate_at: agent or edge")
        case (.upstream, nil, _), (nil, _, _): break
        }
        return nil
    }

    private enum BindTLS: String, Sendable, CaseIterable {
        case on = "true"
        case off = "false"
        case both
    }

    private static func wish(_ reader: SettingsReader, _ proto: Proto?) -> (key: String, text: String)? {
        let keys = ["url", "domain", "hostname", "subdomain", "remote_addr"]
        let wishes = keys.compactMap { key -> (key: String, text: String)? in
            reader.optional(key, .text("name", maxBytes: 512), absent: "random", "The name that visitors use.")
                .map { (key, $0) }
        }
        if let second = wishes.dropFirst().first {
            reader.refuse(second.key, "stands beside \(wishes[0].key); an endpoint has one name")
        }
        if let wish = wishes.first, wish.key == "remote_addr", proto != .tcp {
            reader.refuse("remote_addr", "is for tcp tunnels; give domain")
        }
        if let wish = wishes.first, ["domain", "hostname", "subdomain"].contains(wish.key), proto == .tcp {
            reader.refuse(wish.key, "is for http and tls tunnels; give remote_addr")
        }
        return wishes.first
    }
}
