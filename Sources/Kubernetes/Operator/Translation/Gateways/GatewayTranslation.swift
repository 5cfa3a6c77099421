import Addressing
import JSON
import KubernetesClient

/// Translates Gateways and their routes (`spec/kubernetes.md` 7 to 9).
struct GatewayTranslation {
    private static let owner = "kubernetes-gateway-api"

    let snapshot: ClusterSnapshot
    let options: TranslationOptions
    let services: ServiceDirectory
    let policies: PolicyDirectory

    /// The sites of all Gateways that are ours, the oldest first. Those whose URLs are `taken` are among them, to be told so.
    func sites(
        besides taken: Set<EndpointURL>,
        into translation: inout Translation,
        objects: inout [OwnerID: ObjectReference]
    ) -> [Site] {
        let classes = self.snapshot.gatewayClasses.filter {
            self.options.isOurs($0.spec.controllerName, self.options.gatewayController)
        }
        translation.statuses += classes.map { GatewayClassStatus(self.options).status(of: $0) }
        let names = Set(classes.map(\.metadata.name))
        var plans = self.snapshot.gateways.oldestFirst().filter {
            names.contains($0.spec.gatewayClassName) && !$0.metadata.isBeingDeleted
        }.map { self.plan($0, into: &translation) }
        let verifications = BackendVerifications(self.snapshot)
        let backends = BackendReferences(
            services: self.services,
            grants: ReferenceGrants(self.snapshot, self.options),
            verifications: verifications
        )
        let routes = self.requestRoutes(backends, &plans, into: &translation)
        let connections = self.connectionRoutes(backends, &plans, into: &translation)
        for object in plans.map(\.gateway.reference) + routes.map(\.reference) + connections.map(\.reference) {
            objects[OwnerID(object.description)] = object
            translation.claims.insert(object)
        }
        var taken = taken
        let sites = plans.indices.flatMap { index in
            self.sites(of: &plans[index], routes, connections, besides: &taken)
        }
        for plan in plans {
            translation.statuses.append(GatewayStatus(self.snapshot, self.options).status(of: plan))
            if plan.settings == nil { translation.held.insert(plan.owner) }
        }
        translation.statuses += verifications.statuses(
            uses: self.uses(routes, connections),
            controller: self.options.gatewayController
        )
        return sites
    }

    private func sites(
        of plan: inout GatewayPlan,
        _ routes: [RequestRoute],
        _ connections: [ConnectionRoute],
        besides taken: inout Set<EndpointURL>
    ) -> [Site] {
        guard let settings = plan.settings, plan.isAccepted else { return [] }
        let gateway = plan.gateway.key
        let own = routes.filter { route in route.attachments.contains { $0.gateway == gateway } }
        let requests = RequestSites(plan: plan, settings: settings, routes: own.map { $0.at(gateway) })
        let bytes = ConnectionSites(plan: plan, settings: settings, routes: connections)
        var all: [Site] = []
        for index in plan.listeners.indices {
            let sites = requests.sites(at: index) + bytes.sites(at: index)
            let free = sites.map(\.url).filter { taken.insert($0).inserted }
            let served = self.snapshot.served ?? Set(free)
            plan.listeners[index].isWaiting = !free.isEmpty && served.isDisjoint(with: free)
            if free.isEmpty { plan.listeners[index].displaced = sites.first?.url }
            all += sites
        }
        return all
    }

    // MARK: - Gateways

    private func plan(_ gateway: Gateway, into translation: inout Translation) -> GatewayPlan {
        var hosts: [HostPattern] = []
        var problem: GatewayPlan.AddressProblem?
        for address in gateway.spec.addresses {
            switch address.type ?? "IPAddress" {
            case "Hostname":
                // What is no host name is told like an address that cannot be had.
                if let host = try? HostPattern(parsing: address.value) {
                    hosts.append(host)
                } else {
                    problem = problem ?? Self.unusable("the address \"\(address.value)\" is no host name")
                }
            case "IPAddress":
                problem =
                    problem ?? Self.unusable("the edge is shared, and has no address for one Gateway; use a Hostname")
            case let type:
                problem = .init(
                    reason: "UnsupportedAddress",
                    message: "addresses of the type \(type) are not known; use Hostname",
                    isOfType: true
                )
            }
        }
        let checks = ListenerChecks(
            snapshot: self.snapshot,
            options: self.options,
            grants: ReferenceGrants(self.snapshot, self.options)
        )
        let settings = SettingsReader(options: self.options, policies: self.policies)
        return GatewayPlan(
            gateway: gateway,
            listeners: checks.listeners(of: gateway, addressHosts: hosts),
            addressHosts: hosts,
            addressProblem: problem,
            settings: settings.settings(of: gateway, owner: Self.owner, into: &translation)
        )
    }

