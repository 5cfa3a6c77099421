import Addressing
import JSON
import KubernetesClient
import Model

/// Translates the endpoints that people write as objects of our own kinds (`spec/kubernetes.md` 3.1, 3.2).
struct OwnEndpointTranslation {
    private static let usualDescription = "Created by the ngrok-operator"

    let policies: PolicyDirectory

    /// Why an object cannot be carried out, in a condition's words.
    private struct Refusal: Error {
        let reason: EventReason
        let message: String
        /// Whether what it has at the edge stays: it is right but for something that may come back.
        var isHeld = false
    }

    func translate(_ snapshot: ClusterSnapshot, into translation: inout Translation) {
        for object in snapshot.cloudEndpoints.oldestFirst() where !object.metadata.isBeingDeleted {
            let said = Said(
                created: "CloudEndpointCreated",
                active: "CloudEndpointActive",
                policy: object.spec.trafficPolicyName ?? object.spec.trafficPolicy?.name,
                id: object.status?.member("id")
            )
            self.add(object, said, snapshot.served, into: &translation) { translation throws(Refusal) in
                try self.endpoint(of: object, into: &translation)
            }
        }
        for object in snapshot.agentEndpoints.oldestFirst() where !object.metadata.isBeingDeleted {
            let said = Said(
                created: "EndpointCreated",
                active: "EndpointActive",
                policy: object.spec.trafficPolicy?.name,
                id: nil
            )
            self.add(object, said, snapshot.served, into: &translation) { _ throws(Refusal) in
                try self.endpoint(of: object)
            }
        }
    }

    private func add(
        _ object: some KubernetesResource,
        _ said: Said,
        _ served: Set<EndpointURL>?,
        into translation: inout Translation,
        _ make: (inout Translation) throws(Refusal) -> DesiredEndpoint
    ) {
        translation.claims.insert(object.reference)
        do throws(Refusal) {
            let endpoint = try make(&translation)
            if let problem = PolicyCheck.problem(of: endpoint) {
                throw Refusal(reason: .policyInvalid, message: problem, isHeld: true)
            }
            translation.endpoints.append(endpoint)
            let isServed = served?.contains(endpoint.url) ?? true
            translation.statuses.append(Self.status(of: object, said, endpoint, isServed: isServed))
        } catch {
            if error.isHeld { translation.held.insert(OwnerID(object.reference.description)) }
            translation.warn(object.reference, error.reason, error.message)
            translation.statuses.append(Self.status(of: object, created: said.created, error))
        }
    }

    /// What differs between the kinds in what is said about their objects.
    private struct Said {
        /// The condition that says whether the endpoint was made, and its reason where it was.
        let created: String
        /// The reason of `Ready`.
        let active: String
        /// `inline`, or the name of a TrafficPolicy; nil for none.
        let policy: String?
        /// What the platform calls the endpoint, as it was written before.
        let id: JSONValue?
    }

    private static func status(
        of object: some KubernetesResource,
        _ said: Said,
        _ endpoint: DesiredEndpoint,
        isServed: Bool
    ) -> ObjectStatus {
        let generation = object.reference.generation
        let pending = ListenerPlan.Problem(reason: "Pending", message: "the edge does not serve it yet")
        var conditions = [
            Condition.of(said.created, isServed ? nil : pending, generation),
            Condition.of("Ready", isServed ? nil : pending, generation, good: said.active),
        ]
        if said.policy != nil { conditions.append(.of("TrafficPolicyApplied", isServed ? nil : pending, generation)) }
        var status: JSONObject = [
            "observedGeneration": .integer(generation), "assignedURL": .string(endpoint.url.description),
            "attachedTrafficPolicy": .string(said.policy ?? "none"), "conditions": .array(conditions.map(\.json)),
        ]
        if let id = said.id { status.append("id", id) }
        return ObjectStatus(object: object.reference, status: .object(status))
    }

    /// Of an object that cannot be carried out.
    private static func status(of object: some KubernetesResource, created: String, _ refusal: Refusal) -> ObjectStatus
    {
        let isOfPolicy = refusal.reason == .policyInvalid || refusal.reason == .policyNotFound
        let type = isOfPolicy ? "TrafficPolicyApplied" : created
        let reason = isOfPolicy ? "TrafficPolicyError" : "ConfigurationError"
        let generation = object.reference.generation
        let conditions = [type, "Ready"].map {
            Condition($0, .no, reason: reason, message: refusal.message, observedGeneration: generation).json
        }
        return ObjectStatus(
            object: object.reference,
            status: ["observedGeneration": .integer(generation), "conditions": .array(conditions)]
        )
    }

    // MARK: - Kinds

