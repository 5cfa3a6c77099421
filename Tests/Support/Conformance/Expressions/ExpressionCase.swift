import Expression
import TestSupport

/// One published expression.
struct ExpressionCase {
    let id: String
    let json: JSONValue

    /// Nil when the expression does what it must; otherwise the expression, what it must do and what it did.
    func failure() -> String? {
        let run: ExpressionRun
        do {
            run = try ExpressionRun(self.json)
        } catch {
            return "the case can't be read: \(error)"
        }
        return run.failure().map { "\(run.source)\n    \($0)" }
    }
}

/// What a case asks for: all of it is read before anything is run.
private struct ExpressionRun {
    enum Expectation {
        case value(Value)
        /// Any failure, at any stage.
        case failure
    }

    let source: String
    private let declared: [String: ExpressionType]
    private let variables: [String: Value]
    private let isChecked: Bool
    private let expectation: Expectation

    init(_ json: JSONValue) throws {
        let members = try json.members(
            of: "the case",
            required: ["id", "expr", "expect"],
            optional: ["declare", "vars", "unchecked"]
        )
        self.source = try json.requiredString("expr")
        self.declared = try Self.table(members["declare"], "declare") { text in
            guard let text = text.string else { throw MalformedCase(field: "declare") }
            return try ExpressionType(parsing: text)
        }
        self.variables = try Self.table(members["vars"], "vars") { try Value(vector: $0) }
        switch members["unchecked"] {
        case nil: self.isChecked = true
        case .bool(let isUnchecked): self.isChecked = !isUnchecked
        default: throw MalformedCase(field: "unchecked")
        }
        self.expectation = try Self.expectation(members["expect"])
    }

    private static func table<Entry>(
        _ json: JSONValue?,
        _ field: String,
        _ read: (JSONValue) throws -> Entry
    ) throws -> [String: Entry] {
        guard let json else { return [:] }
        guard let members = json.object else { throw MalformedCase(field: field) }
        return try members.mapValues(read)
    }

    private static func expectation(_ json: JSONValue?) throws -> Expectation {
        let members = try json?.members(of: "\"expect\"", required: [], optional: ["value", "error"])
        switch (members?["value"], members?["error"]) {
        case (let value?, nil): return .value(try Value(vector: value))
        case (nil, .array?): return .failure
        default: throw MalformedCase(field: "expect")
        }
    }
}

// MARK: - Running

extension ExpressionRun {
    /// Nil when the expression does what it must, with constants worked out beforehand and without.
    func failure() -> String? {
        for foldsConstants in [true, false] {
            let found = self.outcome(foldsConstants: foldsConstants)
            switch (self.expectation, found) {
            case (.value(let wanted), .success(let value)) where value.isSame(as: wanted): continue
            case (.failure, .failure): continue
            case (.value(let wanted), .success(let value)): return "\(value) instead of \(wanted)"
            case (.value(let wanted), .failure(let error)): return "\(error) instead of \(wanted)"
            case (.failure, .success(let value)): return "\(value) instead of an error"
            }
        }
        return nil
    }

    private func outcome(foldsConstants: Bool) -> Result<Value, any Error> {
        Result {
            let names = Set(self.declared.keys).union(self.variables.keys).sorted()
            let environment = Environment(
                variables: names.enumerated().map { slot, name in
                    VariableDeclaration(name, self.declared[name] ?? .dyn, slot: slot)
                }
            )
            var options = CompilingOptions()
            options.isChecked = self.isChecked
            options.foldsConstants = foldsConstants
            let program = try environment.compile(self.source, options: options)
            return try program.evaluate(CaseVariables(names.map { self.variables[$0] }))
        }
    }
}

/// The variables of one case; nil for one that is declared and not given.
private final class CaseVariables: Variables {
    private let values: [Value?]

    init(_ values: [Value?]) {
        self.values = values
    }

    func value(inSlot slot: Int) throws(EvaluationError) -> Value? { self.values[slot] }
}
