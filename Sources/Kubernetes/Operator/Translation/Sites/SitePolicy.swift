import JSON

/// Makes the policy that carries out a site's routes (docs/decisions/0490-routes-are-rules.md).
///
/// A route that hands the request on ends the phase. One whose backend is the endpoint's own upstream cannot end it, and
/// neither can one that first draws which of several backends it is: they set a variable, and no later route is tried.
struct SitePolicy {
    private static let variable = "vars.portico_route"
    private static let shareVariable = "vars.portico_share"
    private static let untried = "\(variable) == 0"

    let site: Site
    /// The Service that the endpoint itself forwards to; nil for a cloud endpoint.
    let local: ServiceTarget?
    /// The URL of a target's internal endpoint.
    let url: (ServiceTarget) -> String

    /// The rules behind the user's own: of `on_tcp_connect` where the site carries bytes, else of `on_http_request`.
    var rules: [PolicyRule] {
        let needsVariable = self.needsVariable
        var rules = needsVariable ? [self.begin] : []
        var isComplete = false
        for (index, route) in self.site.routes.enumerated() where !isComplete {
            rules += self.rules(of: route, number: index + 1, isGuarded: needsVariable)
            // Whatever comes behind a route that always fits is never reached.
            isComplete = route.conditions.isEmpty && !route.outcome.isPolicy
        }
        // A cloud endpoint must have a rule that ends all requests, and a guarded one does not say that it does.
        guard !isComplete || (needsVariable && self.local == nil) else { return rules }
        let isGuarded = self.local != nil && needsVariable
        let last = PolicyRule(
            name: "no route",
            expressions: isGuarded ? [Self.untried] : [],
            actions: [self.unmatched]
        )
        return rules + [last]
    }

    private var begin: PolicyRule {
        PolicyRule(name: "no route yet", actions: [PolicyAction.setVariables([("portico_route", 0)])])
    }

    private var unmatched: JSONValue {
        if self.site.isForConnections { return PolicyAction.close }
        if self.site.isForCalls { return PolicyAction.unimplemented }
        return PolicyAction.respond(404, "No route of this site fits the request.")
    }

    private var needsVariable: Bool {
        // The upstream alone, for everything, needs no rule at all.
        if self.site.routes.count == 1, let only = self.site.routes.first, only.conditions.isEmpty,
            case .backends(let shares, let before) = only.outcome, shares.count == 1, before.isEmpty
        {
            return false
        }
        return self.site.routes.contains { route in
            switch route.outcome {
            case .actions: false
            case .policy: true
            case .backends(let shares, let before):
                shares.count > 1 || !before.isEmpty || shares.contains { self.isLocal($0) }
            }
        }
    }

    private func isLocal(_ share: RouteShare) -> Bool {
        guard case .service(let target) = share.target else { return false }
        return target == self.local
    }

    // MARK: - Routes

    private func rules(of route: SiteRoute, number: Int, isGuarded: Bool) -> [PolicyRule] {
        let conditions = (isGuarded ? [Self.untried] : []) + route.conditions
        let mark = ("portico_route", JSONValue.integer(Int64(number)))
        switch route.outcome {
        case .actions(let actions):
            return [PolicyRule(name: route.label, expressions: conditions, actions: actions)]
        case .policy(let rules):
            let marked = PolicyRule(
                name: route.label,
                expressions: conditions,
                actions: [PolicyAction.setVariables([mark])]
            )
            let end = PolicyRule(
                name: "\(route.label), not ended",
                expressions: ["\(Self.variable) == \(number)"],
                actions: [self.unmatched]
            )
            return [marked] + rules.compactMap { self.guarded($0, label: route.label, number: number) } + [end]
        case .backends(let shares, let before):
            guard shares.count == 1, before.isEmpty, let share = shares.first else {
                return self.drawn(route.label, shares, conditions, before: before, number: number)
            }
            let marks = isGuarded && self.isLocal(share) ? [PolicyAction.setVariables([mark])] : []
            let actions = share.actions + marks + self.ending(share)
            guard !actions.isEmpty else { return [] }
            return [PolicyRule(name: route.label, expressions: conditions, actions: actions)]
        }
    }

    /// A rule of a policy that stands before or in the place of a backend, for requests of its route alone.
    private func guarded(_ rule: JSONValue, label: String, number: Int) -> PolicyRule? {
        guard let actions = rule.member("actions")?.array else { return nil }
        let expressions = (rule.member("expressions")?.array ?? []).compactMap { $0.string ?? $0.bool.map { "\($0)" } }
        return PolicyRule(
            name: rule.member("name")?.string ?? label,
            expressions: ["\(Self.variable) == \(number)"] + expressions,
            actions: actions
        )
    }

    /// One rule that draws, those of the policy before, and one for each share.
    private func drawn(
        _ label: String,
        _ shares: [RouteShare],
        _ conditions: [String],
        before: [JSONValue],
        number: Int
    ) -> [PolicyRule] {
        let total = shares.reduce(0) { $0 + $1.weight }
        var variables: [(String, JSONValue)] = [("portico_route", .integer(Int64(number)))]
        if shares.count > 1 { variables.append(("portico_share", .string("${rand.int(0, \(total - 1))}"))) }
        let mark = PolicyRule(name: label, expressions: conditions, actions: [PolicyAction.setVariables(variables)])
        var rules = [mark] + before.compactMap { self.guarded($0, label: label, number: number) }
        var end = 0
        for (index, share) in shares.enumerated() {
            end += share.weight
            let actions = share.actions + self.ending(share)
            // Nothing is to be done where the upstream is the endpoint's own.
            guard !actions.isEmpty else { continue }
            let range = ["\(Self.shareVariable) >= \(end - share.weight)", "\(Self.shareVariable) < \(end)"]
            rules.append(
                PolicyRule(
                    name: "\(label), share \(index + 1)",
                    expressions: ["\(Self.variable) == \(number)"] + (shares.count > 1 ? range : []),
                    actions: actions
                )
            )
        }
        return rules
    }

    private func ending(_ share: RouteShare) -> [JSONValue] {
        switch share.target {
        case .answer(let status, let text):
            [self.site.isForConnections ? PolicyAction.close : PolicyAction.respond(status, text)]
        case .service(let target): target == self.local ? [] : [PolicyAction.forward(to: self.url(target))]
        }
    }
}

extension RouteOutcome {
    fileprivate var isPolicy: Bool { if case .policy = self { true } else { false } }
}
