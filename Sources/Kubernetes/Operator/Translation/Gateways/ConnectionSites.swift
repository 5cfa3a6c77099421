import Addressing
import JSON
import KubernetesClient

/// A TLSRoute or a TCPRoute: connections to one of its backends.
struct ConnectionRoute {
    let reference: ObjectReference
    let kind: String
    let attachments: [Attachment]
    let backends: [BackendReferences.Found]

    var referenceProblem: ListenerPlan.Problem? {
        BackendReferences.summary(
            self.backends.compactMap { found in
                if case .failure(let refusal) = found.backend { refusal.problem } else { nil }
            }
        )
    }
}

/// Makes the sites of a Gateway's listeners for connections. Of several routes the oldest serves.
struct ConnectionSites {
    let plan: GatewayPlan
    let settings: SiteSettings
    /// The oldest first.
    let routes: [ConnectionRoute]

    /// Those of one listener, by its place.
    func sites(at index: Int) -> [Site] {
        let listener = self.plan.listeners[index]
        guard listener.isAccepted, listener.isServing, listener.scheme == .tls || listener.scheme == .tcp else {
            return []
        }
        var taken: Set<HostPattern> = []
        return self.routes.flatMap { route -> [Site] in
            let hosts = route.attachments.filter { $0.gateway == self.plan.gateway.key }.flatMap {
                $0.hosts[index] ?? []
            }
            return Set(hosts).sorted { $0.description < $1.description }.filter { taken.insert($0).inserted }.map {
                self.site($0, of: listener, route)
            }
        }
    }

    private func site(_ host: HostPattern, of listener: ListenerPlan, _ route: ConnectionRoute) -> Site {
        let port = UInt16(clamping: listener.listener.port)
        let gateway = self.plan.gateway.metadata
        var site = Site(
            url: EndpointURL(scheme: listener.scheme, host: host, port: port),
            name: ObjectNames.object("\(gateway.name).\(gateway.namespace).\(port)-\(host)"),
            namespace: gateway.namespace,
            settings: self.settings
        )
        site.owners = [self.plan.owner, OwnerID(route.reference.description)]
        site.certificates = listener.certificates
        site.connectRules = listener.connectRules
        if listener.scheme == .tls, listener.listener.tls?.mode != "Passthrough", site.connectRules.isEmpty {
            site.connectRules = [PolicyRule(name: "TLS ends here", actions: [["type": "terminate-tls"]])]
        }
        let shares = route.backends.filter { $0.weight > 0 }.map { found in
            switch found.backend {
            case .success(let backend) where backend.hasAddresses:
                RouteShare(weight: found.weight, target: .service(ServiceTarget(backend)))
            default: RouteShare(weight: found.weight, target: .answer(status: 500, text: ""))
            }
        }
        site.routes = [
            SiteRoute(
                label: "\(route.kind) \(route.reference.key)",
                conditions: [],
                outcome: shares.isEmpty ? .actions([PolicyAction.close]) : .backends(shares)
            )
        ]
        return site
    }
}
