import Addressing
import Model
import Portico

/// One endpoint as the agent opens it: what there is two of when an endpoint has two addresses to go to.
struct AgentWish: Sendable, Hashable {
    let url: String
    let upstream: String
    let options: EndpointOptions
}

/// What takes the endpoints that are open to those that are wished for. What differs is opened anew before the old one
/// is closed: they share their URL, and no visitor finds it empty.
struct AgentPlan: Equatable {
    /// In the order of URLs.
    let open: [AgentWish]
    let close: [AgentWish]

    init(from actual: Set<AgentWish>, to wished: Set<AgentWish>) {
        self.open = wished.subtracting(actual).inOrder
        self.close = actual.subtracting(wished).inOrder
    }
}

extension Set<AgentWish> {
    fileprivate var inOrder: [AgentWish] {
        self.sorted { ($0.url, $0.upstream, $0.options.metadata) < ($1.url, $1.upstream, $1.options.metadata) }
    }
}

extension DesiredEndpoint {
    /// What the agent opens for it: one for each address, all behind the same URL; none for a cloud endpoint.
    ///
    /// - Throws: where the agent cannot do what is wished for.
    func agentWishes() throws(PorticoError) -> [AgentWish] {
        guard let upstream = self.upstream else { return [] }
        let scheme = Scheme(rawValue: self.url.scheme.rawValue) ?? .https
        let options = EndpointOptions(
            scheme: scheme,
            url: self.url.description,
            binding: EndpointOptions.Binding(rawValue: self.binding.rawValue),
            name: "\(self.namespace)/\(self.name)",
            description: self.description,
            metadata: MetadataText.text(self.metadata),
            // Every replica of the operator serves the same URL.
            isPooled: true,
            upstreamProtocol: upstream.isHTTP2 ? .http2 : .http1,
            upstreamTrust: try upstream.trust(),
            trafficPolicy: self.policy
        )
        // A name without addresses is dialled all the same: the visitor is told that nothing answers there.
        let targets = upstream.addresses.flatMap { $0.isEmpty ? nil : $0 } ?? ["\(upstream.host):\(upstream.port)"]
        return targets.map { target in
            AgentWish(
                url: self.url.description,
                upstream: "\(upstream.scheme.rawValue)://\(target)",
                options: options
            )
        }
    }
}

extension DesiredUpstream {
    /// Whose certificates it may show; nil: any, as is usual inside of a cluster.
    fileprivate func trust() throws(PorticoError) -> Trust? {
        guard let verification = self.verification else { return nil }
        guard self.addresses == nil, verification.serverName == self.host, verification.names.isEmpty else {
            throw PorticoError(
                .invalidConfiguration,
                "The agent verifies an upstream's certificate by the name that it dials, and this one asks for another name.",
                remedy: "Use the Service's own name, and dial by name."
            )
        }
        return verification.authorities.map { .pem(Array($0.utf8)) } ?? .system
    }
}
