import Model

extension Policy {
    /// All that works as written and is probably not meant, in the order of the document: ``warnings``, rules that can
    /// never be true, and rules that an earlier one leaves nothing to.
    ///
    /// For the person who writes the policy. It compares rules pairwise, so it has no place where policies come in from
    /// outside.
    package func review() -> [PolicyProblem] {
        let found = PolicyPhase.allCases.flatMap { phase in
            let rules = self.rules[phase] ?? []
            return Self.impossible(rules, path: phase.rawValue) + Self.shadowed(rules, path: phase.rawValue)
        }
        let known = Set(self.warnings.map(\.position))
        return (self.warnings + found.filter { !known.contains($0.position) }).sorted { $0.position < $1.position }
    }

    private static func impossible(_ rules: [Rule], path: String) -> [PolicyProblem] {
        rules.filter { $0.expressions.contains(.constant(false)) }.map { rule in
            let words = "this rule never runs: one of its expressions is false"
            return PolicyProblem(.policyUnreachable, at: rule.position, path: path, words)
        }
    }

    private static func shadowed(_ rules: [Rule], path: String) -> [PolicyProblem] {
        let conditions = rules.map { RuleCondition($0.expressions) }
        return rules.indices.compactMap { index in
            guard let condition = conditions[index] else { return nil }
            let earlier = rules[..<index].indices.first { first in
                guard rules[first].alwaysEnds, let other = conditions[first] else { return false }
                let between = rules[(first + 1)..<index].flatMap(\.actions).map(\.type)
                return !rules[first].isUnconditional && other.follows(from: condition) && other.isKept(by: between)
            }
            guard let earlier else { return nil }
            let words =
                "this rule never runs: whatever it is for, the rule in line \(rules[earlier].position.line) has ended the "
                + "phase before"
            return PolicyProblem(.policyUnreachable, at: rules[index].position, path: path, words)
        }
    }
}

extension Rule {
    /// Whether nothing of the phase runs behind it, once its expressions are true.
    package var alwaysEnds: Bool { self.actions.contains { $0.configuration.isTerminating } }
}
