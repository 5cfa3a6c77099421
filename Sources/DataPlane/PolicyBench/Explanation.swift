import PolicyEngine
package import TrafficPolicy

/// How a policy came to its answer, for people: each rule in order, what its expressions and their parts came to when it was
/// reached, and what its actions did.
package struct Explanation: Sendable {
    package let text: String
    package let outcome: CaseOutcome
}

extension PolicyBench {
    /// Runs a case and tells of every step.
    package func explain(_ policyCase: PolicyCase, in suite: PolicySuite) throws(SuiteFailure) -> Explanation {
        let writer = ExplanationWriter(bench: self)
        let outcome = try self.outcome(of: policyCase, in: suite) { exchange, step in writer.write(step, of: exchange) }
        writer.end(with: outcome)
        return Explanation(text: writer.text, outcome: outcome)
    }
}

private final class ExplanationWriter {
    private(set) var text = ""
    private let bench: PolicyBench
    private var phase: PolicyPhase?

    init(bench: PolicyBench) {
        self.bench = bench
    }

    func write(_ step: PolicyRecord.Step, of exchange: Exchange) {
        guard let rule = self.bench.rule(at: step.place) else { return }
        if self.phase != step.place.phase {
            self.phase = step.place.phase
            self.text += "\(step.place.phase.rawValue)\n"
        }
        switch step.event {
        case .matched:
            self.title(step.place, rule, rule.expressions.isEmpty ? "runs always" : "runs")
            self.expressions(rule.expressions, in: step.place.phase, of: exchange)
        case .unmatched(let expression, let isError):
            self.title(step.place, rule, isError ? "does not run: an expression has no value" : "does not run")
            self.expressions(Array(rule.expressions.prefix(expression + 1)), in: step.place.phase, of: exchange)
        case .went: self.action(step.place, rule, "done")
        case .ended: self.action(step.place, rule, "ends the phase")
        }
    }

    func end(with outcome: CaseOutcome) {
        for problem in outcome.problems { self.text += "on the way: \(self.bench.line(for: problem))\n" }
        if let request = outcome.forwarded {
            self.text += "forwarded: \(request.method) \(request.target)\n"
            for header in request.headers { self.text += "    \(header.name): \(header.value)\n" }
        }
        let code = outcome.code.map { " (ERR_NGROK_\($0))" } ?? ""
        let status = outcome.status.map { " with status \($0)" } ?? ""
        self.text += "answered by \(outcome.party.words)\(status)\(code)\n"
        for header in outcome.headers { self.text += "    \(header.name): \(header.value)\n" }
    }

    private func title(_ place: PolicyRecord.Place, _ rule: Rule, _ words: String) {
        let name = rule.name.map { " \"\($0)\"" } ?? ""
        self.text += "  rule \(place.rule + 1)\(name) in line \(rule.position.line): \(words)\n"
    }

    private func expressions(_ expressions: [RuleExpression], in phase: PolicyPhase, of exchange: Exchange) {
        for case .source(let source) in expressions {
            for part in ExplainedExpression(source.text, in: phase).parts(on: exchange) {
                let indent = String(repeating: "  ", count: part.depth + 2)
                self.text += "\(indent)\(part.text)  →  \(part.value)\n"
            }
        }
    }

    private func action(_ place: PolicyRecord.Place, _ rule: Rule, _ words: String) {
        guard let index = place.action, rule.actions.indices.contains(index) else { return }
        let action = rule.actions[index]
        self.text += "    action \(action.type.rawValue) in line \(action.position.line): \(words)\n"
    }
}
