import Capture
import Model
import TrafficPolicy

/// How a request fares under two policies, in words.
struct OutcomeComparison {
    /// What is otherwise, in one line; nil for nothing.
    let change: String?
    /// The rule that decides about it.
    let rule: String

    init(before: RehearsedPolicy.Outcome, after: RehearsedPolicy.Outcome, _ exchange: TrafficExchange) {
        let isServiceKnown = exchange.facts.answerer == .upstream
        let old = Self.answer(before.outcome, isServiceKnown)
        let new = Self.answer(after.outcome, isServiceKnown)
        var parts: [String] = []
        if old != new {
            parts.append("\(old) becomes \(new)")
        } else {
            parts += Self.differences(before.outcome.forwarded, after.outcome.forwarded)
            parts += Self.differences(before.outcome.headers, after.outcome.headers, of: "answer")
            if before.outcome.party != .upstream || isServiceKnown, before.outcome.body != after.outcome.body {
                parts.append("the body of the answer is another")
            }
        }
        self.change = parts.isEmpty ? nil : parts.prefix(4).joined(separator: "; ")
        // Where the draft has no say any more, it is what had.
        let isDraftSilent = after.rule == nil || (before.rule != nil && after.outcome.party == .upstream && old != new)
        self.rule = isDraftSilent ? before.rule.map { "attached: \($0)" } ?? after.rule ?? "" : after.rule ?? ""
    }

    private static func answer(_ outcome: CaseOutcome, _ isServiceKnown: Bool) -> String {
        let status = outcome.status.map { "status \($0)" } ?? "no answer"
        switch outcome.party {
        case .upstream: return isServiceKnown ? "\(status) of the service" : "the answer of the service"
        case .policy: return "\(status) of the policy"
        case .endpoint(let url): return "the answer of \(url)"
        case .error: return "\(status) with \(outcome.code.map { "ERR_PORTICO_\($0)" } ?? "an error")"
        case .nobody: return "no answer"
        }
    }

    private static func differences(_ old: CaseOutcome.Forwarded?, _ new: CaseOutcome.Forwarded?) -> [String] {
        guard let old, let new else { return [] }
        var parts: [String] = []
        if old.method != new.method { parts.append("the method \(old.method) goes on as \(new.method)") }
        if old.target != new.target { parts.append("the URL goes on as another") }
        parts += Self.differences(old.headers, new.headers, of: "request")
        if old.body != new.body { parts.append("the body of the request goes on as another") }
        return parts
    }

    private static func differences(_ old: [CaseHeader], _ new: [CaseHeader], of message: String) -> [String] {
        let names = Set(old.map(\.name)).union(new.map(\.name)).sorted()
        return names.compactMap { name in
            let before = old.filter { $0.name == name }.map(\.value)
            let after = new.filter { $0.name == name }.map(\.value)
            guard before != after else { return nil }
            if before.isEmpty { return "the header \(name) is added to the \(message)" }
            if after.isEmpty { return "the header \(name) is taken from the \(message)" }
            return "the header \(name) of the \(message) is another"
        }
    }
}
