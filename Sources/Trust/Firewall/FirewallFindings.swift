/// What a firewall's rules say of an exchange.
package struct FirewallFindings: Sendable, Hashable {
    /// A rule that gave a score.
    package struct Match: Sendable, Hashable {
        package let id: Int
        package let message: String
        package let severity: Severity
        /// What matched, as the rule tells it; comes from outside.
        package let data: String
    }

    /// How much a rule's match says.
    package enum Severity: Int, Sendable, Hashable, CaseIterable {
        case emergency, alert, critical, error, warning, notice, info, debug

        package var name: String { "\(self)" }

        /// Whether rules of this severity add to the score of an exchange.
        var scores: Bool { (Self.critical...Self.notice).contains(self) }
    }

    package let score: Int
    /// From which score on the exchange is denied.
    package let threshold: Int
    /// Each rule once, in the order in which they matched.
    package let matches: [Match]
    /// Whether a rule wants the exchange stopped whatever its score is.
    package let isStopped: Bool

    package var isDenied: Bool { self.isStopped || self.score >= self.threshold }
}

extension FirewallFindings {
    /// The rule that stands for all that could not be looked at, with the number that everyone gives it who sets up the engine.
    package static let incompleteRule = 200_005

    /// The same where not every rule could be run to its end: who sends what makes rules go astray is told no more than others,
    /// and it counts as one critical rule.
    var incomplete: FirewallFindings {
        FirewallFindings(
            score: self.score + 5,
            threshold: self.threshold,
            matches: self.matches + [
                Match(
                    id: Self.incompleteRule,
                    message: "Rules could not be run to their end in the steps and the time that they have",
                    severity: .critical,
                    data: ""
                )
            ],
            isStopped: self.isStopped
        )
    }
}

extension FirewallFindings.Severity: Comparable {
    package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}
