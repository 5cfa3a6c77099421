import Expression
import Model
import TrafficPolicy

/// Any value of an action's configuration, its texts compiled.
indirect enum CompiledValue: Sendable {
    case constant(Value)
    /// Keeps the type of its expression where it is one with nothing around it.
    case template(TemplateProgram)
    case list([CompiledValue])
    case object([(name: String, value: CompiledValue)])

    init(_ value: TemplateValue, _ place: ActionPlace) throws(PolicyProblem) {
        switch value {
        case .null: self = .constant(.null)
        case .bool(let value): self = .constant(.bool(value))
        case .integer(let value): self = .constant(.int(Int64(value)))
        case .number(let value): self = .constant(.double(value))
        case .template(let source):
            let template = try place.template(source)
            self = template.plainText.map { .constant(.string($0)) } ?? .template(template)
        case .list(let items):
            var compiled: [CompiledValue] = []
            for item in items { compiled.append(try CompiledValue(item, place)) }
            self = .list(compiled)
        case .object(let members):
            var compiled: [(name: String, value: CompiledValue)] = []
            for member in members { compiled.append((member.name, try CompiledValue(member.value, place))) }
            self = .object(compiled)
        }
    }

    /// The value for an exchange.
    ///
    /// - Throws: 2253 where an expression in it has none.
    func evaluate(on exchange: Exchange) throws(ActionError) -> Value {
        try self.evaluate(on: exchange) { (error: EvaluationError) throws(ActionError) -> Value in
            throw ActionError(
                .policyFieldExpression,
                "A value that this endpoint's policy needs is not there.",
                detail: error.reason.text
            )
        }
    }

    /// The value for an exchange; `fallback` says what stands for an expression that has none.
    func evaluate<Failure: Error>(
        on exchange: Exchange,
        or fallback: (EvaluationError) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        switch self {
        case .constant(let value): return value
        case .template(let template):
            let found: EvaluationError
            do throws(EvaluationError) {
                return try exchange.value(of: template)
            } catch {
                found = error
            }
            return try fallback(found)
        case .list(let items):
            var values: [Value] = []
            values.reserveCapacity(items.count)
            for item in items { values.append(try item.evaluate(on: exchange, or: fallback)) }
            return .list(values)
        case .object(let members):
            var values: [(name: String, value: Value)] = []
            values.reserveCapacity(members.count)
            for member in members {
                values.append((member.name, try member.value.evaluate(on: exchange, or: fallback)))
            }
            return .record(values)
        }
    }
}
