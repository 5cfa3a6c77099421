import Addressing
import JSON
import KubernetesClient

/// An HTTPRoute or a GRPCRoute, in what both have.
struct RequestRoute {
    let reference: ObjectReference
    let kind: String
    let rules: [RequestRule]
    /// What came of its references to Gateways that are ours.
    private(set) var attachments: [Attachment]
    /// What is wrong with single rules.
    var ruleProblems: [RuleProblem] { self.rules.compactMap(\.problem) }
    /// What is wrong with what the rules name.
    var referenceProblem: ListenerPlan.Problem? {
        BackendReferences.summary(self.rules.flatMap(\.referenceProblems))
    }
}

extension RequestRoute {
    /// No listener takes it, whatever they said.
    mutating func refuse(_ problem: ListenerPlan.Problem) {
        for index in self.attachments.indices {
            self.attachments[index].problem = problem
            self.attachments[index].hosts = [:]
        }
    }

    /// The route as one Gateway sees it.
    func at(_ gateway: ObjectKey) -> RequestRoute {
        var route = self
        route.attachments = self.attachments.filter { $0.gateway == gateway }
        return route
    }
}

/// One rule: when it is for a request, and what is done then.
struct RequestRule {
    let label: String
    var matches: [RouteMatch] = []
    let filters: [RouteFilter]
    var backends: [BackendReferences.Found] = []
    /// The rules of the policy that stands before; nil where it cannot be had.
    var policy: UserPolicy?
    var isPolicyMissing = false
    var problem: RuleProblem?
    var referenceProblems: [ListenerPlan.Problem] = []
}

/// Reads the rules of HTTPRoutes and GRPCRoutes.
struct RequestRuleReader {
    let backends: BackendReferences
    let policies: PolicyDirectory

    func rules(of route: HTTPRoute, into translation: inout Translation) -> [RequestRule] {
        let place = BackendReferences.Place(
            kind: "HTTPRoute",
            namespace: route.metadata.namespace,
            speaking: .http
        )
        return route.spec.rules.enumerated().map { index, rule in
            var read = RequestRule(label: "HTTPRoute \(route.key) rule \(index + 1)", filters: rule.filters)
            do throws(RuleProblem) {
                try Self.checkTimes(rule)
                guard rule.matches.isEmpty else {
                    for match in rule.matches { read.matches.append(try .http(match)) }
                    return self.finished(read, rule.backendRefs, at: place, into: &translation)
                }
                read.matches = [try .http(nil)]
            } catch {
                read.problem = error
            }
            return self.finished(read, rule.backendRefs, at: place, into: &translation)
        }
    }

    func rules(of route: GRPCRoute, into translation: inout Translation) -> [RequestRule] {
        let place = BackendReferences.Place(
            kind: "GRPCRoute",
            namespace: route.metadata.namespace,
            speaking: .grpc
        )
        return route.spec.rules.enumerated().map { index, rule in
            var read = RequestRule(label: "GRPCRoute \(route.key) rule \(index + 1)", filters: rule.filters)
            do throws(RuleProblem) {
                for match in rule.matches { read.matches.append(try .grpc(match)) }
                if rule.matches.isEmpty { read.matches = [try .grpc(nil)] }
            } catch {
                read.problem = error
            }
            return self.finished(read, rule.backendRefs, at: place, into: &translation)
        }
    }

    private static func checkTimes(_ rule: HTTPRoute.Rule) throws(RuleProblem) {
        let times = [rule.timeouts?.request, rule.timeouts?.backendRequest].compactMap(\.self)
        // Zero is no limit at all.
        guard times.allSatisfy({ $0.trimmingPrefix("0").allSatisfy(\.isLetter) }) else {
            throw .unsupported("the edge has no timeouts for single routes")
        }
        guard rule.retry == nil else { throw .unsupported("retries of single routes are not supported") }
    }

    private func finished(
        _ rule: RequestRule,
        _ references: [BackendRef],
        at place: BackendReferences.Place,
        into translation: inout Translation
    ) -> RequestRule {
        var rule = rule
        rule.backends = self.backends.find(references, at: place, into: &translation)
        for found in rule.backends {
            if case .failure(let refusal) = found.backend { rule.referenceProblems.append(refusal.problem) }
        }
        for filter in rule.filters + references.flatMap(\.filters) where filter.type == "ExtensionRef" {
            guard let reference = filter.extensionRef else { continue }
            self.read(reference, into: &rule, in: place.namespace)
        }
        rule.problem = rule.problem ?? Self.filterProblem(of: rule, references)
        return rule
    }

    /// What filters cannot do, whichever endpoint they are for.
    private static func filterProblem(of rule: RequestRule, _ references: [BackendRef]) -> RuleProblem? {
        let url = EndpointURL(scheme: .https, host: .anyHost, port: 443)
        do throws(RuleProblem) {
            for prefix in rule.matches.map(\.prefix) {
                let filters = try RouteFilters(rule.filters, url: url, prefix: prefix)
                try Self.check(filters)
                for reference in references {
                    try Self.check(try RouteFilters(reference.filters, url: url, prefix: prefix))
                }
                if filters.redirect != nil, !references.isEmpty {
                    let words = "a rule that redirects has no backends"
                    throw RuleProblem(reason: .incompatibleFilters, message: words)
                }
            }
            return nil
        } catch {
            return error
        }
    }

    /// One rule that the edge would refuse must not keep the others of its site from being served.
    private static func check(_ filters: RouteFilters) throws(RuleProblem) {
        var phases = JSONObject()
        let actions = filters.actions + (filters.redirect ?? [])
        if !actions.isEmpty { phases.append("on_http_request", [["actions": .array(actions)]]) }
        if !filters.responseRules.isEmpty { phases.append("on_http_response", .array(filters.responseRules)) }
        guard !phases.members.isEmpty else { return }
        if case .failed(let words) = PolicyCheck.examine(.object(phases)) { throw .unsupported(words) }
    }

    private func read(_ reference: RouteFilter.ExtensionRef, into rule: inout RequestRule, in namespace: String) {
        let key = ObjectKey(namespace, reference.name)
        let kinds = ["trafficpolicy", "ngroktrafficpolicy"]
        guard OwnGroup.all.contains(reference.group), kinds.contains(reference.kind.lowercased()) else {
            rule.isPolicyMissing = true
            let words = "the filter \(reference.kind) \(key) is of no kind that is known; use a TrafficPolicy"
            rule.referenceProblems.append(.init(reason: "InvalidKind", message: words))
            return
        }
        switch self.policies.policy(key) {
        case .good(let policy) where !policy.hasConnectRules: rule.policy = policy
        case .good:
            rule.isPolicyMissing = true
            let words = "the TrafficPolicy \(key) has on_tcp_connect rules, which no route can have"
            rule.referenceProblems.append(.init(reason: "InvalidKind", message: words))
        case .missing:
            rule.isPolicyMissing = true
            rule.referenceProblems.append(.init(reason: "BackendNotFound", message: "there is no TrafficPolicy \(key)"))
        case .wrong(let words):
            rule.isPolicyMissing = true
            let message = "the TrafficPolicy \(key) is wrong: \(words)"
            rule.referenceProblems.append(.init(reason: "InvalidKind", message: message))
        }
    }
}
