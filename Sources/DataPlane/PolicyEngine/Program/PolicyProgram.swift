package import Expression
package import TrafficPolicy

/// A policy ready to run before one endpoint: compiled once, when it is attached or changed, and shared by all loops.
package final class PolicyProgram: Sendable {
    private let connectRules: [CompiledRule]
    private let requestRules: [CompiledRule]
    private let responseRules: [CompiledRule]
    private let messageRules: [CompiledRule]
    /// What counts, kept by what it counts for, so that the next version of the policy goes on counting.
    let states: ActionStates
    /// The actions whose results an expression may ask for.
    private let askedResults: Set<ActionType>
    /// What may be seen of the rules for requests without an exchange; nil where that is nothing.
    package let glance: RequestGlance?
    /// Whether it has rules for requests alone: what these let pass has passed the policy.
    package let judgesRequestsAlone: Bool
    /// Whether a rule for connections may say how TLS ends.
    package let endsTLS: Bool

    init(
        rules: [PolicyPhase: [CompiledRule]],
        states: ActionStates,
        askedResults: Set<ActionType> = Set(ActionType.allCases),
        glance: RequestGlance? = nil,
        endsTLS: Bool = false
    ) {
        self.connectRules = rules[.tcpConnect] ?? []
        self.requestRules = rules[.httpRequest] ?? []
        self.responseRules = rules[.httpResponse] ?? []
        self.messageRules = rules[.eventStreamMessage] ?? []
        self.states = states
        self.askedResults = askedResults
        self.glance = glance
        self.endsTLS = endsTLS
        self.judgesRequestsAlone = rules.allSatisfy { $0.key == .httpRequest || $0.value.isEmpty }
    }

    func asksForResults(of action: ActionType) -> Bool { self.askedResults.contains(action) }

    /// In document order.
    package func rules(in phase: PolicyPhase) -> [CompiledRule] {
        switch phase {
        case .tcpConnect: self.connectRules
        case .httpRequest: self.requestRules
        case .httpResponse: self.responseRules
        case .eventStreamMessage: self.messageRules
        }
    }

    /// Whether the phase has something to run; the host skips it otherwise.
    package func hasRules(in phase: PolicyPhase) -> Bool { !self.rules(in: phase).isEmpty }
}

/// A rule of a program. An object: who runs rules holds one reference for each, not one for each of its parts.
package final class CompiledRule: Sendable {
    package let name: String?
    /// Joined by "and", left to right; none is always true.
    package let conditions: [Program]
    /// What the conditions were made of, for those who are told of them.
    package let sources: [String]
    /// Never empty.
    package let actions: [any PolicyAction]
    /// Of the actions, as far as they are known.
    package let types: [ActionType]
    /// What each is counted as (``ActionCounts/numbers``).
    let actionNumbers: [Int]
    /// The number of the action that logs visitors in; nil where there is none.
    let login: Int?

    /// Whether a condition asks what the handshake has agreed on.
    let asksForHandshake: Bool

    /// `types` are those of the actions; without them they are not counted.
    init(
        name: String?,
        conditions: [Program],
        actions: [any PolicyAction],
        sources: [String] = [],
        types: [ActionType] = [],
        asksForHandshake: Bool = false
    ) {
        self.name = name
        self.sources = sources
        self.types = types
        self.asksForHandshake = asksForHandshake
        self.conditions = conditions
        self.actions = actions
        self.actionNumbers = types.compactMap { ActionCounts.numbers[$0] }
        self.login = actions.firstIndex { $0 is LoginAction }
    }
}
