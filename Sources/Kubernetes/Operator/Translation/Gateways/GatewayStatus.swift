import Addressing
import JSON
import KubernetesClient

/// What is said about a class of Gateways (`spec/kubernetes.md` 8.1).
struct GatewayClassStatus {
    /// Extended features that a translation carries out, beside those that each kind must have. Sorted.
    private static let features = [
        "GRPCRoute", "GRPCRouteNamedRouteRule", "Gateway", "HTTPRoute", "HTTPRoute303RedirectStatusCode",
        "HTTPRoute307RedirectStatusCode", "HTTPRoute308RedirectStatusCode", "HTTPRouteBackendProtocolH2C",
        "HTTPRouteBackendProtocolWebSocket", "HTTPRouteBackendRequestHeaderModification", "HTTPRouteCORS",
        "HTTPRouteHostRewrite", "HTTPRouteMethodMatching", "HTTPRouteNamedRouteRule", "HTTPRouteParentRefPort",
        "HTTPRoutePathRedirect", "HTTPRoutePathRewrite", "HTTPRoutePortRedirect", "HTTPRouteQueryParamMatching",
        "HTTPRouteResponseHeaderModification", "HTTPRouteSchemeRedirect", "ReferenceGrant", "TCPRoute", "TLSRoute",
    ]

    let options: TranslationOptions

    init(_ options: TranslationOptions) { self.options = options }

    func status(of gatewayClass: GatewayClass) -> ObjectStatus {
        let generation = gatewayClass.reference.generation
        let problem = gatewayClass.spec.parametersRef.map {
            ListenerPlan.Problem(
                reason: "InvalidParameters",
                message: "parametersRef names a \($0.kind); this controller takes no parameters"
            )
        }
        var conditions = [Condition.of("Accepted", problem, generation)]
        if let version = self.options.gatewayAPIVersion {
            let isKnown = version.hasPrefix("v1.")
            let words = "the definitions are of \(version); this controller knows v1"
            let problem = isKnown ? nil : ListenerPlan.Problem(reason: "UnsupportedVersion", message: words)
            conditions.append(Condition.of("SupportedVersion", problem, generation))
        }
        var status: JSONObject = ["conditions": .array(conditions.map(\.json))]
        if problem == nil {
            status.append("supportedFeatures", .array(Self.features.map { ["name": .string($0)] }))
        }
        return ObjectStatus(object: gatewayClass.reference, status: .object(status))
    }
}

/// What is said about a Gateway and its listeners (`spec/kubernetes.md` 8.2, 8.3).
struct GatewayStatus {
    private let domains: [String: Domain]
    private let options: TranslationOptions

    init(_ snapshot: ClusterSnapshot, _ options: TranslationOptions) {
        self.domains = Dictionary(snapshot.domains.map { ($0.spec.domain.lowercased(), $0) }) { first, _ in first }
        self.options = options
    }

    func status(of plan: GatewayPlan) -> ObjectStatus {
        let generation = plan.gateway.reference.generation
        let addresses = self.addresses(of: plan)
        let programming = self.programming(of: plan, addresses)
        return ObjectStatus(
            object: plan.gateway.reference,
            status: [
                "addresses": .array(addresses),
                "conditions": [
                    self.acceptance(of: plan, generation).json,
                    Condition.of("Programmed", programming, generation).json,
                ],
                "listeners": .array(plan.listeners.map { self.listener($0, of: plan, generation) }),
            ]
        )
    }

    private func acceptance(of plan: GatewayPlan, _ generation: Int64) -> Condition {
        if let problem = plan.addressProblem, problem.isOfType {
            return Condition.of("Accepted", .init(reason: problem.reason, message: problem.message), generation)
        }
        if let reference = plan.gateway.spec.infrastructure?.parametersRef {
            let words = "infrastructure.parametersRef names a \(reference.kind); this controller takes no parameters"
            return Condition.of("Accepted", .init(reason: "InvalidParameters", message: words), generation)
        }
        let good = plan.listeners.filter(\.isAccepted).count
        let words = "\(plan.listeners.count - good) of \(plan.listeners.count) listeners are not accepted"
        if good == 0 { return Condition.of("Accepted", .init(reason: "ListenersNotValid", message: words), generation) }
        return Condition(
            "Accepted",
            .yes,
            reason: good == plan.listeners.count ? "Accepted" : "ListenersNotValid",
            message: good == plan.listeners.count ? "" : words,
            observedGeneration: generation
        )
    }

