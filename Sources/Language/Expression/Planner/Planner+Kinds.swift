extension Planner {
    mutating func plan(kind: CheckedNode.Kind, at range: Range<Int>) -> Planned {
        switch kind {
        case .constant(let value): return self.fixed(ConstantNode(value, at: range))
        case .variable(let variable):
            self.noteSlot(variable.slot)
            return self.varying(VariableNode(variable, at: range))
        case .variablePresence(let variable):
            self.noteSlot(variable.slot)
            return self.varying(VariablePresenceNode(variable, at: range))
        case .local(let index):
            return Planned(node: LocalNode(index, at: range), isFixed: true, locals: [index])
        case .failure(let reason): return self.varying(FailureNode(reason, at: range))
        case .operation(let operation, let operands): return self.plan(operation, operands, at: range)
        case .call(let call): return self.plan(call, at: range)
        case .and(let left, let right): return self.planLogic(left, right, settling: false, at: range)
        case .or(let left, let right): return self.planLogic(left, right, settling: true, at: range)
        case .conditional(let condition, let then, let otherwise):
            return self.planConditional(condition, then, otherwise, at: range)
        case .comprehension(let comprehension): return self.plan(comprehension, at: range)
        case .binding(let local, let value, let body):
            let (value, body) = (self.plan(value), self.plan(body))
            let node = BindingNode(local: local, value.node, body.node, at: range)
            return self.combined(node, of: [value, body], setting: [local])
        case .optionalMap(let target, let local, let body, let isFlat):
            let (target, body) = (self.plan(target), self.plan(body))
            let node = OptionalMapNode(target.node, local: local, body.node, isFlat: isFlat, at: range)
            return self.combined(node, of: [target, body], setting: [local])
        default: return self.planAccess(kind, at: range)
        }
    }

    private mutating func planAccess(_ kind: CheckedNode.Kind, at range: Range<Int>) -> Planned {
        switch kind {
        case .field(let operand, let name, let isOptional):
            let operand = self.plan(operand)
            let node = MemberNode(operand.node, name, isOptional: isOptional, at: range)
            return self.combined(node, of: [operand])
        case .index(let operand, let index, let isOptional):
            return self.planIndex(operand, index, isOptional: isOptional, at: range)
        case .fieldPresence(let operand, let name):
            let operand = self.plan(operand)
            return self.combined(MemberPresenceNode(operand.node, name, at: range), of: [operand])
        case .elementPresence(let operand, let key):
            let (operand, key) = (self.plan(operand), self.plan(key))
            return self.combined(ElementPresenceNode(operand.node, key.node, at: range), of: [operand, key])
        case .list(let elements): return self.planList(elements, at: range)
        case .map(let entries): return self.planMap(entries, at: range)
        default: return self.varying(FailureNode(.invalidArgument("nothing to evaluate"), at: range))
        }
    }

    private mutating func planIndex(
        _ operand: CheckedNode,
        _ index: CheckedNode,
        isOptional: Bool,
        at range: Range<Int>
    ) -> Planned {
        let (operand, index) = (self.plan(operand), self.plan(index))
        let node: any Node =
            if let key = index.constant, !isOptional {
                ElementNode(operand.node, key, at: range)
            } else {
                IndexNode(operand.node, index.node, isOptional: isOptional, at: range)
            }
        return self.combined(node, of: [operand, index])
    }

    private mutating func planLogic(
        _ left: CheckedNode,
        _ right: CheckedNode,
        settling: Bool,
        at range: Range<Int>
    ) -> Planned {
        let (left, right) = (self.plan(left), self.plan(right))
        let node = LogicNode(left.node, right.node, settling: settling, at: range)
        // One side that settles the answer does so whatever the other is.
        for side in [left, right] {
            if case .bool(settling)? = side.constant, self.options.foldsConstants {
                return self.fixed(ConstantNode(.bool(settling), at: range))
            }
        }
        return self.combined(node, of: [left, right])
    }

    private mutating func planConditional(
        _ condition: CheckedNode,
        _ then: CheckedNode,
        _ otherwise: CheckedNode,
        at range: Range<Int>
    ) -> Planned {
        let condition = self.plan(condition)
        let (then, otherwise) = (self.plan(then), self.plan(otherwise))
        if case .bool(let isTrue)? = condition.constant, self.options.foldsConstants {
            return isTrue ? then : otherwise
        }
        let node = ConditionalNode(condition.node, then: then.node, otherwise: otherwise.node, at: range)
        return self.combined(node, of: [condition, then, otherwise])
    }

    private mutating func planList(_ elements: [CheckedNode.Element], at range: Range<Int>) -> Planned {
        let parts = elements.map { self.plan($0.value) }
        let node = ListNode(zip(parts, elements).map { ($0.node, $1.isOptional) }, at: range)
        return self.combined(node, of: parts)
    }

    private mutating func planMap(_ entries: [CheckedNode.Entry], at range: Range<Int>) -> Planned {
        var parts: [Planned] = []
        var planned: [MapNode.Entry] = []
        for entry in entries {
            let (key, value) = (self.plan(entry.key), self.plan(entry.value))
            parts += [key, value]
            planned.append(MapNode.Entry(key: key.node, value: value.node, isOptional: entry.isOptional))
        }
        return self.combined(MapNode(planned, at: range), of: parts)
    }

    private mutating func plan(_ comprehension: CheckedNode.Comprehension, at range: Range<Int>) -> Planned {
        let source = self.plan(comprehension.range)
        let before = self.nodeCount
        let predicate = comprehension.predicate.map { self.plan($0) }
        let transform = comprehension.transform.map { self.plan($0) }
        let variables = RoundVariables(
            first: comprehension.local,
            second: comprehension.secondLocal,
            steps: 1 + self.nodeCount - before
        )
        guard
            let node = Self.node(comprehension.form, source, predicate, transform, variables, at: range)
        else { return self.varying(FailureNode(.invalidArgument("the macro lacks a part"), at: range)) }
        let locals = Set([comprehension.local, comprehension.secondLocal].compactMap { $0 })
        let body = self.combined(node, of: [predicate, transform].compactMap { $0 }, setting: locals)
        return self.combined(node, of: [source, body])
    }

    /// Nil where a part that the form needs is missing, which the parser sees to.
    private static func node(
        _ form: SyntaxNode.Comprehension.Form,
        _ source: Planned,
        _ predicate: Planned?,
        _ transform: Planned?,
        _ variables: RoundVariables,
        at range: Range<Int>
    ) -> (any Node)? {
        switch (form, predicate?.node, transform?.node) {
        case (.all, let predicate?, _):
            QuantifierNode(over: source.node, predicate, variables, settling: false, at: range)
        case (.exists, let predicate?, _):
            QuantifierNode(over: source.node, predicate, variables, settling: true, at: range)
        case (.existsOne, let predicate?, _): ExistsOneNode(over: source.node, predicate, variables, at: range)
        case (.filter, let predicate?, _):
            ListComprehensionNode(over: source.node, predicate: predicate, transform: nil, variables, at: range)
        case (.map, let predicate, let transform?):
            ListComprehensionNode(
                over: source.node,
                predicate: predicate,
                transform: transform,
                variables,
                at: range
            )
        case (.transformMap, let predicate, let transform?), (.transformMapEntry, let predicate, let transform?):
            MapComprehensionNode(
                over: source.node,
                predicate: predicate,
                transform: transform,
                makesEntries: form == .transformMapEntry,
                variables,
                at: range
            )
        case (.sortBy, _, let key?): SortNode(over: source.node, by: key, variables, at: range)
        default: nil
        }
    }
}
