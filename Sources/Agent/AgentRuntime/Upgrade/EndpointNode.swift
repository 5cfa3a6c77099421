import Portico
import Yams

/// An endpoint as an entry of `endpoints` in a configuration file.
struct EndpointNode {
    let mapping: Node.Mapping

    /// - Parameters:
    ///   - endpoint: what it is.
    ///   - text: the upstream as it was written.
    init(_ endpoint: EndpointDefinition, upstream text: String? = nil) {
        let options = endpoint.options
        var entry = Node.Mapping([(Node("name"), Node(endpoint.name))])
        if let url = options.url, url != "https://" { entry["url"] = Node(url) }
        if let binding = options.binding { entry["bindings"] = Node([Node(binding.rawValue)]) }
        if !options.description.isEmpty { entry["description"] = Node(options.description) }
        if !options.metadata.isEmpty { entry["metadata"] = Self.text(options.metadata) }
        if options.isPooled { entry["pooling_enabled"] = "true" }
        if !options.isInspected { entry["inspect"] = "false" }
        entry["upstream"] = Node.mapping(Self.upstream(text ?? endpoint.upstream.description, options))
        if let termination = options.tlsTermination {
            entry["agent_tls_termination"] = Node.mapping(Self.termination(termination))
        }
        if let policy = options.trafficPolicy { entry["traffic_policy"] = Self.policy(policy) }
        self.mapping = entry
    }

    /// An entry with the spelling of the tunnel that it was.
    init(_ endpoint: EndpointDefinition, tunnel: Node.Mapping) {
        self.init(endpoint, upstream: tunnel["addr"]?.scalar?.string)
    }

    private static func upstream(_ text: String, _ options: EndpointOptions) -> Node.Mapping {
        var entry = Node.Mapping([(Node("url"), Node(text))])
        if options.upstreamProtocol != .http1 { entry["protocol"] = Node(options.upstreamProtocol.rawValue) }
        if let version = options.proxyProtocol { entry["proxy_protocol"] = Self.text("\(version.rawValue)") }
        if let trust = options.upstreamTrust {
            entry["tls_verify"] = "true"
            if trust != .system { entry["tls_verify_cas"] = Node(trust.settingText) }
        }
        return entry
    }

    private static func termination(_ termination: TLSTermination) -> Node.Mapping {
        var entry = Node.Mapping([
            (Node("server_certificate"), Self.pem(termination.certificates)),
            (Node("server_private_key"), Self.pem(termination.privateKey)),
        ])
        if !termination.visitorAuthorities.isEmpty {
            entry["mutual_tls_certificate_authorities"] = Node(termination.visitorAuthorities.map(Self.pem))
        }
        if !termination.applicationProtocols.isEmpty {
            entry["application_protocols"] = Node(termination.applicationProtocols.map(Self.text))
        }
        if termination.minimumVersion != .v1_2 { entry["min_version"] = Self.text(termination.minimumVersion.rawValue) }
        if termination.maximumVersion != .v1_3 { entry["max_version"] = Self.text(termination.maximumVersion.rawValue) }
        return entry
    }

    private static func pem(_ pem: TLSTermination.PEM) -> Node {
        switch pem {
        case .file(let path): Node(path)
        case .bytes(let bytes): Self.text(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// A policy as a mapping where it is one, in the block form that people read.
    private static func policy(_ text: String) -> Node {
        guard let node = try? Yams.compose(yaml: text), node.mapping != nil else { return Self.text(text) }
        return Self.block(node)
    }

    private static func block(_ node: Node) -> Node {
        switch node {
        case .mapping(let mapping):
            Node.mapping(Node.Mapping(mapping.map { (Self.key($0.key), Self.block($0.value)) }, .implicit, .block))
        case .sequence(let sequence): Node.sequence(Node.Sequence(sequence.map(Self.block), .implicit, .block))
        default: node
        }
    }

    private static func key(_ node: Node) -> Node { node.scalar.map { Node($0.string) } ?? node }

    /// Quoted, so that it stays a text whatever it looks like.
    private static func text(_ text: String) -> Node {
        Node.scalar(Node.Scalar(text, .implicit, text.contains("\n") ? .literal : .singleQuoted))
    }
}
