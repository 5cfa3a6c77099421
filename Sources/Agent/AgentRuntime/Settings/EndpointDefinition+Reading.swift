import Portico
import Settings

extension EndpointDefinition {
    /// One entry of `endpoints` (`spec/agent.md` 3.4).
    ///
    /// - Parameters:
    ///   - reader: of the entry's mapping.
    ///   - policyOptions: what stands for rules of a policy, where the one who writes may use it; then older names are
    ///     read too.
    init?(_ reader: SettingsReader, policyOptions: PolicyOptions?) {
        let name = reader.required("name", .text(maxBytes: 255), "What the endpoint is called here.")
        let url = reader.optional("url", .text(maxBytes: 512), absent: "random", "What visitors use.")
        var options = EndpointOptions(url: url)
        options.readCommon(reader)
        options.readPolicy(reader)
        if let policyOptions {
            options.readOlderNames(reader)
            if !policyOptions.isEmpty, options.trafficPolicy != nil {
                reader.refuse(
                    nil,
                    "has a traffic_policy beside options that stand for rules of one; write all as one policy"
                )
            }
        }
        options.readTermination(reader)
        let upstream = reader.section("upstream", "Where visitors' bytes go.") { upstream in
            options.readUpstream(upstream)
            return upstream.optional("url", .text(maxBytes: 512), absent: "required", "A port, an address or a URL.")
        }
        if upstream == nil {
            reader.refuse(nil, "has no upstream.url; it must be a port, an address or a URL")
        }
        guard let name, let upstream else { return nil }
        do throws(PorticoError) {
            let scheme = try options.wish().scheme
            options.name = name
            options.scheme = scheme
            try options.checkTermination()
            let service = try Upstream(upstream, for: scheme)
            if let policy = try policyOptions?.policy(for: service, of: options) { options.trafficPolicy = policy }
            self.init(name: name, upstream: service, options: options)
        } catch {
            reader.refuse(nil, "cannot be served: \(error.description)")
            return nil
        }
    }
}

extension EndpointOptions {
    /// What clients of version 2 say in place of a URL.
    fileprivate mutating func readOlderNames(_ reader: SettingsReader) {
        let schemes: [TunnelDefinition.HTTPScheme]? = reader.optional(
            "schemes",
            .list(of: .choice("scheme"), limit: 1),
            absent: "https",
            "What visitors speak: https or http."
        )
        let names = ["domain", "hostname", "subdomain"].compactMap { key -> (key: String, text: String)? in
            reader.optional(key, .text("name", maxBytes: 512), absent: "random", "The name that visitors use.")
                .map { (key, $0) }
        }
        if let name = names.dropFirst().first ?? (self.url == nil ? nil : names.first) {
            reader.refuse(name.key, "stands beside another name; an endpoint has one")
        }
        guard self.url == nil else { return }
        let scheme = schemes?.first?.rawValue ?? "https"
        guard let name = names.first else {
            if schemes != nil { self.url = "\(scheme)://" }
            return
        }
        self.url = name.key == "subdomain" ? "\(scheme)://" : "\(scheme)://\(name.text)"
        self.subdomain = name.key == "subdomain" ? name.text : nil
    }

    /// What both forms of an endpoint have under the same key.
    mutating func readCommon(_ reader: SettingsReader) {
        self.metadata = reader.value("metadata", .text(maxBytes: 4096), default: "", "Opaque to the edge.")
        self.description = reader.value("description", .text(maxBytes: 255), default: "", "For people.")
        self.isPooled = reader.value("pooling_enabled", .bool, default: false, "Whether others may share the URL.")
        self.isInspected = reader.value(
            "inspect",
            .bool,
            default: true,
            "Whether its exchanges are kept for the local inspector."
        )
        self.readBinding(reader)
    }

    /// `bindings`: a list, of which an endpoint has one.
    private mutating func readBinding(_ reader: SettingsReader) {
        guard let node = reader.structure("bindings", absent: "by the URL", "Who reaches it: a list of one.") else {
            return
        }
        guard case .sequence(let items) = node.value, items.count == 1, case .scalar(let text) = items[0].value,
            let binding = Binding(rawValue: text)
        else {
            return reader.refuse("bindings", "must be a list of one of public, internal and kubernetes")
        }
        self.binding = binding
    }

    /// The keys below `upstream`.
    fileprivate mutating func readUpstream(_ upstream: SettingsReader) {
        self.read(upstream, protocolKey: "protocol", headerKey: "proxy_protocol", prefix: "")
    }

    /// The same of a tunnel of version 2.
    mutating func readTunnelUpstream(_ reader: SettingsReader) {
        self.read(reader, protocolKey: "upstream_protocol", headerKey: "proxy_proto", prefix: "upstream_")
        let older: UpstreamProtocol? = reader.optional(
            "app_protocol",
            .choice("protocol"),
            absent: "http1",
            "The older name of `upstream_protocol`."
        )
        if let older { self.upstreamProtocol = older }
    }

    private mutating func read(_ reader: SettingsReader, protocolKey: String, headerKey: String, prefix: String) {
        self.upstreamProtocol = reader.value(
            protocolKey,
            .choice("protocol"),
            default: .http1,
            "What the edge speaks with the upstream."
        )
        self.proxyProtocol = reader.optional(
            headerKey,
            .proxyProtocol,
            absent: "none",
            "The header with the visitor's address that the upstream gets: 1 or 2."
        )
        let verifies = reader.value(
            "\(prefix)tls_verify",
            .bool,
            default: false,
            "Whether the upstream's certificate is verified."
        )
        let roots = reader.optional(
            "\(prefix)tls_verify_cas",
            .trust,
            absent: "host",
            "Whose certificates it may show."
        )
        self.upstreamTrust = verifies ? roots ?? .system : nil
    }
}
