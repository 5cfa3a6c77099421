package import Addressing
import Model

/// The endpoint that a policy is put before: what the document itself does not know (`spec/traffic-policy.md` 1.3, 2.3).
package struct PolicyAttachment: Sendable {
    package let scheme: EndpointScheme
    /// Whether only other endpoints reach it.
    package let isInternal: Bool
    /// Whether nothing stands behind it, so that its policy must handle all traffic.
    package let isCloud: Bool
    /// The actions that this edge can run.
    package let runnable: Set<ActionType>
    /// The endpoint's own; nil where it is not known yet.
    package let host: HostName?
    /// The providers at which the edge's owner has registered an application, for logins that name none.
    package let applications: Set<OAuthConfiguration.Provider>
    /// The domains below which every account has endpoints: nobody's cookies are for all of them.
    package let sharedDomains: [HostName]

    package init(
        scheme: EndpointScheme,
        isInternal: Bool,
        isCloud: Bool,
        runnable: Set<ActionType>,
        host: HostName? = nil,
        applications: Set<OAuthConfiguration.Provider> = Set(OAuthConfiguration.Provider.allCases),
        sharedDomains: [HostName] = []
    ) {
        self.scheme = scheme
        self.host = host
        self.isInternal = isInternal
        self.isCloud = isCloud
        self.runnable = runnable
        self.applications = applications
        self.sharedDomains = sharedDomains
    }

    private var isHTTP: Bool { self.scheme == .http || self.scheme == .https }

    /// - Throws: why `policy` cannot stand before this endpoint, all of it.
    package func check(_ policy: Policy) throws(PolicyErrors) {
        let phases = PolicyPhase.allCases.filter { !(policy.rules[$0] ?? []).isEmpty }
        var problems = phases.flatMap { phase in
            let rules = policy.rules[phase] ?? []
            return self.problems(of: phase, rules, at: policy.positions[phase] ?? .start)
        }
        if self.isCloud, !self.handlesAll(policy) {
            let words =
                "nothing stands behind a cloud endpoint, so a rule without expressions must always end the phase: with "
                + "deny, custom-response, close-connection, or forward-internal without on_error: continue"
            let position = self.handlingPhases.compactMap { policy.positions[$0] }.first ?? .start
            problems.append(PolicyProblem(.policyNotTerminating, at: position, words))
        }
        guard problems.isEmpty else { throw PolicyErrors(problems) }
    }

    private func problems(
        of phase: PolicyPhase,
        _ rules: [Rule],
        at position: SourcePosition
    ) -> [PolicyProblem] {
        if phase != .tcpConnect, !self.isHTTP {
            let words = "\(phase.rawValue) does not exist on \(self.scheme.rawValue) endpoints"
            return [
                PolicyProblem(.policyPhase, at: position, path: phase.rawValue, offending: phase.rawValue, words)
            ]
        }
        var problems = rules.flatMap(\.actions).compactMap { self.problem(of: $0, in: phase) }
        if phase == .tcpConnect, self.isHTTP, self.isInternal {
            let words = "an internal \(self.scheme.rawValue) endpoint cannot have on_tcp_connect rules"
            let name = phase.rawValue
            problems.append(
                PolicyProblem(.policyInternalConnect, at: position, path: name, offending: name, words)
            )
        }
        return problems
    }

    private func problem(of action: Action, in phase: PolicyPhase) -> PolicyProblem? {
        let name = action.type.rawValue
        let isMisplaced: Bool =
            switch action.type {
            case .terminateTLS: self.scheme != .https && self.scheme != .tls
            case .forwardInternal: phase == .tcpConnect && self.isHTTP
            default: false
            }
        if isMisplaced {
            let words = "\(name) cannot run in \(phase.rawValue) of \(self.scheme.rawValue) endpoints"
            return PolicyProblem(.policyActionProtocol, at: action.position, offending: name, words)
        }
        if let domain = action.configuration.cookieDomain, let host, host != domain, !host.isBelow(domain) {
            let words = "the domain of the cookies, \(domain), is not \(host) and no parent of it"
            return PolicyProblem(.policyCookieDomain, at: action.position, offending: "\(domain)", words)
        }
        if let domain = action.configuration.cookieDomain,
            self.sharedDomains.contains(where: { $0 == domain || $0.isBelow(domain) })
        {
            let words = "the domain of the cookies, \(domain), has endpoints of other accounts below it"
            return PolicyProblem(.policyCookieDomain, at: action.position, offending: "\(domain)", words)
        }
        if case .oauth(let login) = action.configuration, login.login.clientID == nil,
            !self.applications.contains(login.provider)
        {
            let words = "\"client_id\" and \"client_secret\" are missing: register an application"
            return PolicyProblem(.oauthApplicationNeeded, at: action.position, offending: name, words)
        }
        guard !self.runnable.contains(action.type) else { return nil }
        let words = "this edge cannot run \(name) yet"
        return PolicyProblem(.policyActionLater, at: action.position, offending: name, words)
    }

    /// The phases that can end what comes in.
    private var handlingPhases: [PolicyPhase] { self.isHTTP ? [.httpRequest, .tcpConnect] : [.tcpConnect] }

    private func handlesAll(_ policy: Policy) -> Bool {
        self.handlingPhases.flatMap { policy.rules(in: $0) }.contains { $0.isUnconditional && $0.alwaysEnds }
    }
}

extension ActionConfiguration {
    /// Whose hosts share the login's cookies; nil where the endpoint's own host alone has them.
    package var cookieDomain: HostName? {
        switch self {
        case .oauth(let action): action.login.cookieDomain
        case .openIDConnect(let action): action.login.cookieDomain
        default: nil
        }
    }

    /// The issuer at which visitors log in, where the document says it as it is.
    package var issuer: String? {
        if case .openIDConnect(let action) = self { action.issuerURL.literal } else { nil }
    }
}
