/// A traffic policy: checked, and complete but for what its expressions mean.
///
/// Made by `Policy(parsing:for:limits:checking:)` alone, so that one which exists is right.
package struct Policy: Sendable {
    /// False where the document says `enabled: false`: none of the rules run.
    package let isEnabled: Bool
    /// A list for each phase, in document order. Phases without rules are left out.
    package let rules: [PolicyPhase: [Rule]]
    /// What works as written and is probably not meant, as far as reading tells; in the order of the document.
    package let warnings: [PolicyProblem]
    /// Where the keys of the phases stand.
    package let positions: [PolicyPhase: SourcePosition]

    /// The rules of a phase, none where the policy is switched off.
    package func rules(in phase: PolicyPhase) -> [Rule] {
        self.isEnabled ? self.rules[phase] ?? [] : []
    }

    /// A policy without rules, which lets everything pass.
    package static let empty = Policy(isEnabled: true, rules: [:], warnings: [], positions: [:])
}

/// What happens when all of its expressions are true.
package struct Rule: Sendable {
    /// A label; nothing looks at it, and it need not be unique.
    package let name: String?
    /// Joined by "and", left to right; none is always true.
    package let expressions: [RuleExpression]
    /// In the order in which they run; never empty.
    package let actions: [Action]
    package let position: SourcePosition
}

/// One of the expressions that a rule joins by "and".
package enum RuleExpression: Sendable, Hashable {
    /// A plain `true` or `false` of the document.
    case constant(Bool)
    case source(ExpressionSource)
}

/// One action of a rule, with its checked configuration.
package struct Action: Sendable {
    package let configuration: ActionConfiguration
    package let position: SourcePosition
    /// The configuration as the document gave it, spelt in one way; nil where there was none.
    let written: DocumentValue?

    package var type: ActionType { self.configuration.type }
}