    private static func unusable(_ words: String) -> GatewayPlan.AddressProblem {
        .init(reason: "AddressNotUsable", message: words, isOfType: false)
    }

    // MARK: - Routes

    /// Attaches a route to the Gateways that it names and that are ours.
    private func attach(
        _ route: some RouteResource,
        kind: String,
        to plans: inout [GatewayPlan],
        keeping isFree: (Int, Int, HostPattern) -> Bool = { _, _, _ in true }
    ) -> [Attachment] {
        let attaching = RouteAttaching(self.snapshot)
        return route.parentRefs.compactMap { parent -> Attachment? in
            guard (parent.group ?? GatewayAPI.group) == GatewayAPI.group, (parent.kind ?? "Gateway") == "Gateway" else {
                return nil
            }
            let key = ObjectKey(parent.namespace ?? route.metadata.namespace, parent.name)
            guard let index = plans.firstIndex(where: { $0.gateway.key == key }) else { return nil }
            var attachment = attaching.attach(route, kind: kind, to: parent, of: plans[index])
            let before = attachment.hosts
            for (listener, hosts) in before where !hosts.isEmpty {
                let free = hosts.filter { isFree(index, listener, $0) }
                attachment.hosts[listener] = free.isEmpty ? nil : free
            }
            if attachment.hosts.isEmpty, !before.isEmpty {
                let words = "an older route of another kind has the hosts of this one"
                attachment.problem = .init(reason: "HostnameConflict", message: words)
            }
            return attachment
        }
    }

    /// A host of a listener, which routes of one kind have.
    private struct Claim: Hashable {
        let gateway: Int
        let listener: Int
        let host: HostPattern
    }

    private enum AnyRequestRoute {
        case http(HTTPRoute)
        case grpc(GRPCRoute)

        var metadata: ObjectMetadata {
            switch self {
            case .http(let route): route.metadata
            case .grpc(let route): route.metadata
            }
        }
    }

    private func requestRoutes(
        _ backends: BackendReferences,
        _ plans: inout [GatewayPlan],
        into translation: inout Translation
    ) -> [RequestRoute] {
        let reader = RequestRuleReader(backends: backends, policies: self.policies)
        let all =
            self.snapshot.httpRoutes.map(AnyRequestRoute.http) + self.snapshot.grpcRoutes.map(AnyRequestRoute.grpc)
        let sorted = all.filter { !$0.metadata.isBeingDeleted }.sorted {
            ($0.metadata.creationTimestamp, $0.metadata.key) < ($1.metadata.creationTimestamp, $1.metadata.key)
        }
        var claims: [Claim: String] = [:]
        var routes: [RequestRoute] = []
        for any in sorted {
            let kind: String
            let attachments: [Attachment]
            switch any {
            case .http(let route):
                kind = "HTTPRoute"
                attachments = self.attach(route, kind: kind, to: &plans) { gateway, listener, host in
                    claims[Claim(gateway: gateway, listener: listener, host: host)] != "GRPCRoute"
                }
            case .grpc(let route):
                kind = "GRPCRoute"
                attachments = self.attach(route, kind: kind, to: &plans) { gateway, listener, host in
                    claims[Claim(gateway: gateway, listener: listener, host: host)] != "HTTPRoute"
                }
            }
            let route =
                switch any {
                case .http(let route):
                    self.finished(route, kind, attachments, into: &translation) { reader.rules(of: route, into: &$0) }
                case .grpc(let route):
                    self.finished(route, kind, attachments, into: &translation) { reader.rules(of: route, into: &$0) }
                }
            guard let route else { continue }
            for attachment in route.attachments where attachment.problem == nil {
                guard let gateway = plans.firstIndex(where: { $0.gateway.key == attachment.gateway }) else { continue }
                for (listener, hosts) in attachment.hosts {
                    plans[gateway].listeners[listener].attached.insert(route.reference)
                    for host in hosts { claims[Claim(gateway: gateway, listener: listener, host: host)] = kind }
                }
            }
            routes.append(route)
        }
        return routes
    }

