/// `+ - * / %`.
final class ArithmeticNode: Node {
    let range: Range<Int>
    private let left: any Node
    private let right: any Node
    private let operation: Operator

    init(_ operation: Operator, _ left: any Node, _ right: any Node, at range: Range<Int>) {
        self.range = range
        self.left = left
        self.right = right
        self.operation = operation
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let left = try self.left.evaluate(run)
        let right = try self.right.evaluate(run)
        do throws(EvaluationError) {
            return switch self.operation {
            case .add: try Arithmetic.add(left, right, run)
            case .subtract: try Arithmetic.subtract(left, right)
            case .multiply: try Arithmetic.multiply(left, right)
            case .divide: try Arithmetic.divide(left, right)
            default: try Arithmetic.modulo(left, right)
            }
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

final class NegationNode: Node {
    let range: Range<Int>
    private let operand: any Node

    init(_ operand: any Node, at range: Range<Int>) {
        self.range = range
        self.operand = operand
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let value = try self.operand.evaluate(run)
        do throws(EvaluationError) {
            return try Arithmetic.negate(value)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}
