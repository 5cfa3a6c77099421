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

    package init(scheme: EndpointScheme, isInternal: Bool, isCloud: Bool, runnable: Set<ActionType>) {
        self.scheme = scheme
        self.isInternal = isInternal
        self.isCloud = isCloud
        self.runnable = runnable
    }

    private var isHTTP: Bool { self.scheme == .http || self.scheme == .https }

    /// - Throws: why `policy` cannot stand before this endpoint, all of it.
    package func check(_ policy: Policy) throws(PolicyErrors) {
        let phases = PolicyPhase.allCases.filter { !(policy.rules[$0] ?? []).isEmpty }
        var problems = phases.flatMap { self.problems(of: $0, policy.rules[$0] ?? []) }
        if self.isCloud, !self.handlesAll(policy) {
            let words = "the policy of a cloud endpoint must end in a rule that always handles the traffic"
            problems.append(PolicyProblem(.policyNotTerminating, at: .start, words))
        }
        guard problems.isEmpty else { throw PolicyErrors(problems) }
    }

    private func problems(of phase: PolicyPhase, _ rules: [Rule]) -> [PolicyProblem] {
        let position = rules.first?.position ?? .start
        if phase != .tcpConnect, !self.isHTTP {
            let words = "\(phase.rawValue) does not exist on \(self.scheme.rawValue) endpoints"
            return [PolicyProblem(.policyPhase, at: position, path: phase.rawValue, words)]
        }
        var problems = rules.flatMap(\.actions).compactMap { self.problem(of: $0, in: phase) }
        if phase == .tcpConnect, self.isHTTP, self.isInternal {
            let words = "an internal \(self.scheme.rawValue) endpoint cannot have on_tcp_connect rules"
            problems.append(PolicyProblem(.policyInternalConnect, at: position, path: phase.rawValue, words))
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
        guard !self.runnable.contains(action.type) else { return nil }
        let words = "this edge cannot run \(name) yet"
        return PolicyProblem(.policyActionLater, at: action.position, offending: name, words)
    }

    private func handlesAll(_ policy: Policy) -> Bool {
        let phases: [PolicyPhase] = self.isHTTP ? [.httpRequest, .tcpConnect] : [.tcpConnect]
        return phases.flatMap { policy.rules(in: $0) }.contains { rule in
            rule.isUnconditional && rule.actions.contains { $0.configuration.isTerminating }
        }
    }
}
