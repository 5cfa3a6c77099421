// Macros that run over a list or a map.
extension Checker {
    mutating func checkComprehension(_ node: SyntaxNode.Comprehension, at range: Range<Int>) -> CheckedNode {
        let source = self.check(node.range)
        let types = self.elementTypes(of: source, hasTwo: node.secondVariable != nil)
        var locals = [Local(name: node.variable, type: types.first)]
        if let second = node.secondVariable { locals.append(Local(name: second, type: types.second)) }
        let index = self.scope.count
        let (predicate, transform) = self.within(locals) { checker in
            (node.predicate.map { checker.checkBool($0) }, node.transform.map { checker.check($0) })
        }
        let comprehension = CheckedNode.Comprehension(
            form: node.form,
            range: source,
            local: index,
            secondLocal: node.secondVariable == nil ? nil : index + 1,
            predicate: predicate,
            transform: transform
        )
        let type = self.resultType(of: comprehension, first: types.first)
        return CheckedNode(.comprehension(comprehension), type, at: range)
    }

    private mutating func elementTypes(
        of source: CheckedNode,
        hasTwo: Bool
    ) -> (first: ExpressionType, second: ExpressionType) {
        switch source.type {
        case .list(let element): return hasTwo ? (.int, element) : (element, .dyn)
        case .map(let key, let value): return (key, value)
        case .record: return (.string, .dyn)
        case .dyn: break
        default: self.report("a list or a map is expected here, not \(source.type.text)", at: source.range)
        }
        return (.dyn, .dyn)
    }

    private mutating func resultType(
        of comprehension: CheckedNode.Comprehension,
        first: ExpressionType
    ) -> ExpressionType {
        let made = comprehension.transform?.type ?? .dyn
        switch comprehension.form {
        case .all, .exists, .existsOne: return .bool
        case .filter: return .list(first)
        case .map: return .list(made)
        case .transformMap: return .map(key: first, value: made)
        case .transformMapEntry: return self.mapType(of: comprehension.transform)
        case .sortBy:
            guard case .list = comprehension.range.type else { return .list(.dyn) }
            return comprehension.range.type
        }
    }

    private mutating func mapType(of transform: CheckedNode?) -> ExpressionType {
        guard let transform, !transform.type.isDyn else { return .map(key: .dyn, value: .dyn) }
        guard case .map = transform.type else {
            self.report("a map is expected here, not \(transform.type.text)", at: transform.range)
            return .map(key: .dyn, value: .dyn)
        }
        return transform.type
    }
}