    private func programming(of plan: GatewayPlan, _ addresses: [JSONValue]) -> ListenerPlan.Problem? {
        if let problem = plan.addressProblem { return .init(reason: problem.reason, message: problem.message) }
        guard plan.settings != nil else {
            return .init(reason: "Invalid", message: "an annotation cannot be carried out; the events say which")
        }
        let serving = plan.listeners.filter { $0.isAccepted && $0.isServing }
        guard !serving.isEmpty else { return .init(reason: "Invalid", message: "no listener can serve") }
        guard !serving.allSatisfy(\.isWaiting) else {
            return .init(reason: "Pending", message: "the edge does not serve it yet")
        }
        guard !addresses.isEmpty else {
            return .init(reason: "AddressNotAssigned", message: "no name of a listener is reserved at the edge yet")
        }
        return nil
    }

    private func addresses(of plan: GatewayPlan) -> [JSONValue] {
        let hosts = plan.listeners.filter(\.isAccepted).flatMap(\.hosts).map(\.description)
        let targets =
            self.options.publishedAddresses.isEmpty
            ? hosts.compactMap { LoadBalancerEntries.target(of: self.domains[$0]) } : self.options.publishedAddresses
        return Set(targets).sorted().map { target in
            // What is no address is a name.
            let isAddress = (try? IPAddress(parsing: target)) != nil
            return ["type": .string(isAddress ? "IPAddress" : "Hostname"), "value": .string(target)]
        }
    }

    private func listener(_ plan: ListenerPlan, of gateway: GatewayPlan, _ generation: Int64) -> JSONValue {
        let acceptance = plan.conflict ?? plan.acceptance
        var programming = acceptance.map { problem in
            let own: Set<String> = ["PortUnavailable", "HostnameConflict", "ProtocolConflict"]
            return own.contains(problem.reason) ? problem : .init(reason: "Invalid", message: problem.message)
        }
        if programming == nil, !plan.isServing {
            programming = .init(reason: "Invalid", message: plan.references?.message ?? "")
        }
        if programming == nil, gateway.settings == nil || !gateway.isAccepted {
            programming = .init(reason: "Invalid", message: "the Gateway cannot serve; its conditions say why")
        }
        if programming == nil, plan.isWaiting {
            programming = .init(reason: "Pending", message: "the edge does not serve it yet")
        }
        if programming == nil, let url = plan.displaced {
            programming = .init(reason: "Invalid", message: "\(url) belongs to another object")
        }
        if programming == nil, plan.hosts.isEmpty {
            let words = "a listener for TCP needs an address of the Gateway that is a hostname"
            programming = .init(reason: "Invalid", message: words)
        }
        var conditions = [
            Condition.of("Accepted", acceptance, generation), Condition.of("Programmed", programming, generation),
            Condition.of("ResolvedRefs", plan.references, generation),
        ]
        conditions.append(
            Condition(
                "Conflicted",
                plan.conflict == nil ? .no : .yes,
                reason: plan.conflict?.reason ?? "NoConflicts",
                message: plan.conflict?.message ?? "",
                observedGeneration: generation
            )
        )
        let kinds = plan.kinds.map { kind -> JSONValue in
            ["group": .string(GatewayAPI.group), "kind": .string(kind.kind)]
        }
        return [
            "name": .string(plan.listener.name), "supportedKinds": .array(kinds),
            "attachedRoutes": .integer(Int64(plan.attached.count)), "conditions": .array(conditions.map(\.json)),
        ]
    }
}
