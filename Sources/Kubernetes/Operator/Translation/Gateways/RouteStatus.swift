import JSON
import KubernetesClient

/// What is said about a route, for each of its parents that is ours (`spec/kubernetes.md` 8.5).
struct RouteStatus {
    let controller: String

    func status(
        of route: some RouteResource,
        _ attachments: [Attachment],
        references: ListenerPlan.Problem?,
        dropped: [RuleProblem]
    ) -> ObjectStatus {
        let generation = route.reference.generation
        let own = attachments.map { attachment -> JSONValue in
            var conditions = [
                Condition.of("Accepted", attachment.problem, generation),
                Condition.of("ResolvedRefs", references, generation),
            ]
            if attachment.problem == nil, let problem = dropped.first {
                var seen: Set<String> = []
                let words = dropped.map(\.message).filter { seen.insert($0).inserted }.joined(separator: "; ")
                conditions.append(
                    Condition(
                        "PartiallyInvalid",
                        .yes,
                        reason: problem.reason.rawValue,
                        message: "Dropped Rule: \(words)",
                        observedGeneration: generation
                    )
                )
            }
            return [
                "parentRef": attachment.parent.json, "controllerName": .string(self.controller),
                "conditions": .array(conditions.map(\.json)),
            ]
        }
        return ObjectStatus(object: route.reference, status: ["parents": .array(self.foreign(route) + own)])
    }

    /// What is left of the status of a route that names no Gateway of ours any more; nil where nothing of it is ours.
    func released(_ route: some RouteResource) -> ObjectStatus? {
        let foreign = self.foreign(route)
        guard foreign.count < (route.status?.member("parents")?.array ?? []).count else { return nil }
        return ObjectStatus(object: route.reference, status: ["parents": .array(foreign)])
    }

    /// The entries of other controllers, as they are.
    private func foreign(_ route: some RouteResource) -> [JSONValue] {
        (route.status?.member("parents")?.array ?? []).filter { $0.member("controllerName")?.string != self.controller }
    }
}

extension ParentRef {
    /// The same fields as in the specification.
    fileprivate var json: JSONValue {
        var object = JSONObject()
        if let group = self.group { object.append("group", .string(group)) }
        if let kind = self.kind { object.append("kind", .string(kind)) }
        if let namespace = self.namespace { object.append("namespace", .string(namespace)) }
        object.append("name", .string(self.name))
        if let section = self.sectionName { object.append("sectionName", .string(section)) }
        if let port = self.port { object.append("port", .integer(Int64(port))) }
        return .object(object)
    }
}
