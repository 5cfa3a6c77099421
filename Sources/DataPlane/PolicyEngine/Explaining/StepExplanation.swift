import Expression
package import TrafficPolicy

/// A step of a policy, for people: what was decided, by what, and what that looked at.
package struct StepExplanation: Sendable {
    package let step: PolicyRecord.Step
    /// Nil where the rule has none.
    package let ruleName: String?
    /// The expressions that were looked at, joined by "and"; empty for a step of an action, or of a rule without any.
    package let expression: String
    /// What they looked at, and its value at that moment.
    package let sights: [(name: String, value: String)]
    package let actionType: ActionType?
}

extension Exchange {
    /// Explains a step, when it is made (``onStep``). Values that have more than `valueBytes` are cut.
    package func explanation(of step: PolicyRecord.Step, valueBytes: Int) -> StepExplanation? {
        let rules = self.program.rules(in: step.place.phase)
        guard rules.indices.contains(step.place.rule) else { return nil }
        let rule = rules[step.place.rule]
        let looked: Range<Int> =
            switch step.event {
            case .matched: 0..<rule.sources.count
            // Those before it were true.
            case .unmatched(let expression, _):
                min(expression, rule.sources.count)..<min(expression + 1, rule.sources.count)
            case .went, .ended: 0..<0
            }
        var sights: [(name: String, value: String)] = []
        if !looked.isEmpty {
            for sight in self.loop.sights.of(rule, in: step.place.phase)[looked].joined() {
                guard sights.count < RuleSights.mostSights else { break }
                guard !sights.contains(where: { $0.name == sight.text }) else { continue }
                sights.append((sight.text, self.value(of: sight, bytes: valueBytes)))
            }
        }
        let type = step.place.action.flatMap { rule.types.indices.contains($0) ? rule.types[$0] : nil }
        return StepExplanation(
            step: step,
            ruleName: rule.name,
            expression: rule.sources[looked].joined(separator: " and "),
            sights: sights,
            actionType: type
        )
    }

    private func value(of sight: RuleSights.Sight, bytes: Int) -> String {
        do {
            let text = try self.text(of: sight.program)
            guard text.utf8.count > bytes else { return text }
            // A character that the cut goes through becomes U+FFFD.
            return String(decoding: text.utf8.prefix(bytes), as: UTF8.self) + "…"
        } catch {
            return "no value: \(error.reason.text)"
        }
    }
}
