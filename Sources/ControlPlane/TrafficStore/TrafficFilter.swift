internal import Addressing
package import Capture
package import Expression
internal import Foundation
internal import Model

/// A condition on captured exchanges: an expression over `ev`, with the names that events of traffic have
/// (`spec/observability.md` 2.1), as far as exchanges have them, or over `obj`, with those of the API's answers.
package struct TrafficFilter: Sendable {
    private let program: Program

    /// - Throws: what is wrong with the expression.
    package init(_ source: String) throws(Diagnostics) {
        guard source.utf8.count <= Self.limits.sourceBytes else {
            throw Diagnostics(Diagnostic("it has more than \(Self.limits.sourceBytes) bytes", at: 0..<0))
        }
        let environment = Environment(variables: Self.declarations, limits: Self.limits)
        self.program = try environment.compileCondition(source)
    }

    /// What expressions may speak of, in the order of the documentation.
    package static var names: [String] { Self.variables.map(\.name) }

    private static let limits: ExpressionLimits = {
        var limits = ExpressionLimits()
        limits.sourceBytes = 4096
        limits.depth = 50
        limits.steps = 20_000
        limits.wallClock = .milliseconds(5)
        return limits
    }()

    private static let declarations = Self.variables.enumerated().map { slot, variable in
        VariableDeclaration(variable.name, variable.type, slot: slot)
    }

    private struct Variable: Sendable {
        let name: String
        let type: ExpressionType
        let read: @Sendable (TrafficFacts) -> Value?
    }

    private static func text(_ name: String, _ read: @escaping @Sendable (TrafficFacts) -> String) -> Variable {
        Variable(name: name, type: .string) { .string(read($0)) }
    }

    private static func number(_ name: String, _ read: @escaping @Sendable (TrafficFacts) -> Int?) -> Variable {
        Variable(name: name, type: .int) { read($0).map { .int(Int64($0)) } }
    }

    private static let variables = Self.ofEvents + Self.ofAnswers

    private static let ofEvents: [Variable] = [
        Self.text("ev.conn.client_ip") { $0.client.map { "\($0)" } ?? "" },
        Self.text("ev.http.request.method") { $0.method.lowercased() },
        Self.text("ev.http.request.url.scheme", \.scheme),
        Self.text("ev.http.request.url.host", \.host),
        Self.text("ev.http.request.url.path", \.path),
        Self.text("ev.http.request.url.query", \.query),
        Self.text("ev.http.request.url.raw") { facts in
            "\(facts.scheme)://\(facts.host)\(facts.path)\(facts.query.isEmpty ? "" : "?\(facts.query)")"
        },
        Self.text("ev.http.request.user_agent", \.userAgent),
        Self.number("ev.http.request.body_length", \.requestBytes),
        Self.number("ev.http.response.status_code", \.status),
        Self.number("ev.http.response.body_length", \.responseBytes),
        Self.text("ev.request_id", \.id),
        Self.text("ev.endpoint", \.endpoint),
        Self.text("ev.error_code", \.errorCode),
        Self.number("ev.duration_us") { Int($0.microseconds) },
    ]

    private static let ofAnswers: [Variable] = [
        Self.text("obj.id", \.id),
        Self.text("obj.endpoint_id", \.endpointID.text),
        Self.text("obj.endpoint_url", \.endpoint),
        Variable(name: "obj.started_at", type: .timestamp) { facts in
            .timestamp(Timestamp(nanosecondsSince1970: facts.nanosecondsSince1970))
        },
        Self.number("obj.duration_us") { Int($0.microseconds) },
        Self.text("obj.method", \.method),
        Self.text("obj.scheme", \.scheme),
        Self.text("obj.host", \.host),
        Self.text("obj.path", \.path),
        Self.text("obj.query", \.query),
        Self.text("obj.user_agent", \.userAgent),
        Self.number("obj.status", \.status),
        Self.text("obj.error_code", \.errorCode),
        Self.text("obj.client_ip") { $0.client.map { "\($0)" } ?? "" },
        Self.text("obj.country", \.country),
        Self.number("obj.request_bytes", \.requestBytes),
        Self.number("obj.response_bytes", \.responseBytes),
        Self.text("obj.answered_by", \.answerer.rawValue),
        Self.text("obj.replay_of", \.original),
        Variable(name: "obj.is_full", type: .bool) { .bool($0.isFull) },
    ]

    /// Asks the filter about one exchange after the other; used by one who asks at a time.
    final class Matcher {
        private final class Facts: Variables {
            var facts: TrafficFacts?

            func value(inSlot slot: Int) throws(EvaluationError) -> Value? {
                self.facts.flatMap { TrafficFilter.variables[slot].read($0) }
            }
        }

        private let filter: TrafficFilter
        private let variables = Facts()
        private let evaluation: Evaluation

        init(_ filter: TrafficFilter) {
            self.filter = filter
            self.evaluation = Evaluation(variables: self.variables, limits: TrafficFilter.limits)
        }

        /// What the filter has no answer to does not match.
        func matches(_ facts: TrafficFacts) -> Bool {
            self.variables.facts = facts
            defer { self.variables.facts = nil }
            return (try? self.filter.program.evaluateBool(in: self.evaluation)) ?? false
        }
    }

    /// Whether one exchange is what the filter wants.
    package func matches(_ facts: TrafficFacts) -> Bool { Matcher(self).matches(facts) }
}
