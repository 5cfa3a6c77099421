import Addressing
import JSON
import KubernetesClient
import Model

/// Makes the endpoints of all sites: which of them forward to a Service themselves, and which Services are reached by
/// internal endpoints (`spec/kubernetes.md` 6.2).
struct SiteAssembly {
    let options: TranslationOptions
    private var internals: [ServiceTarget: DesiredEndpoint] = [:]

    init(_ options: TranslationOptions) {
        self.options = options
    }

    /// The endpoints of all sites; `objects` are those that own them, to be told what is wrong.
    mutating func assemble(_ sites: [Site], into translation: inout Translation, objects: [OwnerID: ObjectReference]) {
        let sites = self.unique(sites, into: &translation, objects: objects)
        var users: [ServiceTarget: Int] = [:]
        for site in sites {
            for target in site.targets { users[target, default: 0] += 1 }
        }
        for site in sites {
            let local = self.local(of: site) { users[$0] == 1 }
            let endpoint = self.endpoint(of: site, local: local)
            if let problem = PolicyCheck.problem(of: endpoint) {
                for owner in endpoint.owners {
                    translation.held.insert(owner)
                    guard let object = objects[owner] else { continue }
                    translation.warn(object, .policyInvalid, "\(endpoint.url): \(problem)")
                }
                continue
            }
            translation.endpoints.append(endpoint)
            for target in site.targets where target != local { self.useInternal(target, for: site) }
        }
        translation.endpoints += self.internals.values.map { endpoint in
            var endpoint = endpoint
            endpoint.owners.sort()
            return endpoint
        }
    }

    /// The first site of each URL. Who asks for one that is taken is told.
    private func unique(
        _ sites: [Site],
        into translation: inout Translation,
        objects: [OwnerID: ObjectReference]
    ) -> [Site] {
        var taken: [EndpointURL: [OwnerID]] = [:]
        return sites.filter { site in
            guard let older = taken[site.url] else {
                taken[site.url] = site.owners.sorted()
                return true
            }
            let words = "\(site.url) belongs to \(older.map(\.description).joined(separator: ", ")) already"
            for owner in site.owners.sorted() {
                if let object = objects[owner] { translation.warn(object, .configurationError, words) }
            }
            return false
        }
    }

    /// The Service that the site's endpoint forwards to itself: the first that no other site needs.
    private func local(of site: Site, isExclusive: (ServiceTarget) -> Bool) -> ServiceTarget? {
        guard !site.settings.isVerbose else { return nil }
        return site.targets.first { $0.responseRules == nil && isExclusive($0) }
    }

    private func endpoint(of site: Site, local: ServiceTarget?) -> DesiredEndpoint {
        let policy = SitePolicy(site: site, local: local) { self.url(of: $0).description }
        return DesiredEndpoint(
            name: site.name,
            namespace: site.namespace,
            url: site.url,
            binding: site.settings.binding,
            upstream: local?.backend.upstream,
            policy: UserPolicy.document(
                site.settings.policy,
                connect: site.connectRules.map(\.json),
                request: site.isForConnections ? [] : policy.rules.map(\.json),
                connectEnd: site.isForConnections ? policy.rules.map(\.json) : []
            ),
            isPooling: site.settings.isPooling,
            description: site.settings.description,
            metadata: site.settings.metadata,
            certificates: site.certificates,
            owners: site.owners.sorted()
        )
    }

    // MARK: - Internal endpoints

    private mutating func useInternal(_ target: ServiceTarget, for site: Site) {
        var endpoint =
            self.internals[target]
            ?? DesiredEndpoint(
                name: self.label(of: target),
                namespace: target.backend.key.namespace,
                url: self.url(of: target),
                binding: .internal,
                upstream: target.backend.upstream,
                policy: target.responseRules.map {
                    JSONValue.object(["on_http_response": .array($0)]).text
                },
                isPooling: nil,
                description: site.settings.description,
                metadata: site.settings.metadata,
                certificates: [],
                owners: []
            )
        for owner in site.owners where !endpoint.owners.contains(owner) { endpoint.owners.append(owner) }
        self.internals[target] = endpoint
    }

    private func url(of target: ServiceTarget) -> EndpointURL {
        let scheme: EndpointScheme = target.backend.upstream.scheme.isForRequests ? .https : .tcp
        let port = scheme == .https ? 443 : target.backend.upstream.port
        return EndpointURL(scheme: scheme, host: HostPattern(self.host(of: target)), port: port)
    }

    private func host(of target: ServiceTarget) -> HostName {
        do throws(HostNameError) {
            return try HostName.internalSuffix.prefixed(by: self.label(of: target))
        } catch {
            preconditionFailure("the label of an internal endpoint is made of letters, digits and hyphens: \(error)")
        }
    }

    /// `H-SVC-NS[-DOMAIN]-PORT`, and what tells it from another use of the same port.
    private func label(of target: ServiceTarget) -> String {
        let backend = target.backend
        var parts = [ObjectNames.hash(backend.uid, digits: 5), backend.key.name, backend.key.namespace]
        if self.options.clusterDomain != TranslationOptions.usualClusterDomain {
            parts.append(self.options.clusterDomain)
        }
        parts.append("\(backend.port)")
        if let variant = target.variant { parts.append(variant) }
        return ObjectNames.label(parts)
    }
}

extension ServiceTarget {
    /// Five digits of a hash over all that is not usual about it; nil where nothing is.
    fileprivate var variant: String? {
        let upstream = self.backend.upstream
        var parts: [String] = []
        if upstream.scheme != .http { parts.append(upstream.scheme.rawValue) }
        if upstream.isHTTP2 { parts.append("h2") }
        if let verification = upstream.verification {
            parts.append("\(verification.serverName) \(verification.names) \(verification.authorities ?? "")")
        }
        if let rules = self.responseRules { parts.append(JSONValue.array(rules).canonical.text) }
        return parts.isEmpty ? nil : ObjectNames.hash(parts.joined(separator: "\n"), digits: 5)
    }
}

extension UpstreamScheme {
    /// Whether requests are sent by it, and not bytes.
    fileprivate var isForRequests: Bool { self == .http || self == .https }
}

extension Site {
    /// All targets of its routes, in their order, each once.
    var targets: [ServiceTarget] {
        var seen: Set<ServiceTarget> = []
        return self.routes.flatMap(\.targets).filter { seen.insert($0).inserted }
    }
}

extension SiteRoute {
    fileprivate var targets: [ServiceTarget] {
        guard case .backends(let shares, _) = self.outcome else { return [] }
        return shares.compactMap { share in
            if case .service(let target) = share.target { target } else { nil }
        }
    }
}
