// Functions and methods.
extension Checker {
    mutating func checkCall(_ call: SyntaxNode.Call, at range: Range<Int>) -> CheckedNode {
        if let operation = Operator(rawValue: call.function) {
            return self.checkOperation(operation, call, at: range)
        }
        guard let target = call.target else {
            return self.check(call, of: call.function, call.arguments, asMethod: false, at: range)
        }
        if let name = QualifiedName(target), !self.isLocal(name) {
            let function = "\(name.text).\(call.function)"
            let isFunction = !self.environment.overloads(of: function, asMethod: false).isEmpty
            if isFunction || self.isOnlyNamespace(name) {
                return self.check(call, of: function, call.arguments, asMethod: false, at: range)
            }
        }
        return self.check(call, of: call.function, [target] + call.arguments, asMethod: true, at: range)
    }

    /// Whether a name stands before others and nothing of it is a value.
    private func isOnlyNamespace(_ name: QualifiedName) -> Bool {
        self.environment.isNamespace(name.text)
            && !(1...name.segments.count).contains { self.environment.variable(name.prefix($0)) != nil }
            && TypeName(rawValue: name.text) == nil
    }

    private mutating func check(
        _ call: SyntaxNode.Call,
        of function: String,
        _ arguments: [SyntaxNode],
        asMethod isMethod: Bool,
        at range: Range<Int>
    ) -> CheckedNode {
        let overloads = self.environment.overloads(of: function, asMethod: isMethod)
        guard !overloads.isEmpty else {
            return self.unknownFunction(function, call, asMethod: isMethod, at: range)
        }
        let checked = arguments.map { self.check($0) }
        let counted = overloads.filter { $0.takes(checked.count) }
        let fitting = counted.compactMap { overload in
            Self.result(of: overload, for: checked).map { (overload: overload, result: $0) }
        }
        guard let first = fitting.first else {
            return self.unfitting(call, function, overloads, counted, checked, at: range)
        }
        let type = fitting.dropFirst().reduce(first.result) { $0.joined(with: $1.result) }
        let kind = CheckedNode.Call(function: function, overloads: fitting.map(\.overload), arguments: checked)
        return CheckedNode(.call(kind), type, at: range)
    }

    /// Nil where the overload doesn't take the arguments.
    private static func result(of overload: Overload, for arguments: [CheckedNode]) -> ExpressionType? {
        var bound: [String: ExpressionType] = [:]
        for (position, argument) in arguments.enumerated() {
            let parameter = overload.parameters[min(position, overload.parameters.count - 1)]
            guard argument.type.isAccepted(by: parameter, binding: &bound) else { return nil }
        }
        return overload.result.replacing(bound)
    }

    private mutating func unfitting(
        _ call: SyntaxNode.Call,
        _ function: String,
        _ overloads: [Overload],
        _ counted: [Overload],
        _ arguments: [CheckedNode],
        at range: Range<Int>
    ) -> CheckedNode {
        let shapes = overloads.map { $0.shape(of: function) }
        let shown = shapes.prefix(4).joined(separator: ", ") + (shapes.count > 4 ? ", ..." : "")
        let types = arguments.map(\.type)
        let found = Overload.shape(of: function, types, isMethod: overloads.contains(where: \.isMethod))
        self.report("there is \(shown), but no \(found)", at: call.nameRange)
        guard self.isLenient, !counted.isEmpty else {
            return CheckedNode(.failure(.noSuchOverload(found)), .dyn, at: range)
        }
        return CheckedNode(
            .call(CheckedNode.Call(function: function, overloads: counted, arguments: arguments)),
            .dyn,
            at: range
        )
    }

    private mutating func unknownFunction(
        _ function: String,
        _ call: SyntaxNode.Call,
        asMethod isMethod: Bool,
        at range: Range<Int>
    ) -> CheckedNode {
        let kind = isMethod ? "method" : "function"
        if !self.environment.overloads(of: function, asMethod: !isMethod).isEmpty {
            let form = isMethod ? "a function: \(function)(x)" : "a method: x.\(function)()"
            return self.refuse("there is no \(kind) '\(function)'; it is \(form)", at: call.nameRange, in: range)
        }
        let names = self.environment.functionNames.filter { name in
            !self.environment.overloads(of: name, asMethod: isMethod).isEmpty
        }
        let macros = Macro.all.filter { $0.isMethod == isMethod }.map(\.name)
        return self.refuse(
            "there is no \(kind) '\(function)'",
            at: call.nameRange,
            in: range,
            suggestion: Suggestion.closest(to: function, among: names + macros)
        )
    }
}

extension Overload {
    /// Whether the overload takes so many arguments.
    func takes(_ count: Int) -> Bool {
        count == self.parameters.count || self.repeatsLast && count > self.parameters.count
    }

    /// As messages show it: `string.charAt(int)`.
    func shape(of function: String) -> String {
        Self.shape(of: function, self.parameters, isMethod: self.isMethod)
    }

    static func shape(of function: String, _ parameters: [ExpressionType], isMethod: Bool) -> String {
        let types = parameters.map(\.text)
        guard isMethod, let target = types.first else { return "\(function)(\(types.joined(separator: ", ")))" }
        return "\(target).\(function)(\(types.dropFirst().joined(separator: ", ")))"
    }
}
