import Addressing
import KubernetesClient

/// A Gateway that is ours, with what was found out about its listeners.
struct GatewayPlan {
    let gateway: Gateway
    var listeners: [ListenerPlan]
    /// The hosts that its addresses name; a listener without a host serves these.
    let addressHosts: [HostPattern]
    var addressProblem: AddressProblem?
    let settings: SiteSettings?

    struct AddressProblem {
        let reason: String
        let message: String
        /// Whether the type itself is not known, so that the Gateway is not accepted.
        let isOfType: Bool
    }

    /// Whether it is accepted at all, whatever its listeners are.
    var isAccepted: Bool {
        !(self.addressProblem?.isOfType ?? false) && self.gateway.spec.infrastructure?.parametersRef == nil
    }

    var owner: OwnerID { OwnerID(self.gateway.reference.description) }
}

/// One listener: what is wrong with it, and what is attached.
struct ListenerPlan {
    /// Why something is not as it should be, in a condition's words.
    struct Problem: Equatable {
        let reason: String
        let message: String
    }

    let listener: Gateway.Listener
    /// The hosts that it serves; empty where it is not accepted.
    var hosts: [HostPattern] = []
    var acceptance: Problem?
    var conflict: Problem?
    var references: Problem?
    /// Whether it can serve although `references` says something.
    var isServing = true
    var kinds: [Gateway.RouteGroupKind] = []
    var certificates: [DesiredCertificate] = []
    var connectRules: [PolicyRule] = []
    /// Whether none of its endpoints is served yet, although it has some.
    var isWaiting = false
    /// An endpoint of its own that others have; set where they have all of them.
    var displaced: EndpointURL?
    /// The routes that it has taken, each once.
    var attached: Set<ObjectReference> = []

    var isAccepted: Bool { self.acceptance == nil && self.conflict == nil }

    var scheme: EndpointScheme {
        switch self.listener.protocol {
        case "HTTPS": .https
        case "TLS": .tls
        case "TCP": .tcp
        default: .http
        }
    }

    func allows(kind: String) -> Bool { self.kinds.contains { $0.kind == kind } }
}

/// What came of one reference of a route to a Gateway of ours.
struct Attachment {
    let parent: ParentRef
    let gateway: ObjectKey
    /// The listeners that take the route, by their places, with the hosts that it serves there.
    var hosts: [Int: [HostPattern]] = [:]
    var problem: ListenerPlan.Problem?
}

extension HostPattern {
    /// What both patterns match, as one of them; nil where they have nothing in common.
    func intersection(_ other: HostPattern) -> HostPattern? {
        if self.covers(other) { return other }
        return other.covers(self) ? self : nil
    }
}

/// Which listeners take a route (`spec/kubernetes.md` 9.1, 9.2).
struct RouteAttaching {
    let namespaces: [String: [String: String]]

    init(_ snapshot: ClusterSnapshot) {
        self.namespaces = Dictionary(snapshot.namespaces.map { ($0.metadata.name, $0.metadata.labels) }) { first, _ in
            first
        }
    }

    func attach(
        _ route: some RouteResource,
        kind: String,
        to parent: ParentRef,
        of plan: GatewayPlan
    ) -> Attachment {
        var attachment = Attachment(parent: parent, gateway: plan.gateway.key)
        let named = plan.listeners.indices.filter { index in
            let listener = plan.listeners[index].listener
            return parent.sectionName.map { $0 == listener.name } ?? true
                && parent.port.map { $0 == listener.port } ?? true
        }
        guard !named.isEmpty else {
            let words = "no listener of the Gateway \(plan.gateway.key) has this name and port"
            attachment.problem = .init(reason: "NoMatchingParent", message: words)
            return attachment
        }
        let open = named.filter { index in
            let listener = plan.listeners[index]
            return listener.allows(kind: kind) && self.allows(route, at: listener.listener, of: plan.gateway)
        }
        guard !open.isEmpty else {
            let words = "no listener of the Gateway \(plan.gateway.key) takes a \(kind) of this namespace"
            attachment.problem = .init(reason: "NotAllowedByListeners", message: words)
            return attachment
        }
        // What is no host name is a problem of the route, told elsewhere; it matches no listener.
        let wished = route.hostnames.compactMap { try? HostPattern(parsing: $0) }
        for index in open where plan.listeners[index].isAccepted {
            let hosts = plan.listeners[index].hosts
            let found = route.hostnames.isEmpty ? hosts : hosts.flatMap { host in wished.compactMap(host.intersection) }
            // Connections have no hosts; where a Gateway has no address yet, they have none to be served at either.
            if !found.isEmpty || plan.listeners[index].scheme == .tcp { attachment.hosts[index] = Array(Set(found)) }
        }
        if attachment.hosts.isEmpty {
            let isAnyAccepted = open.contains { plan.listeners[$0].isAccepted }
            attachment.problem =
                isAnyAccepted
                ? .init(reason: "NoMatchingListenerHostname", message: "no hostname is one of the listeners' hosts")
                : .init(reason: "NoMatchingParent", message: "no listener that could take it is accepted itself")
        }
        return attachment
    }

    private func allows(_ route: some RouteResource, at listener: Gateway.Listener, of gateway: Gateway) -> Bool {
        let rule = listener.allowedRoutes?.namespaces
        switch rule?.from ?? "Same" {
        case "All": return true
        case "Same": return route.metadata.namespace == gateway.metadata.namespace
        case "Selector":
            guard let selector = rule?.selector, let labels = self.namespaces[route.metadata.namespace] else {
                return false
            }
            return selector.selects(labels)
        default: return false
        }
    }
}
