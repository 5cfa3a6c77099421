import Addressing
import JSON
import KubernetesClient

/// Makes the sites of a Gateway's listeners for requests (`spec/kubernetes.md` 9.3 to 9.7).
struct RequestSites {
    let plan: GatewayPlan
    let settings: SiteSettings
    /// All that are attached to the Gateway, the oldest first.
    let routes: [RequestRoute]

    /// A route with its place among the others of its site.
    private struct Ranked {
        let rank: [Int]
        let routes: [SiteRoute]
    }

    /// Those of one listener, by its place.
    func sites(at index: Int) -> [Site] {
        self.servesRequests(index) ? self.hosts(of: index).map { self.site($0, at: index) } : []
    }

    private func servesRequests(_ index: Int) -> Bool {
        let listener = self.plan.listeners[index]
        return listener.isAccepted && listener.isServing && (listener.scheme == .http || listener.scheme == .https)
    }

    /// The hosts of a listener's routes, and its own where requests for it would otherwise reach another listener's.
    private func hosts(of index: Int) -> [HostPattern] {
        let listener = self.plan.listeners[index]
        let routed = Set(self.routes.flatMap { $0.hosts(at: index) })
        let own = listener.hosts.filter { own in
            self.rivals(of: index).contains { rival in rival.hosts.contains { $0.covers(own) && $0 != own } }
        }
        let all = routed.union(own).filter { host in
            // A listener that is closer to the host has it, whether or not it has routes.
            !self.rivals(of: index).contains { rival in
                rival.hosts.contains { $0.covers(host) && $0.isMoreSpecific(than: listener.closest(to: host)) }
            }
        }
        return all.sorted { $0.description < $1.description }
    }

    private func rivals(of index: Int) -> [ListenerPlan] {
        let own = self.plan.listeners[index].listener
        return self.plan.listeners.indices.filter { $0 != index && self.plan.listeners[$0].isAccepted }.map {
            self.plan.listeners[$0]
        }.filter { $0.listener.port == own.port && $0.listener.protocol == own.protocol }
    }

    private func site(_ host: HostPattern, at index: Int) -> Site {
        let listener = self.plan.listeners[index]
        // The listener's port is one of the edge's, which was looked at.
        let port = UInt16(clamping: listener.listener.port)
        let url = EndpointURL(scheme: listener.scheme, host: host, port: port)
        let gateway = self.plan.gateway.metadata
        let place = listener.scheme == .https ? "" : ".\(port)"
        var site = Site(
            url: url,
            name: ObjectNames.object("\(gateway.name).\(gateway.namespace)\(place)-\(host)"),
            namespace: gateway.namespace,
            settings: self.settings
        )
        site.certificates = listener.certificates
        site.connectRules = listener.connectRules
        site.owners = [self.plan.owner]
        var ranked: [Ranked] = []
        for (age, route) in self.routes.enumerated() {
            guard let pattern = route.closest(to: host, at: index) else { continue }
            site.owners.insert(OwnerID(route.reference.description))
            site.isForCalls = route.kind == "GRPCRoute"
            for (place, rule) in route.rules.enumerated() where rule.problem == nil {
                for (number, match) in rule.matches.enumerated() {
                    let rank = [pattern.isWildcard ? 1 : 0, -pattern.labelCount] + match.rank + [age, place, number]
                    ranked.append(Ranked(rank: rank, routes: RuleOutcome(rule, match, url).routes))
                }
            }
        }
        site.routes = ranked.sorted { $0.rank.lexicographicallyPrecedes($1.rank) }.flatMap(\.routes)
        return site
    }
}

extension ListenerPlan {
    /// Its own host that is the nearest to `host`; the listener has one that covers it.
    fileprivate func closest(to host: HostPattern) -> HostPattern {
        self.hosts.filter { $0.covers(host) }.reduce(nil) { best, next in
            best.map { next.isMoreSpecific(than: $0) ? next : $0 } ?? next
        } ?? host
    }
}

extension RequestRoute {
    /// The hosts that it serves at a listener.
    func hosts(at index: Int) -> [HostPattern] {
        self.attachments.flatMap { $0.hosts[index] ?? [] }
    }

    /// Its nearest host that covers `host`; nil where it does not serve it.
    fileprivate func closest(to host: HostPattern, at index: Int) -> HostPattern? {
        self.hosts(at: index).filter { $0.covers(host) }.reduce(nil) { best, next in
            best.map { next.isMoreSpecific(than: $0) ? next : $0 } ?? next
        }
    }
}

/// What a rule does with the requests of one of its matches.
struct RuleOutcome {
    private(set) var routes: [SiteRoute]

    init(_ rule: RequestRule, _ match: RouteMatch, _ url: EndpointURL) {
        let answer = { (text: String) -> [SiteRoute] in
            let outcome = RouteOutcome.actions([PolicyAction.respond(500, text)])
            return [SiteRoute(label: rule.label, conditions: match.conditions, outcome: outcome)]
        }
        guard !rule.isPolicyMissing else {
            self.routes = answer("The policy of this route is not there.")
            return
        }
        do throws(RuleProblem) {
            let filters = try RouteFilters(rule.filters, url: url, prefix: match.prefix)
            let preflight =
                filters.cors.map { CORSRules($0).preflight(match.conditionsOfAnyMethod, label: rule.label) } ?? []
            if let redirect = filters.redirect {
                let outcome = RouteOutcome.actions(filters.actions + redirect)
                self.routes = preflight + [SiteRoute(label: rule.label, conditions: match.conditions, outcome: outcome)]
                return
            }
            let shares = try Self.shares(rule, filters, match, url)
            guard !shares.isEmpty else {
                self.routes = preflight + answer("This route has no backend.")
                return
            }
            let outcome = RouteOutcome.backends(shares, before: rule.policy?.phases["on_http_request"] ?? [])
            self.routes = preflight + [SiteRoute(label: rule.label, conditions: match.conditions, outcome: outcome)]
        } catch {
            // What a rule cannot have was found when it was read; here it depends on the URL alone.
            self.routes = answer("This route cannot be carried out.")
        }
    }

    private static func shares(
        _ rule: RequestRule,
        _ filters: RouteFilters,
        _ match: RouteMatch,
        _ url: EndpointURL
    ) throws(RuleProblem) -> [RouteShare] {
        var shares: [RouteShare] = []
        for found in rule.backends where found.weight > 0 {
            let own = try RouteFilters(found.filters, url: url, prefix: match.prefix)
            let rules =
                filters.responseRules + own.responseRules + (rule.policy?.phases["on_http_response"] ?? [])
            var actions = filters.actions + own.actions
            if let redirect = own.redirect?.first {
                actions.append(redirect)
                let itself = ShareTarget.answer(status: 500, text: "The redirect of this route leads to itself.")
                shares.append(RouteShare(weight: found.weight, actions: actions, target: itself))
                continue
            }
            let target: ShareTarget =
                switch found.backend {
                case .failure: .answer(status: 500, text: "The backend of this route is not there.")
                case .success(let backend) where !backend.hasAddresses:
                    .answer(status: 503, text: "No endpoint of this service is ready.")
                case .success(let backend):
                    .service(ServiceTarget(backend, responseRules: rules.isEmpty ? nil : rules))
                }
            shares.append(RouteShare(weight: found.weight, actions: actions, target: target))
        }
        return shares
    }
}
