/// A step of a plan. Nodes hold what they need, know no names, and are shared by all runs.
///
/// Each knows its place in the source, for the errors that it throws.
protocol Node: AnyObject, Sendable {
    var range: Range<Int> { get }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value

    /// The same for what must be a bool, without making a value of it.
    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool
}

extension Node {
    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        try self.bool(self.evaluate(run))
    }

    func bool(_ value: Value) throws(EvaluationError) -> Bool {
        guard case .bool(let bool) = value else {
            throw EvaluationError(
                .noSuchOverload("a bool is needed, not \(value.typeName.rawValue)"),
                at: self.range
            )
        }
        return bool
    }
}

/// A node that has no other value than a bool.
protocol BoolNode: Node {}

extension BoolNode {
    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        .bool(try self.evaluateBool(run))
    }
}

final class ConstantNode: Node {
    let range: Range<Int>
    let value: Value

    init(_ value: Value, at range: Range<Int>) {
        self.range = range
        self.value = value
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        self.value
    }
}

/// What fails whenever it is come to.
final class FailureNode: Node {
    let range: Range<Int>
    private let reason: EvaluationError.Reason

    init(_ reason: EvaluationError.Reason, at range: Range<Int>) {
        self.range = range
        self.reason = reason
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        throw EvaluationError(self.reason, at: self.range)
    }
}

/// A variable of the host.
final class VariableNode: Node {
    let range: Range<Int>
    let name: String
    let slot: Int
    private let mask: TypeMask
    private let absent: Value

    init(_ variable: VariableDeclaration, at range: Range<Int>) {
        self.range = range
        self.name = variable.name
        self.slot = variable.slot
        self.mask = TypeMask(variable.type)
        self.absent = variable.type.zeroValue
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        do throws(EvaluationError) {
            guard let value = try run.variables.value(inSlot: self.slot) else { return self.absent }
            guard self.mask.admits(value) else { throw self.mismatch(value) }
            return value
        } catch {
            throw error.placed(at: self.range)
        }
    }

    private func mismatch(_ value: Value) -> EvaluationError {
        EvaluationError(.host("'\(self.name)' is of another type than was declared: \(value.typeName.rawValue)"))
    }
}

/// `has(name)` of a declared name.
final class VariablePresenceNode: BoolNode {
    let range: Range<Int>
    private let slot: Int

    init(_ variable: VariableDeclaration, at range: Range<Int>) {
        self.range = range
        self.slot = variable.slot
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        do throws(EvaluationError) {
            return try run.variables.value(inSlot: self.slot) != nil
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

final class LocalNode: Node {
    let range: Range<Int>
    private let index: Int

    init(_ index: Int, at range: Range<Int>) {
        self.range = range
        self.index = index
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        run.local(self.index)
    }
}
