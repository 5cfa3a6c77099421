/// `&&` and `||`: one that settles the answer counts, though the other fails.
final class LogicNode: BoolNode {
    let range: Range<Int>
    private let left: any Node
    private let right: any Node
    /// The truth value that settles the answer: `false` of `&&`, `true` of `||`.
    private let settling: Bool

    init(_ left: any Node, _ right: any Node, settling: Bool, at range: Range<Int>) {
        self.range = range
        self.left = left
        self.right = right
        self.settling = settling
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        do throws(EvaluationError) {
            if try self.left.evaluateBool(run) == self.settling { return self.settling }
        } catch {
            return try self.settle(run, after: error)
        }
        return try self.right.evaluateBool(run)
    }

    /// - Throws: the left side's error, unless the right one settles the answer or ends the run.
    @inline(never)
    private func settle(_ run: Evaluation, after failure: EvaluationError) throws(EvaluationError) -> Bool {
        guard failure.isAbsorbable else { throw failure }
        do throws(EvaluationError) {
            if try self.right.evaluateBool(run) == self.settling { return self.settling }
        } catch {
            throw error.isAbsorbable ? failure : error
        }
        throw failure
    }
}

final class NotNode: BoolNode {
    let range: Range<Int>
    private let operand: any Node

    init(_ operand: any Node, at range: Range<Int>) {
        self.range = range
        self.operand = operand
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        try !self.operand.evaluateBool(run)
    }
}

/// `condition ? then : otherwise`: only the branch that is chosen is evaluated.
final class ConditionalNode: Node {
    let range: Range<Int>
    private let condition: any Node
    private let then: any Node
    private let otherwise: any Node

    init(_ condition: any Node, then: any Node, otherwise: any Node, at range: Range<Int>) {
        self.range = range
        self.condition = condition
        self.then = then
        self.otherwise = otherwise
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        try self.condition.evaluateBool(run) ? self.then.evaluate(run) : self.otherwise.evaluate(run)
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        try self.condition.evaluateBool(run) ? self.then.evaluateBool(run) : self.otherwise.evaluateBool(run)
    }
}
