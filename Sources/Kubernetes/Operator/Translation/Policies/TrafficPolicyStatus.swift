import JSON
import KubernetesClient

/// What is said about a policy object itself (`spec/kubernetes.md` 3.5).
enum TrafficPolicyStatus {
    static func status(of object: TrafficPolicyObject) -> ObjectStatus {
        let finding = PolicyCheck.examine(object.spec?.policy)
        let generation = object.reference.generation
        let conditions = ["Valid", "Ready"].map { type in
            Condition(
                type,
                finding == .valid ? .yes : .no,
                reason: finding.reason,
                message: finding.message,
                observedGeneration: generation
            ).json
        }
        return ObjectStatus(
            object: object.reference,
            status: ["observedGeneration": .integer(generation), "conditions": .array(conditions)]
        )
    }
}

extension Condition {
    /// As a part of a status.
    var json: JSONValue {
        var object: JSONObject = [
            "type": .string(self.type), "status": .string(self.status.rawValue), "reason": .string(self.reason),
            "message": .string(self.message),
        ]
        if let generation = self.observedGeneration { object.append("observedGeneration", .integer(generation)) }
        if let time = self.lastTransitionTime { object.append("lastTransitionTime", .string(time)) }
        return .object(object)
    }
}