    /// Nil for a route that has nothing to do with us; what we said about it before is taken back.
    private func finished<Route: RouteResource>(
        _ route: Route,
        _ kind: String,
        _ attachments: [Attachment],
        into translation: inout Translation,
        rules: (inout Translation) -> [RequestRule]
    ) -> RequestRoute? {
        let status = RouteStatus(controller: self.options.gatewayController)
        guard !attachments.isEmpty else {
            if let released = status.released(route) { translation.statuses.append(released) }
            return nil
        }
        var found = RequestRoute(
            reference: route.reference,
            kind: kind,
            rules: rules(&translation),
            attachments: attachments
        )
        let problems = found.ruleProblems
        if !found.rules.isEmpty, problems.count == found.rules.count, let problem = problems.first {
            found.refuse(.init(reason: problem.reason.rawValue, message: problem.message))
        }
        translation.statuses.append(
            status.status(
                of: route,
                found.attachments,
                references: found.referenceProblem,
                dropped: problems.count < found.rules.count ? problems : []
            )
        )
        for problem in problems { translation.warn(route.reference, .unsupportedValue, problem.message) }
        if let problem = found.referenceProblem {
            let reason: EventReason = problem.reason == "RefNotPermitted" ? .referenceNotPermitted : .backendNotFound
            translation.warn(route.reference, reason, problem.message)
        }
        let told = Set(problems.map(\.message))
        for problem in Set(found.attachments.compactMap(\.problem?.message)).subtracting(told).sorted() {
            translation.warn(route.reference, .configurationError, problem)
        }
        return found
    }

    private func connectionRoutes(
        _ backends: BackendReferences,
        _ plans: inout [GatewayPlan],
        into translation: inout Translation
    ) -> [ConnectionRoute] {
        var routes: [ConnectionRoute] = []
        let status = RouteStatus(controller: self.options.gatewayController)
        func take<Route: RouteResource>(_ route: Route, _ kind: String, _ rules: [ConnectionRule]) {
            let attachments = self.attach(route, kind: kind, to: &plans)
            guard !attachments.isEmpty else {
                if let released = status.released(route) { translation.statuses.append(released) }
                return
            }
            let place = BackendReferences.Place(
                kind: kind,
                namespace: route.metadata.namespace,
                speaking: .tcp
            )
            let found = backends.find(rules.flatMap(\.backendRefs), at: place, into: &translation)
            let taken = ConnectionRoute(
                reference: route.reference,
                kind: kind,
                attachments: attachments,
                backends: found
            )
            translation.statuses.append(
                status.status(of: route, attachments, references: taken.referenceProblem, dropped: [])
            )
            if let problem = taken.referenceProblem {
                let reason: EventReason =
                    problem.reason == "RefNotPermitted" ? .referenceNotPermitted : .backendNotFound
                translation.warn(route.reference, reason, problem.message)
            }
            for attachment in attachments where attachment.problem == nil {
                guard let gateway = plans.firstIndex(where: { $0.gateway.key == attachment.gateway }) else { continue }
                for listener in attachment.hosts.keys {
                    plans[gateway].listeners[listener].attached.insert(route.reference)
                }
            }
            routes.append(taken)
        }
        for route in self.snapshot.tlsRoutes.oldestFirst() where !route.metadata.isBeingDeleted {
            take(route, "TLSRoute", route.spec.rules)
        }
        for route in self.snapshot.tcpRoutes.oldestFirst() where !route.metadata.isBeingDeleted {
            take(route, "TCPRoute", route.spec.rules)
        }
        return routes
    }

    /// The Gateways that reach each Service.
    private func uses(_ requests: [RequestRoute], _ connections: [ConnectionRoute]) -> [ObjectKey: Set<ObjectKey>] {
        var uses: [ObjectKey: Set<ObjectKey>] = [:]
        func add(_ attachments: [Attachment], _ found: [BackendReferences.Found], namespace: String) {
            let gateways = Set(attachments.filter { $0.problem == nil }.map(\.gateway))
            for found in found {
                guard let key = found.service else { continue }
                uses[key, default: []].formUnion(gateways)
            }
        }
        for route in requests {
            add(route.attachments, route.rules.flatMap(\.backends), namespace: route.reference.key.namespace)
        }
        for route in connections { add(route.attachments, route.backends, namespace: route.reference.key.namespace) }
        return uses
    }
}
