/// `==` and `!=`.
final class EqualityNode: BoolNode {
    let range: Range<Int>
    private let left: any Node
    private let right: any Node
    private let isNegated: Bool

    init(_ left: any Node, _ right: any Node, isNegated: Bool, at range: Range<Int>) {
        self.range = range
        self.left = left
        self.right = right
        self.isNegated = isNegated
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        let left = try self.left.evaluate(run)
        let right = try self.right.evaluate(run)
        do throws(EvaluationError) {
            return try left.equals(right, run) != self.isNegated
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

/// `==` and `!=` with a string that is a constant.
final class TextEqualityNode: BoolNode {
    let range: Range<Int>
    private let operand: any Node
    private let text: String
    private let isNegated: Bool

    init(_ operand: any Node, _ text: String, isNegated: Bool, at range: Range<Int>) {
        self.range = range
        self.operand = operand
        self.text = text
        self.isNegated = isNegated
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        guard case .string(let text) = try self.operand.evaluate(run) else { return self.isNegated }
        return StringOrder.areEqual(text, self.text) != self.isNegated
    }
}

/// `<` and its kin.
final class OrderNode: BoolNode {
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

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        let left = try self.left.evaluate(run)
        let right = try self.right.evaluate(run)
        let order: ValueOrder?
        do throws(EvaluationError) {
            order = try left.order(to: right)
        } catch {
            throw error.placed(at: self.range)
        }
        // Nothing is less than NaN, greater or equal.
        guard let order else { return false }
        return switch self.operation {
        case .less: order == .before
        case .lessOrEqual: order != .behind
        case .greater: order == .behind
        default: order != .before
        }
    }
}

/// `element in container`.
final class ContainedNode: BoolNode {
    let range: Range<Int>
    private let element: any Node
    private let container: any Node

    init(_ element: any Node, in container: any Node, at range: Range<Int>) {
        self.range = range
        self.element = element
        self.container = container
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        let element = try self.element.evaluate(run)
        let container = try self.container.evaluate(run)
        do throws(EvaluationError) {
            return try Arithmetic.contains(container, element, run)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

/// `element in [...]` with a list of many constants: takes as long for a thousand as for ten.
final class ContainedInConstantsNode: BoolNode {
    /// Where looking at each is faster than hashing the one that is sought.
    private static let fewElements = 8

    let range: Range<Int>
    private let element: any Node
    private let constants: Set<MapKey>

    /// Nil where the constants are few, or not all of them can be keys of maps, which know equality as `==` does.
    init?(_ element: any Node, in constants: [Value], at range: Range<Int>) {
        let keys = constants.compactMap(MapKey.init)
        guard constants.count > Self.fewElements, keys.count == constants.count else { return nil }
        self.range = range
        self.element = element
        self.constants = Set(keys)
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        guard let key = MapKey(try self.element.evaluate(run)) else { return false }
        return self.constants.contains(key)
    }
}
