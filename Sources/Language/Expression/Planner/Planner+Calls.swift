// Operators and functions.
extension Planner {
    mutating func plan(_ operation: Operator, _ operands: [CheckedNode], at range: Range<Int>) -> Planned {
        let parts = operands.map { self.plan($0) }
        guard let node = Self.node(operation, parts, at: range) else {
            return self.varying(FailureNode(.noSuchOverload(operation.sign), at: range))
        }
        return self.combined(node, of: parts)
    }

    /// Nil where the operator has not the operands that it takes, which the parser sees to.
    private static func node(_ operation: Operator, _ parts: [Planned], at range: Range<Int>) -> (any Node)? {
        if parts.count == 1 {
            return switch operation {
            case .not: NotNode(parts[0].node, at: range)
            case .negate: NegationNode(parts[0].node, at: range)
            default: nil
            }
        }
        guard parts.count == 2 else { return nil }
        let (left, right) = (parts[0], parts[1])
        return switch operation {
        case .equal: self.equality(left, right, isNegated: false, at: range)
        case .notEqual: self.equality(left, right, isNegated: true, at: range)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            OrderNode(operation, left.node, right.node, at: range)
        case .contained: self.containment(left, in: right, at: range)
        case .add, .subtract, .multiply, .divide, .modulo:
            ArithmeticNode(operation, left.node, right.node, at: range)
        case .negate, .not: nil
        }
    }

    private static func equality(
        _ left: Planned,
        _ right: Planned,
        isNegated: Bool,
        at range: Range<Int>
    ) -> any Node {
        if case .string(let text)? = right.constant {
            return TextEqualityNode(left.node, text, isNegated: isNegated, at: range)
        }
        if case .string(let text)? = left.constant {
            return TextEqualityNode(right.node, text, isNegated: isNegated, at: range)
        }
        return EqualityNode(left.node, right.node, isNegated: isNegated, at: range)
    }

    private static func containment(_ element: Planned, in container: Planned, at range: Range<Int>) -> any Node {
        if case .list(let elements)? = container.constant,
            let node = ContainedInConstantsNode(element.node, in: elements, at: range)
        {
            return node
        }
        return ContainedNode(element.node, in: container.node, at: range)
    }

    mutating func plan(_ call: CheckedNode.Call, at range: Range<Int>) -> Planned {
        let arguments = call.arguments.map { self.plan($0) }
        if let node = Self.alternative(call, arguments, at: range) { return self.combined(node, of: arguments) }
        let constants = arguments.map(\.constant)
        let targets = call.overloads.map { overload in
            let implementation = self.implementation(of: overload, constants, isOnly: call.overloads.count == 1, range)
            return CallTarget(overload, of: call.function, implementation: implementation)
        }
        let node = Self.node(call.function, targets, arguments.map(\.node), at: range)
        guard call.overloads.allSatisfy(\.isPure) else {
            let planned = self.combined(node, of: arguments)
            return Planned(node: node, isFixed: false, locals: planned.locals)
        }
        return self.combined(node, of: arguments)
    }

    /// `optional.or(other)` and `optional.orValue(other)`, which don't evaluate the other where they needn't.
    private static func alternative(
        _ call: CheckedNode.Call,
        _ arguments: [Planned],
        at range: Range<Int>
    ) -> OptionalAlternativeNode? {
        guard ["or", "orValue"].contains(call.function), arguments.count == 2, call.overloads.count == 1,
            call.overloads[0].isMethod, case .optional = call.overloads[0].parameters[0]
        else { return nil }
        return OptionalAlternativeNode(
            arguments[0].node,
            arguments[1].node,
            unwraps: call.function == "orValue",
            at: range
        )
    }

    /// What an overload does with these constants.
    private mutating func implementation(
        of overload: Overload,
        _ constants: [Value?],
        isOnly: Bool,
        _ range: Range<Int>
    ) -> Implementation {
        guard let specialization = overload.specialization,
            zip(overload.parameters, constants).allSatisfy({ parameter, constant in
                constant.map { TypeMask(parameter).admits($0) } ?? true
            })
        else { return overload.implementation }
        do throws(EvaluationError) {
            return try specialization(constants) ?? overload.implementation
        } catch {
            if isOnly, !self.options.isLenient { self.note(error, at: range) }
            return overload.implementation
        }
    }

    private static func node(
        _ function: String,
        _ targets: [CallTarget],
        _ arguments: [any Node],
        at range: Range<Int>
    ) -> any Node {
        guard targets.count == 1 else {
            let unary = arguments.count == 1 ? DispatchingUnaryNode(function, targets, arguments[0], at: range) : nil
            return unary ?? DispatchingCallNode(function, targets, arguments, at: range)
        }
        let target = targets[0]
        return switch (target.implementation, arguments.count) {
        case (.nullary(let body), 0): NullaryCallNode(body, at: range)
        case (.unary(let body), 1): UnaryCallNode(target, body, arguments[0], at: range)
        case (.binary(let body), 2): BinaryCallNode(target, body, arguments[0], arguments[1], at: range)
        default: DispatchingCallNode(function, targets, arguments, at: range)
        }
    }
}
