import JSON
import KubernetesClient

/// How certificates of Services are verified, and what is said about those who say so (`spec/kubernetes.md` 8.5).
struct BackendVerifications {
    enum Answer {
        case none
        case policy(UpstreamVerification)
        /// Whoever wants verification gets it, or nothing.
        case invalid(String)
    }

    private struct Target: Hashable {
        let service: ObjectKey
        /// The name of a port; nil for all.
        let section: String?
    }

    private struct Judged {
        let policy: BackendTLSPolicy
        let accepted: ListenerPlan.Problem?
        let references: ListenerPlan.Problem?
        let verification: UpstreamVerification?
        /// Whether an older one has its targets.
        let isConflicted: Bool
    }

    private var policies: [Target: Judged] = [:]
    private var all: [Judged] = []

    init(_ snapshot: ClusterSnapshot) {
        for policy in snapshot.backendTLSPolicies.oldestFirst() {
            let targets = policy.spec.targetRefs.filter { $0.group.isEmpty && $0.kind == "Service" }.map {
                Target(service: ObjectKey(policy.metadata.namespace, $0.name), section: $0.sectionName)
            }
            let isConflicted = !targets.isEmpty && targets.allSatisfy { self.policies[$0] != nil }
            let judged = Self.judge(policy, snapshot, isConflicted: isConflicted)
            self.all.append(judged)
            for target in targets where self.policies[target] == nil { self.policies[target] = judged }
        }
    }

    func verification(of service: ObjectKey, port: String) -> Answer {
        let found =
            self.policies[Target(service: service, section: port)]
            ?? self.policies[Target(service: service, section: nil)]
        guard let found else { return .none }
        guard let verification = found.verification else {
            return .invalid("the BackendTLSPolicy \(found.policy.key) cannot be carried out")
        }
        return .policy(verification)
    }

    private static func judge(
        _ policy: BackendTLSPolicy,
        _ snapshot: ClusterSnapshot,
        isConflicted: Bool
    ) -> Judged {
        let validation = policy.spec.validation
        var references: ListenerPlan.Problem?
        var authorities: [String] = []
        for reference in validation.caCertificateRefs {
            let key = ObjectKey(policy.metadata.namespace, reference.name)
            guard reference.group.isEmpty, reference.kind == "ConfigMap" else {
                let words = "authorities stand in a ConfigMap, not in a \(reference.kind)"
                references = references ?? .init(reason: "InvalidKind", message: words)
                continue
            }
            let text = snapshot.configMaps.first { $0.key == key }?.data["ca.crt"] ?? ""
            guard text.contains("-----BEGIN CERTIFICATE-----") else {
                let words = "there is no ConfigMap \(key) with certificates in ca.crt"
                references = references ?? .init(reason: "InvalidCACertificateRef", message: words)
                continue
            }
            authorities.append(text)
        }
        let isOfSystem = validation.wellKnownCACertificates == "System"
        let isUsable = isOfSystem || !authorities.isEmpty
        let names = validation.subjectAltNames.compactMap { $0.hostname ?? $0.uri }
        return Judged(
            policy: policy,
            accepted: isUsable
                ? nil : .init(reason: "NoValidCACertificate", message: references?.message ?? "no authority is named"),
            references: references,
            verification: isUsable
                ? UpstreamVerification(
                    serverName: validation.hostname,
                    names: names,
                    authorities: isOfSystem ? nil : authorities.joined(separator: "\n")
                ) : nil,
            isConflicted: isConflicted
        )
    }

    /// The statuses of those whose Services the Gateways' routes use; `uses` says which Gateways reach each Service.
    func statuses(uses: [ObjectKey: Set<ObjectKey>], controller: String) -> [ObjectStatus] {
        self.all.compactMap { judged in
            let policy = judged.policy
            let gateways = Set(
                policy.spec.targetRefs.flatMap { uses[ObjectKey(policy.metadata.namespace, $0.name)] ?? [] }
            ).sorted()
            let foreign = (policy.status?.member("ancestors")?.array ?? []).filter {
                $0.member("controllerName")?.string != controller
            }
            guard !gateways.isEmpty || policy.status != nil else { return nil }
            let own = gateways.prefix(16).map { Self.entry(judged, gateway: $0, controller: controller) }
            return ObjectStatus(object: policy.reference, status: ["ancestors": .array(foreign + own)])
        }
    }

    private static func entry(_ judged: Judged, gateway: ObjectKey, controller: String) -> JSONValue {
        let conflict = ListenerPlan.Problem(reason: "Conflicted", message: "an older policy has this Service")
        let problem = judged.isConflicted ? conflict : judged.accepted
        let generation = judged.policy.reference.generation
        return [
            "ancestorRef": [
                "group": .string(GatewayAPI.group), "kind": "Gateway", "namespace": .string(gateway.namespace),
                "name": .string(gateway.name),
            ],
            "controllerName": .string(controller),
            "conditions": [
                Condition.of("Accepted", problem, generation).json,
                Condition.of("ResolvedRefs", judged.references, generation).json,
            ],
        ]
    }
}

extension Condition {
    /// True with its own name as reason where there is no problem.
    static func of(
        _ type: String,
        _ problem: ListenerPlan.Problem?,
        _ generation: Int64,
        good: String? = nil
    ) -> Condition {
        Condition(
            type,
            problem == nil ? .yes : .no,
            reason: problem?.reason ?? good ?? type,
            message: problem?.message ?? "",
            observedGeneration: generation
        )
    }
}
