package import KubernetesClient
package import Logging

/// What the operator follows of a cluster, and takes one snapshot of at a time.
package struct ClusterView: Sendable {
    /// Which of the cluster's kinds are followed.
    package struct Features: Sendable, Hashable {
        package var ingress = true
        package var gateway = true
        /// Whether EndpointSlices are, which only those who dial addresses need.
        package var addresses = false

        package init() {}
    }

    private let namespaces: Informer<Namespace>
    private let services: Informer<Service>
    private let slices: Informer<EndpointSlice>?
    private let secrets: Informer<SecretObject>
    private let ingressClasses: Informer<IngressClass>?
    private let ingresses: Informer<Ingress>?
    private let gatewayClasses: Informer<GatewayClass>?
    private let gateways: Informer<Gateway>?
    private let httpRoutes: Informer<HTTPRoute>?
    private let grpcRoutes: Informer<GRPCRoute>?
    private let tlsRoutes: Informer<TLSRoute>?
    private let tcpRoutes: Informer<TCPRoute>?
    private let grants: Informer<ReferenceGrant>?
    private let backendTLS: Informer<BackendTLSPolicy>?
    private let configMaps: Informer<ConfigMap>?
    private let policies: Informer<TrafficPolicyObject>
    private let cloudEndpoints: Informer<CloudEndpoint>
    private let agentEndpoints: Informer<AgentEndpoint>

    /// - Parameters:
    ///   - client: whom it asks.
    ///   - discovery: says which versions there are.
    ///   - features: which kinds it follows.
    ///   - namespace: the one that is watched; empty for all.
    ///   - logger: is told where it does not get on.
    ///   - changed: called behind each change.
    package init(
        _ client: ClusterClient,
        _ discovery: Discovery,
        features: Features,
        namespace: String,
        logger: Logger,
        changed: @escaping @Sendable () -> Void
    ) {
        func informer<Object: KubernetesResource>(_ scope: ObjectScope) -> Informer<Object> {
            Informer(client, discovery, in: scope, logger: logger, changed: changed)
        }
        let watched = ObjectScope(namespace: namespace)
        self.namespaces = informer(.everywhere)
        self.services = informer(watched)
        self.slices = features.addresses ? informer(watched) : nil
        // Of no other Secret is anything read.
        self.secrets = informer(ObjectScope(namespace: namespace, fieldSelector: "type=kubernetes.io/tls"))
        self.policies = informer(watched)
        self.cloudEndpoints = informer(watched)
        self.agentEndpoints = informer(watched)
        self.ingressClasses = features.ingress ? informer(.everywhere) : nil
        self.ingresses = features.ingress ? informer(watched) : nil
        self.gatewayClasses = features.gateway ? informer(.everywhere) : nil
        self.gateways = features.gateway ? informer(watched) : nil
        self.httpRoutes = features.gateway ? informer(watched) : nil
        self.grpcRoutes = features.gateway ? informer(watched) : nil
        self.tlsRoutes = features.gateway ? informer(watched) : nil
        self.tcpRoutes = features.gateway ? informer(watched) : nil
        self.grants = features.gateway ? informer(watched) : nil
        self.backendTLS = features.gateway ? informer(watched) : nil
        self.configMaps = features.gateway ? informer(watched) : nil
    }

    private var followed: [any FollowedKind] {
        let all: [(any FollowedKind)?] = [
            self.namespaces, self.services, self.slices, self.secrets, self.ingressClasses, self.ingresses,
            self.gatewayClasses, self.gateways, self.httpRoutes, self.grpcRoutes, self.tlsRoutes, self.tcpRoutes,
            self.grants, self.backendTLS, self.configMaps, self.policies, self.cloudEndpoints, self.agentEndpoints,
        ]
        return all.compactMap { $0 }
    }

    /// Follows the cluster until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for kind in self.followed { group.addTask { await kind.run() } }
        }
    }

    /// Whether a snapshot is whole. Of one that is not, nothing may be concluded: what is missing would be deleted.
    package var isSettled: Bool { self.followed.allSatisfy(\.isSettled) }

    /// What is not known yet, and why; for people.
    package var troubles: [String] {
        self.followed.filter { !$0.isSettled }.map { "\($0.name): \($0.trouble ?? "not read yet")" }
    }

    /// What cannot be read, and why. What it said before still counts.
    package var broken: [(object: ObjectReference, reason: String)] { self.followed.flatMap(\.broken) }

    /// The cluster as it is known now.
    package var snapshot: ClusterSnapshot {
        var snapshot = ClusterSnapshot()
        snapshot.namespaces = self.namespaces.values
        snapshot.services = self.services.values
        snapshot.endpointSlices = self.slices?.values ?? []
        snapshot.secrets = self.secrets.values
        snapshot.configMaps = self.configMaps?.values ?? []
        snapshot.ingressClasses = self.ingressClasses?.values ?? []
        snapshot.ingresses = self.ingresses?.values ?? []
        snapshot.gatewayClasses = self.gatewayClasses?.values ?? []
        snapshot.gateways = self.gateways?.values ?? []
        snapshot.httpRoutes = self.httpRoutes?.values ?? []
        snapshot.grpcRoutes = self.grpcRoutes?.values ?? []
        snapshot.tlsRoutes = self.tlsRoutes?.values ?? []
        snapshot.tcpRoutes = self.tcpRoutes?.values ?? []
        snapshot.referenceGrants = self.grants?.values ?? []
        snapshot.backendTLSPolicies = self.backendTLS?.values ?? []
        snapshot.trafficPolicies = self.policies.values
        snapshot.cloudEndpoints = self.cloudEndpoints.values
        snapshot.agentEndpoints = self.agentEndpoints.values
        return snapshot
    }
}

/// A kind that is followed, whichever it is.
private protocol FollowedKind: Sendable {
    var name: String { get }
    var isSettled: Bool { get }
    var trouble: String? { get }
    var broken: [(object: ObjectReference, reason: String)] { get }
    func run() async
}

extension Informer: FollowedKind {
    fileprivate var name: String { Object.resource.plural }

    fileprivate var trouble: String? { if case .failed(let error) = self.state { "\(error)" } else { nil } }

    fileprivate var broken: [(object: ObjectReference, reason: String)] {
        self.snapshot.broken.values.map { broken in
            let object = ObjectReference(
                group: Object.resource.group,
                kind: Object.resource.kind,
                key: broken.metadata.key,
                uid: broken.metadata.uid,
                generation: broken.metadata.generation ?? 0
            )
            return (object, broken.reason)
        }
    }

    fileprivate var values: [Object] { Array(self.snapshot.objects.values) }
}
