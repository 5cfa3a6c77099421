import Addressing
import JSON
import KubernetesClient

/// Finds out what a Gateway's listeners can serve (`spec/kubernetes.md` 8.3).
struct ListenerChecks {
    let snapshot: ClusterSnapshot
    let options: TranslationOptions
    let grants: ReferenceGrants

    func listeners(of gateway: Gateway, addressHosts: [HostPattern]) -> [ListenerPlan] {
        var plans = gateway.spec.listeners.map { self.plan($0, of: gateway, addressHosts: addressHosts) }
        for index in plans.indices {
            plans[index].conflict = self.conflict(of: index, in: plans.map(\.listener))
        }
        return plans
    }

    private func plan(
        _ listener: Gateway.Listener,
        of gateway: Gateway,
        addressHosts: [HostPattern]
    ) -> ListenerPlan {
        var plan = ListenerPlan(listener: listener)
        let known = Self.kinds(of: listener)
        let kinds = listener.allowedRoutes?.kinds ?? []
        plan.kinds = known.map { Gateway.RouteGroupKind(group: GatewayAPI.group, kind: $0) }
        if !kinds.isEmpty {
            let good = kinds.filter { ($0.group ?? GatewayAPI.group) == GatewayAPI.group && known.contains($0.kind) }
            plan.kinds = good.map { Gateway.RouteGroupKind(group: GatewayAPI.group, kind: $0.kind) }
            if let bad = kinds.first(where: { kind in !good.contains { $0 == kind } }) {
                let words = "routes of the kind \(bad.kind) cannot be served with \(listener.protocol)"
                plan.references = .init(reason: "InvalidRouteKinds", message: words)
            }
        }
        plan.acceptance = self.acceptance(of: listener)
        guard plan.acceptance == nil else { return plan }
        self.setHosts(of: &plan, addressHosts: addressHosts)
        self.setTermination(of: &plan, gateway)
        return plan
    }

    private static func kinds(of listener: Gateway.Listener) -> [String] {
        switch listener.protocol {
        case "HTTP", "HTTPS": ["HTTPRoute", "GRPCRoute"]
        case "TLS": ["TLSRoute"]
        case "TCP": ["TCPRoute"]
        default: []
        }
    }

    private func acceptance(of listener: Gateway.Listener) -> ListenerPlan.Problem? {
        let ports: Set<UInt16>?
        switch listener.protocol {
        case "HTTP":
            ports = self.options.ports.http
            if listener.tls != nil { return Self.unsupported("a listener for HTTP has no tls") }
        case "HTTPS":
            ports = self.options.ports.tls
            if listener.tls?.mode == "Passthrough" {
                return Self.unsupported("a listener for HTTPS ends TLS; use the protocol TLS for Passthrough")
            }
        case "TLS":
            ports = self.options.ports.tls
            if listener.tls == nil { return Self.unsupported("a listener for TLS needs tls") }
        case "TCP":
            ports = nil
            if listener.tls != nil { return Self.unsupported("a listener for TCP has no tls") }
        default:
            let words = "the protocol \(listener.protocol) is not served; use HTTP, HTTPS, TLS or TCP"
            return .init(reason: "UnsupportedProtocol", message: words)
        }
        guard let port = UInt16(exactly: listener.port), port > 0, ports.map({ $0.contains(port) }) ?? true else {
            let open = (ports ?? []).sorted().map { "\($0)" }.joined(separator: ", ")
            let words = "the edge has no port \(listener.port) for \(listener.protocol); it has \(open)"
            return .init(reason: "PortUnavailable", message: words)
        }
        return nil
    }

    private static func unsupported(_ words: String) -> ListenerPlan.Problem {
        .init(reason: "UnsupportedValue", message: words)
    }

    // MARK: - Hosts

