/// `operand[index]` and `operand[?index]`.
final class IndexNode: Node {
    let range: Range<Int>
    private let operand: any Node
    private let index: any Node
    private let isOptional: Bool

    init(_ operand: any Node, _ index: any Node, isOptional: Bool, at range: Range<Int>) {
        self.range = range
        self.operand = operand
        self.index = index
        self.isOptional = isOptional
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let operand = try self.operand.evaluate(run)
        let index = try self.index.evaluate(run)
        do throws(EvaluationError) {
            return self.isOptional
                ? try Access.optionalElement(of: operand, index) : try Access.element(of: operand, index)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

/// `operand[key]` with a key that is a constant.
final class ElementNode: Node {
    let range: Range<Int>
    private let operand: any Node
    private let key: Value

    init(_ operand: any Node, _ key: Value, at range: Range<Int>) {
        self.range = range
        self.operand = operand
        self.key = key
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let operand = try self.operand.evaluate(run)
        do throws(EvaluationError) {
            return try Access.element(of: operand, self.key)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

/// `operand.name` and `operand.?name`.
final class MemberNode: Node {
    let range: Range<Int>
    private let operand: any Node
    private let name: Value
    private let isOptional: Bool

    init(_ operand: any Node, _ name: String, isOptional: Bool, at range: Range<Int>) {
        self.range = range
        self.operand = operand
        self.name = .string(name)
        self.isOptional = isOptional
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let operand = try self.operand.evaluate(run)
        do throws(EvaluationError) {
            return self.isOptional
                ? try Access.optionalMember(of: operand, self.name) : try Access.member(of: operand, self.name)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

/// `has(operand.name)`.
final class MemberPresenceNode: BoolNode {
    let range: Range<Int>
    private let operand: any Node
    private let name: Value

    init(_ operand: any Node, _ name: String, at range: Range<Int>) {
        self.range = range
        self.operand = operand
        self.name = .string(name)
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        let operand = try self.operand.evaluate(run)
        do throws(EvaluationError) {
            return try Access.hasMember(operand, self.name)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

/// `has(operand[key])`.
final class ElementPresenceNode: BoolNode {
    let range: Range<Int>
    private let operand: any Node
    private let key: any Node

    init(_ operand: any Node, _ key: any Node, at range: Range<Int>) {
        self.range = range
        self.operand = operand
        self.key = key
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        let operand = try self.operand.evaluate(run)
        let key = try self.key.evaluate(run)
        do throws(EvaluationError) {
            return try Access.hasElement(operand, key)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}
