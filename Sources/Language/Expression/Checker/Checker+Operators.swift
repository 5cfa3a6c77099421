// Operators and indexes.
extension Checker {
    mutating func checkOperation(
        _ operation: Operator,
        _ call: SyntaxNode.Call,
        at range: Range<Int>
    ) -> CheckedNode {
        let operands = ((call.target.map { [$0] } ?? []) + call.arguments).map { self.check($0) }
        let kind = CheckedNode.Kind.operation(operation, operands)
        let types = operands.map(\.type)
        guard let type = operation.result(for: types) else {
            let taken = types.map(\.text).joined(separator: " and ")
            let conversion =
                types.count == 2 && types.allSatisfy(\.isNumeric) ? "; convert one of them, as in double(x)" : ""
            self.report("'\(operation.sign)' doesn't take \(taken)\(conversion)", at: call.nameRange)
            return CheckedNode(kind, .dyn, at: range)
        }
        return CheckedNode(kind, type, at: range)
    }

    mutating func checkIndex(
        _ operand: SyntaxNode,
        _ index: SyntaxNode,
        isOptional: Bool,
        at range: Range<Int>
    ) -> CheckedNode {
        let operand = self.check(operand)
        let index = self.check(index)
        let element = self.elementType(of: operand.type, at: index)
        if element == nil {
            self.report("\(operand.type.text) has no elements by \(index.type.text)", at: index.range)
        }
        let type = element ?? .dyn
        return CheckedNode(
            .index(operand, index, isOptional: isOptional),
            isOptional ? .optional(type.withoutOptional) : type,
            at: range
        )
    }

    /// Nil where a value of the type has no elements by such an index.
    private func elementType(of type: ExpressionType, at index: CheckedNode) -> ExpressionType? {
        switch type {
        case .dyn, .parameter: return .dyn
        case .list(let element): return index.type.isNumeric || index.type.isDyn ? element : nil
        case .map(let key, let value): return key.isComparable(with: index.type) ? value : nil
        case .record(let record):
            guard case .constant(.string(let name)) = index.kind else {
                return index.type.isComparable(with: .string) ? .dyn : nil
            }
            return record.members[name]
        case .optional(let wrapped):
            return self.elementType(of: wrapped, at: index).map { .optional($0.withoutOptional) }
        default: return nil
        }
    }
}

extension Operator {
    /// The type of what the operator makes of such operands; nil where it takes none such.
    func result(for types: [ExpressionType]) -> ExpressionType? {
        if types.count == 1 { return self.result(for: types[0]) }
        guard types.count == 2 else { return nil }
        let (left, right) = (types[0], types[1])
        switch self {
        case .equal, .notEqual: return left.isComparable(with: right) ? .bool : nil
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return left.isOrdered(with: right) ? .bool : nil
        case .contained: return Self.isContainable(left, in: right) ? .bool : nil
        case .add: return Self.sum(left, right)
        case .subtract: return Self.difference(left, right)
        case .multiply, .divide: return Self.same(left, right, among: [.int, .uint, .double])
        case .modulo: return Self.same(left, right, among: [.int, .uint])
        case .negate, .not: return nil
        }
    }

    private func result(for type: ExpressionType) -> ExpressionType? {
        switch (self, type) {
        case (.negate, .int), (.negate, .double), (.negate, .dyn): type
        case (.not, .bool), (.not, .dyn): .bool
        default: nil
        }
    }

    private static func isContainable(_ element: ExpressionType, in container: ExpressionType) -> Bool {
        switch container {
        case .dyn: true
        case .list(let own), .map(let own, _): element.isComparable(with: own)
        case .record: element.isComparable(with: .string)
        default: false
        }
    }

    private static func sum(_ left: ExpressionType, _ right: ExpressionType) -> ExpressionType? {
        switch (left, right) {
        case (.list(let one), .list(let other)): .list(one.joined(with: other))
        case (.list, .dyn), (.dyn, .list): .list(.dyn)
        case (.timestamp, .duration), (.duration, .timestamp): .timestamp
        case (.timestamp, .dyn), (.dyn, .timestamp): .timestamp
        case (.duration, .duration): .duration
        case (.duration, .dyn), (.dyn, .duration): .dyn
        default: self.same(left, right, among: [.int, .uint, .double, .string, .bytes])
        }
    }

    private static func difference(_ left: ExpressionType, _ right: ExpressionType) -> ExpressionType? {
        switch (left, right) {
        case (.timestamp, .timestamp), (.duration, .duration), (.duration, .dyn): .duration
        case (.timestamp, .duration), (.dyn, .timestamp): left.isDyn ? .duration : .timestamp
        case (.timestamp, .dyn), (.dyn, .duration): .dyn
        default: self.same(left, right, among: [.int, .uint, .double])
        }
    }

    private static func same(
        _ left: ExpressionType,
        _ right: ExpressionType,
        among types: Set<ExpressionType>
    ) -> ExpressionType? {
        if left.isDyn { return right.isDyn || types.contains(right) ? right : nil }
        return (right.isDyn || left == right) && types.contains(left) ? left : nil
    }
}
