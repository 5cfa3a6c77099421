import JSON
import KubernetesClient
import Model

/// Reads what annotations say about endpoints, the same on an Ingress, a Gateway and a Service.
struct SettingsReader {
    static let names = ["mapping-strategy", "traffic-policy", "pooling-enabled", "description", "metadata", "bindings"]
    private static let usualDescription = "Created by the ngrok-operator"

    let options: TranslationOptions
    let policies: PolicyDirectory

    /// Nil where it cannot be told what is meant: the object's endpoints then stay as they are, and what is wrong is told on
    /// the object. `owner` is the value of `owned-by` in the endpoints' metadata.
    func settings(
        of object: some KubernetesResource,
        owner: String,
        into translation: inout Translation
    ) -> SiteSettings? {
        let annotations = Annotations(object)
        for name in annotations.older(among: Self.names) {
            let words = "the annotation k8s.ngrok.com/\(name) is the older form of ngrok.com/\(name)"
            translation.warn(object.reference, .legacyAnnotation, words)
        }
        var settings = SiteSettings(
            description: annotations.value("description") ?? Self.usualDescription,
            metadata: self.options.metadata
        )
        var isGood = true
        func refuse(_ reason: EventReason, _ words: String) {
            translation.warn(object.reference, reason, words)
            isGood = false
        }
        if let text = annotations.value("metadata") {
            if let values = MetadataMap.values(of: text) {
                settings.metadata.merge(values) { _, new in new }
            } else {
                let words = "the annotation metadata is no JSON object of texts; it is left out"
                translation.warn(object.reference, .configurationError, words)
            }
        }
        if settings.metadata["owned-by"] == nil { settings.metadata["owned-by"] = owner }
        switch annotations.value("mapping-strategy") {
        case nil, "endpoints", "endpoints-collapsed": break
        case "endpoints-verbose": settings.isVerbose = true
        case let other?:
            let words = "the annotation mapping-strategy is \"\(other)\"; it may be endpoints or endpoints-verbose"
            translation.warn(object.reference, .mappingStrategy, words)
        }
        switch annotations.value("pooling-enabled")?.lowercased() {
        case nil: break
        case "true": settings.isPooling = true
        case "false": settings.isPooling = false
        case let other?:
            refuse(.configurationError, "the annotation pooling-enabled is \"\(other)\", not true or false")
        }
        if let text = annotations.value("bindings") {
            if let binding = EndpointBinding(rawValue: text) {
                settings.binding = binding
            } else {
                refuse(
                    .configurationError,
                    "the annotation bindings is \"\(text)\"; it may be one of public, internal and kubernetes"
                )
            }
        }
        if let name = annotations.value("traffic-policy"), !name.isEmpty {
            switch self.policies.policy(ObjectKey(object.metadata.namespace, name)) {
            case .good(let policy): settings.policy = policy
            case .missing: refuse(.policyNotFound, "there is no TrafficPolicy \(object.metadata.namespace)/\(name)")
            case .wrong(let words):
                refuse(.policyInvalid, "the TrafficPolicy \(object.metadata.namespace)/\(name) is wrong: \(words)")
            }
        }
        return isGood ? settings : nil
    }
}

/// The policies of a snapshot, each checked once.
struct PolicyDirectory {
    enum Answer: Equatable {
        case good(UserPolicy)
        case wrong(String)
        case missing
    }

    private let answers: [ObjectKey: Answer]

    init(_ objects: [TrafficPolicyObject]) {
        self.answers = Dictionary(
            objects.map { object in
                let document = object.spec?.policy
                switch PolicyCheck.examine(document) {
                case .valid:
                    let policy = UserPolicy(source: "TrafficPolicy \(object.key)", document: document ?? [:])
                    return (object.key, .good(policy))
                case let finding: return (object.key, .wrong(finding.message))
                }
            }
        ) { first, _ in first }
    }

    func policy(_ key: ObjectKey) -> Answer { self.answers[key] ?? .missing }
}
