import Foundation
import LinearRegex
import Model
import PolicyEngine
package import TrafficPolicy

extension CaseExpectation {
    /// Where an outcome differs, a line each; empty where all is as expected. The expectation names rules of `policy`.
    package func differences(from outcome: CaseOutcome, of policy: Policy) -> [String] {
        var found: [String] = []
        if let party, party != outcome.party { found.append("answered by \(outcome.party.words), not \(party.words)") }
        if let status, status != outcome.status {
            found.append("status \(outcome.status.map(String.init) ?? "none"), not \(status)")
        }
        if let code, code != outcome.code {
            found.append("code \(outcome.code.map(String.init) ?? "none"), not \(code)")
        }
        found += Self.differences(self.headers, outcome.headers, "header")
        if let body, let words = body.difference(from: [outcome.body]) { found.append("the body \(words)") }
        found += self.differences(of: outcome.forwarded)
        if let rule {
            let name = outcome.endingRule.map { policy.rules(in: $0.phase)[$0.rule].name ?? "a rule without name" }
            if name != rule { found.append("ended by \(name.map { "\"\($0)\"" } ?? "no rule"), not \"\(rule)\"") }
        }
        return found + self.logDifferences(outcome.logs)
    }

    private func differences(of request: CaseOutcome.Forwarded?) -> [String] {
        guard let forwarded else { return [] }
        guard let request else { return ["the request did not go on"] }
        var found: [String] = []
        if let method = forwarded.method, method != request.method {
            found.append("forwarded as \(request.method), not \(method)")
        }
        if let target = forwarded.target, let words = target.difference(from: [request.target]) {
            found.append("the forwarded URL \(words)")
        }
        found += Self.differences(forwarded.headers, request.headers, "forwarded header")
        if let body = forwarded.body, let words = body.difference(from: [request.body]) {
            found.append("the forwarded body \(words)")
        }
        return found
    }

    private static func differences(
        _ expected: [String: TextExpectation],
        _ headers: [CaseHeader],
        _ noun: String
    ) -> [String] {
        expected.sorted { $0.key < $1.key }.compactMap { name, text in
            let values = headers.filter { $0.name == name }.map(\.value)
            return text.difference(from: values).map { "the \(noun) \(name) \($0)" }
        }
    }

    /// Each expected entry must be part of one that was logged, in the same order.
    private func logDifferences(_ logged: [String]) -> [String] {
        var rest = logged[...]
        for entry in self.logs {
            guard let index = rest.firstIndex(where: { JSONPart(entry.json(.revealed)).isPart(of: JSONPart($0)) })
            else {
                let shown = logged.isEmpty ? "nothing" : logged.joined(separator: ", ")
                return ["logged \(shown), not \(entry.json(.revealed))"]
            }
            rest = rest[(index + 1)...]
        }
        return []
    }
}

extension CaseExpectation.Party {
    /// For people.
    package var words: String {
        switch self {
        case .upstream: "the upstream"
        case .policy: "the policy"
        case .endpoint(let url): url
        case .error: "an error"
        case .nobody: "nobody"
        }
    }
}

extension TextExpectation {
    /// How values differ from what is expected, to be read behind their name; nil where one of them is as it should be.
    func difference(from values: [String]) -> String? {
        let shown = values.isEmpty ? "is absent" : "is \(values.map { "\"\($0)\"" }.joined(separator: ", "))"
        switch self {
        case .absent: return values.isEmpty ? nil : "\(shown), and should be absent"
        case .equal(let text):
            return values.contains { $0.utf8.elementsEqual(text.utf8) } ? nil : "\(shown), not \"\(text)\""
        case .containing(let part):
            return values.contains { $0.contains(part) } ? nil : "\(shown), without \"\(part)\""
        case .matching(let pattern):
            guard let regex = try? LinearRegex(pattern) else { return "has a pattern that cannot be read" }
            return values.contains { regex.matches($0) } ? nil : "\(shown), which does not match \(pattern)"
        }
    }
}

/// A JSON value, to see whether it is part of another.
private struct JSONPart {
    private let value: Any?

    init(_ json: String) {
        self.init(value: try? JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed))
    }

    private init(value: Any?) {
        self.value = value
    }

    /// Members of objects may be missing; everything else is equal.
    func isPart(of other: JSONPart) -> Bool {
        switch (self.value, other.value) {
        case (let part as [String: Any], let whole as [String: Any]):
            part.allSatisfy { name, value in
                whole[name].map { JSONPart(value: value).isPart(of: JSONPart(value: $0)) } ?? false
            }
        case (let part as [Any], let whole as [Any]):
            part.count == whole.count
                && zip(part, whole).allSatisfy { JSONPart(value: $0).isPart(of: JSONPart(value: $1)) }
        case (let part as NSObject, let whole as NSObject): part == whole
        default: false
        }
    }
}
