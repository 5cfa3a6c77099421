import JSON
import KubernetesClient

/// Makes routes of the paths of an Ingress (`spec/kubernetes.md` 6.2).
struct IngressRoutes {
    let services: ServiceDirectory
    let policies: PolicyDirectory

    /// A route with what decides when it is tried.
    struct Ranked {
        let rank: Rank
        let route: SiteRoute
    }

    /// Exact paths first, then the longer prefix; among equals the order in which they come.
    struct Rank: Comparable {
        let isPrefix: Bool
        let length: Int

        static func < (left: Rank, right: Rank) -> Bool {
            left.isPrefix == right.isPrefix ? left.length > right.length : right.isPrefix
        }
    }

    /// Nil for a path that cannot be served. `hostCondition` holds for requests of this host, where the URL says less.
    func route(
        of path: Ingress.Path,
        in ingress: Ingress,
        hostCondition: String?,
        into translation: inout Translation
    ) -> Ranked? {
        let text = path.path.isEmpty ? "/" : path.path
        guard text.hasPrefix("/") else {
            let words = "the path \"\(text)\" does not begin with \"/\"; it is left out"
            translation.warn(ingress.reference, .invalidIngress, words)
            return nil
        }
        let isPrefix: Bool
        switch path.pathType {
        case "Exact": isPrefix = false
        case nil, "Prefix", "ImplementationSpecific": isPrefix = true
        case let other?:
            let words = "the path type \"\(other)\" of \(text) is not known; it is left out"
            translation.warn(ingress.reference, .invalidIngress, words)
            return nil
        }
        let normalized = RulePath.normalized(text)
        let condition = isPrefix ? PathCondition.prefix(normalized) : PathCondition.exact(normalized)
        return Ranked(
            rank: Rank(isPrefix: isPrefix, length: PathCondition.trimmed(normalized).utf8.count),
            route: SiteRoute(
                label: "Ingress \(ingress.key) \(text)",
                conditions: [hostCondition, condition].compactMap(\.self),
                outcome: self.outcome(of: path.backend, for: text, in: ingress, into: &translation)
            )
        )
    }

    /// What answers where no path of a host fits.
    func defaultRoute(
        of backend: Ingress.Backend,
        in ingress: Ingress,
        hostCondition: String?,
        into translation: inout Translation
    ) -> SiteRoute {
        SiteRoute(
            label: "Ingress \(ingress.key) default backend",
            conditions: [hostCondition].compactMap(\.self),
            outcome: self.outcome(of: backend, for: "the default backend", in: ingress, into: &translation)
        )
    }

    private func outcome(
        of backend: Ingress.Backend,
        for place: String,
        in ingress: Ingress,
        into translation: inout Translation
    ) -> RouteOutcome {
        let namespace = ingress.metadata.namespace
        do throws(BackendProblem) {
            if let resource = backend.resource { return try self.outcome(of: resource, in: namespace) }
            guard let service = backend.service else {
                throw .notFound("neither a service nor a resource is named")
            }
            let choice: PortChoice =
                service.port?.name.map(PortChoice.name) ?? service.port?.number.map(PortChoice.number) ?? .only
            let found = try self.services.backend(
                ObjectKey(namespace, service.name),
                choice,
                speaking: .http,
                into: &translation
            )
            guard found.hasAddresses else {
                return .actions([PolicyAction.respond(503, "No endpoint of this service is ready.")])
            }
            return .backends([RouteShare(weight: 1, target: .service(ServiceTarget(found)))])
        } catch {
            translation.warn(ingress.reference, .backendNotFound, "\(place): \(error.message); it answers 503")
            return .actions([PolicyAction.respond(503, "The service of this route is not there.")])
        }
    }

    private func outcome(of resource: TypedReference, in namespace: String) throws(BackendProblem) -> RouteOutcome {
        let kinds = ["trafficpolicy", "ngroktrafficpolicy"]
        guard OwnGroup.all.contains(resource.apiGroup ?? ""), kinds.contains(resource.kind.lowercased()) else {
            throw .notFound("a resource backend of the kind \(resource.kind) is not known; use a TrafficPolicy")
        }
        let key = ObjectKey(namespace, resource.name)
        switch self.policies.policy(key) {
        case .missing: throw .notFound("there is no TrafficPolicy \(key)")
        case .wrong(let words): throw .notFound("the TrafficPolicy \(key) is wrong: \(words)")
        case .good(let policy):
            guard !policy.hasConnectRules else {
                throw .notFound("the TrafficPolicy \(key) has on_tcp_connect rules, which no path can have")
            }
            return .policy(policy.phases["on_http_request"] ?? [])
        }
    }
}

/// Expressions about the path of a request.
enum PathCondition {
    /// Nil for the prefix that all paths have.
    static func prefix(_ path: String) -> String? {
        let base = self.trimmed(path)
        guard !base.isEmpty else { return nil }
        return "req.url.path == \(CELText.literal(base)) || req.url.path.startsWith(\(CELText.literal(base + "/")))"
    }

    static func exact(_ path: String) -> String {
        "req.url.path == \(CELText.literal(path))"
    }

    /// Without the slash at the end, which says nothing in a prefix.
    static func trimmed(_ path: String) -> String {
        path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
