import PolicyEngine
package import TrafficPolicy

/// Which rules of a policy cases have reached, and how their expressions came out.
package struct PolicyCoverage: Sendable {
    /// In the order of phases and of the document.
    package private(set) var rules: [RuleCoverage]

    package struct RuleCoverage: Sendable {
        package let phase: PolicyPhase
        /// In the phase, from 0.
        package let number: Int
        package let name: String?
        package let position: SourcePosition
        /// Whether it has expressions that can come out either way.
        package let isConditional: Bool
        package fileprivate(set) var matches = 0
        package fileprivate(set) var misses = 0

        /// Outcomes that it can have: it runs, and with expressions also that it does not.
        package var branches: Int { self.isConditional ? 2 : 1 }
        package var coveredBranches: Int {
            (self.matches > 0 ? 1 : 0) + (self.isConditional && self.misses > 0 ? 1 : 0)
        }
    }

    init(_ policy: Policy) {
        self.rules = PolicyPhase.allCases.flatMap { phase in
            policy.rules(in: phase).enumerated().map { number, rule in
                RuleCoverage(
                    phase: phase,
                    number: number,
                    name: rule.name,
                    position: rule.position,
                    isConditional: !rule.isUnconditional
                )
            }
        }
    }

    mutating func count(_ steps: [PolicyRecord.Step]) {
        for step in steps {
            let index = self.rules.firstIndex { $0.phase == step.place.phase && $0.number == step.place.rule }
            guard let index else { continue }
            switch step.event {
            case .matched: self.rules[index].matches += 1
            case .unmatched: self.rules[index].misses += 1
            case .went, .ended: break
            }
        }
    }

    package var coveredRules: Int { self.rules.count { $0.matches > 0 } }
    package var branches: Int { self.rules.reduce(0) { $0 + $1.branches } }
    package var coveredBranches: Int { self.rules.reduce(0) { $0 + $1.coveredBranches } }
}