    private func setHosts(of plan: inout ListenerPlan, addressHosts: [HostPattern]) {
        let listener = plan.listener
        guard listener.protocol != "TCP" else {
            plan.hosts = addressHosts
            return
        }
        guard !listener.hostname.isEmpty else {
            plan.hosts = addressHosts
            if addressHosts.isEmpty {
                let words =
                    "the edge is shared: a listener needs a hostname, or the Gateway addresses that are hostnames"
                plan.acceptance = .init(reason: "HostnameRequired", message: words)
            }
            return
        }
        do throws(HostNameError) {
            plan.hosts = [try HostPattern(parsing: listener.hostname)]
        } catch {
            plan.acceptance = Self.unsupported("the hostname \(error.problem)")
        }
    }

    /// Listeners that stand before keep what they have.
    private func conflict(of index: Int, in listeners: [Gateway.Listener]) -> ListenerPlan.Problem? {
        let own = listeners[index]
        let groups = ["HTTP": 0, "HTTPS": 1, "TLS": 1, "TCP": 2]
        for other in listeners[..<index] where other.port == own.port {
            if groups[other.protocol] != groups[own.protocol] {
                let words = "the listener \(other.name) has the port for \(other.protocol)"
                return .init(reason: "ProtocolConflict", message: words)
            }
            if other.hostname == own.hostname {
                let words = "the listener \(other.name) has this port and hostname"
                return .init(reason: "HostnameConflict", message: words)
            }
        }
        return nil
    }

    // MARK: - TLS

    private func setTermination(of plan: inout ListenerPlan, _ gateway: Gateway) {
        guard let tls = plan.listener.tls, tls.mode != "Passthrough" else { return }
        var problems: [ListenerPlan.Problem] = []
        for reference in tls.certificateRefs {
            switch self.certificate(reference, of: gateway) {
            case .success(let certificate): plan.certificates.append(certificate)
            case .failure(let problem): problems.append(problem.problem)
            }
        }
        if let problem = problems.first(where: { $0.reason == "RefNotPermitted" }) ?? problems.first {
            plan.references = problem
            plan.isServing = !plan.certificates.isEmpty
        }
        let options = tls.options.filter { $0.key.contains("terminate-tls.") }.sorted { $0.key < $1.key }
        let reserved = ["server_private_key", "server_certificate", "mutual_tls_certificate_authorities"]
        var config = JSONObject()
        for (key, value) in options {
            let name = String(key.split(separator: ".", maxSplits: .max).last ?? "")
            guard !reserved.contains(name) else {
                plan.acceptance = Self.unsupported("the option \(key) cannot be set here: name Secrets")
                return
            }
            config.append(name, .string(value))
        }
        guard !config.members.isEmpty else { return }
        plan.connectRules = [
            PolicyRule(
                name: "TLS of the listener \(plan.listener.name)",
                actions: [["type": "terminate-tls", "config": .object(config)]]
            )
        ]
    }

    private struct Refusal: Error {
        let problem: ListenerPlan.Problem
    }

    private func certificate(_ reference: ObjectRef, of gateway: Gateway) -> Result<DesiredCertificate, Refusal> {
        let refuse = { (reason: String, words: String) -> Result<DesiredCertificate, Refusal> in
            .failure(Refusal(problem: .init(reason: reason, message: words)))
        }
        guard (reference.group ?? "").isEmpty, (reference.kind ?? "Secret") == "Secret" else {
            return refuse("InvalidCertificateRef", "a certificate stands in a Secret, not in a \(reference.kind ?? "")")
        }
        let key = ObjectKey(reference.namespace ?? gateway.metadata.namespace, reference.name)
        guard self.grants.permits(kind: "Gateway", in: gateway.metadata.namespace, to: ("", "Secret", key)) else {
            return refuse("RefNotPermitted", "no ReferenceGrant of \(key.namespace) permits the Secret \(key)")
        }
        switch CertificateReader.certificate(in: self.snapshot.secrets.first { $0.key == key }, key) {
        case .success(let certificate): return .success(certificate)
        case .failure(let problem): return refuse("InvalidCertificateRef", problem.message)
        }
    }
}