    private func endpoint(
        of object: CloudEndpoint,
        into translation: inout Translation
    ) throws(Refusal) -> DesiredEndpoint {
        let url = try Self.url(object.spec.url)
        var choice = object.spec.trafficPolicy
        if let name = object.spec.trafficPolicyName {
            let words = "spec.trafficPolicyName is the older form of spec.trafficPolicy.targetRef"
            translation.warn(object.reference, .deprecatedField, words)
            guard choice == nil else { throw Self.ambiguous }
            choice = PolicyChoice(targetRef: LocalName(name: name))
        }
        if choice?.policy != nil {
            let words = "spec.trafficPolicy.policy is the older form of spec.trafficPolicy.inline"
            translation.warn(object.reference, .deprecatedField, words)
        }
        return DesiredEndpoint(
            name: object.metadata.name,
            namespace: object.metadata.namespace,
            url: url,
            binding: try Self.binding(object.spec.bindings, of: url),
            upstream: nil,
            policy: try self.policy(choice, in: object.metadata.namespace),
            isPooling: object.spec.poolingEnabled,
            description: object.spec.description ?? Self.usualDescription,
            metadata: Self.metadata(object.spec.metadata),
            certificates: [],
            owners: [OwnerID(object.reference.description)]
        )
    }

    private func endpoint(of object: AgentEndpoint) throws(Refusal) -> DesiredEndpoint {
        let url = try Self.url(object.spec.url)
        guard object.spec.tlsTermination == nil || url.scheme == .tls else {
            throw Refusal(reason: .configurationError, message: "spec.tlsTermination is for tls:// URLs alone")
        }
        try Self.checkCarriedOut(object.spec)
        return DesiredEndpoint(
            name: object.metadata.name,
            namespace: object.metadata.namespace,
            url: url,
            binding: try Self.binding(object.spec.bindings, of: url),
            upstream: try Self.upstream(object.spec.upstream, for: url.scheme),
            policy: try self.policy(object.spec.trafficPolicy, in: object.metadata.namespace),
            isPooling: nil,
            description: object.spec.description ?? Self.usualDescription,
            metadata: Self.metadata(object.spec.metadata),
            certificates: [],
            owners: [OwnerID(object.reference.description)]
        )
    }

    // MARK: - Fields

    private static let ambiguous = Refusal(
        reason: .configurationError,
        message: "spec.trafficPolicy must have exactly one of inline and targetRef"
    )

    private static func url(_ text: String) throws(Refusal) -> EndpointURL {
        do throws(EndpointURLError) {
            return try EndpointURL(parsing: text)
        } catch {
            throw Refusal(reason: .configurationError, message: "spec.url: \(error)")
        }
    }

    private static func binding(_ names: [String], of url: EndpointURL) throws(Refusal) -> EndpointBinding {
        guard names.count <= 1 else {
            throw Refusal(reason: .configurationError, message: "spec.bindings names more than one")
        }
        guard let name = names.first else { return url.host.isInternal ? .internal : .public }
        guard let binding = EndpointBinding(rawValue: name) else {
            let words = "spec.bindings has \"\(name)\"; it may have public, internal or kubernetes"
            throw Refusal(reason: .configurationError, message: words)
        }
        return binding
    }

    /// What is not carried out is refused: an endpoint without what it asks for is another one.
    private static func checkCarriedOut(_ spec: AgentEndpoint.Spec) throws(Refusal) {
        let fields = [
            ("spec.upstream.proxyProtocolVersion", spec.upstream.proxyProtocolVersion != nil),
            ("spec.clientCertificateRefs", !spec.clientCertificateRefs.isEmpty),
            ("spec.tlsTermination", spec.tlsTermination != nil),
        ]
        guard let field = fields.first(where: \.1)?.0 else { return }
        throw Refusal(reason: .configurationError, message: "\(field) is not carried out yet")
    }

    private static func upstream(
        _ upstream: AgentEndpoint.Upstream,
        for scheme: EndpointScheme
    ) throws(Refusal) -> DesiredUpstream {
        let address: UpstreamAddress
        do throws(UpstreamAddressError) {
            address = try UpstreamAddress(parsing: upstream.url, for: scheme)
        } catch {
            throw Refusal(reason: .configurationError, message: "spec.upstream.url \(error.problem)")
        }
        guard case .service(let spoken, let dial) = address else {
            throw Refusal(reason: .configurationError, message: "spec.upstream.url names files; it must name a service")
        }
        return DesiredUpstream(
            scheme: spoken,
            host: dial.host.description,
            port: dial.port,
            isHTTP2: upstream.protocol == "http2"
        )
    }

    private static func metadata(_ map: MetadataMap?) -> [String: String] {
        (map?.values ?? [:]).merging(["owned-by": "ngrok-operator"]) { own, _ in own }
    }

    private func policy(_ choice: PolicyChoice?, in namespace: String) throws(Refusal) -> String? {
        guard let choice else { return nil }
        guard [choice.inline != nil, choice.policy != nil, choice.targetRef != nil].count(where: { $0 }) == 1 else {
            throw Self.ambiguous
        }
        if let document = choice.inline ?? choice.policy { return document.text }
        let key = ObjectKey(namespace, choice.targetRef?.name ?? "")
        switch self.policies.policy(key) {
        case .good(let policy): return UserPolicy.document(policy)
        case .missing:
            throw Refusal(reason: .policyNotFound, message: "there is no TrafficPolicy \(key)", isHeld: true)
        case .wrong(let words):
            throw Refusal(reason: .policyInvalid, message: "the TrafficPolicy \(key) is wrong: \(words)", isHeld: true)
        }
    }
}

extension PolicyChoice {
    /// As a status says which one it is.
    fileprivate var name: String { self.targetRef?.name ?? "inline" }
}
