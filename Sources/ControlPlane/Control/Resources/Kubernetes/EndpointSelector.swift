import APITypes
import Expression
import JSON
import Model

/// An expression over `endpoint` that is true of those that an operator binds.
struct EndpointSelector: Sendable {
    private static let limits: ExpressionLimits = {
        var limits = ExpressionLimits()
        limits.sourceBytes = 2048
        limits.depth = 50
        limits.steps = 10_000
        return limits
    }()

    private let program: Program

    /// - Throws: `operatorSelector`.
    init(_ source: String) throws(Failure) {
        let variable = VariableDeclaration("endpoint", .dyn, slot: 0)
        do throws(Diagnostics) {
            guard source.utf8.count <= Self.limits.sourceBytes else {
                throw Diagnostics(Diagnostic("it has more than \(Self.limits.sourceBytes) bytes", at: 0..<0))
            }
            let program = try Environment(variables: [variable], limits: Self.limits).compile(try Parser.parse(source))
            guard program.resultType == .bool || program.resultType == .dyn else {
                throw Diagnostics(Diagnostic("it must be true or false", at: 0..<source.utf8.count))
            }
            self.program = program
        } catch {
            let first = error.all[0]
            throw Failure(
                .operatorSelector,
                "A selector is wrong: \(first.summary) (at byte \(first.range.lowerBound)).",
                cause: error
            )
        }
    }

    /// Whether it is true of an endpoint as answers show it; what cannot be said of it is not true.
    func matches(_ endpoint: JSONObject) -> Bool {
        let value = ResourceShape.value(of: .object(endpoint))
        return (try? self.program.evaluateBool(SelectorVariables(endpoint: value))) ?? false
    }
}

private final class SelectorVariables: Variables {
    private let endpoint: Value

    init(endpoint: Value) {
        self.endpoint = endpoint
    }

    func value(inSlot slot: Int) throws(EvaluationError) -> Value? { self.endpoint }
}
