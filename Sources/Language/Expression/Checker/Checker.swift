/// Finds out what every name means and which types go where. What it can't know (`dyn`) is left to the run.
///
/// Goes on after an error, with `dyn` in its place, so that a person sees all that is wrong at once. The depth of the tree
/// is bounded by the parser, so that recursion is.
struct Checker {
    /// More than a person reads.
    private static let mostDiagnostics = 20

    struct Local {
        let name: String
        let type: ExpressionType
    }

    let environment: Environment
    /// Whether types and unknown names are left to the run.
    let isLenient: Bool
    private var diagnostics: [Diagnostic] = []
    /// Innermost last. A local's place in the run is its place here.
    private(set) var scope: [Local] = []
    private var localCount = 0

    private init(environment: Environment, isLenient: Bool) {
        self.environment = environment
        self.isLenient = isLenient
    }

    /// With `isLenient`, what can fail when it runs is left to that: types that don't fit and names that nothing has.
    ///
    /// - Throws: all that is wrong, in the order of the source.
    static func check(
        _ tree: SyntaxNode,
        in environment: Environment,
        isLenient: Bool
    ) throws(Diagnostics) -> CheckedExpression {
        var checker = Checker(environment: environment, isLenient: isLenient)
        let root = checker.check(tree)
        let found = checker.diagnostics.sorted { $0.range.lowerBound < $1.range.lowerBound }
        if let first = found.first { throw Diagnostics(first, Array(found.dropFirst())) }
        return CheckedExpression(root: root, localCount: checker.localCount)
    }

    mutating func check(_ node: SyntaxNode) -> CheckedNode {
        switch node.kind {
        case .literal(let value): CheckedNode(.constant(value), Self.type(of: value), at: node.range)
        case .identifier(let name, let isAbsolute): self.checkIdentifier(name, isAbsolute: isAbsolute, node)
        case .select(let selection): self.checkSelection(selection, node)
        case .index(let operand, let index, let isOptional):
            self.checkIndex(operand, index, isOptional: isOptional, at: node.range)
        case .call(let call): self.checkCall(call, at: node.range)
        case .and(let left, let right):
            CheckedNode(.and(self.checkBool(left), self.checkBool(right)), .bool, at: node.range)
        case .or(let left, let right):
            CheckedNode(.or(self.checkBool(left), self.checkBool(right)), .bool, at: node.range)
        case .conditional(let condition, let then, let otherwise):
            self.checkConditional(condition, then, otherwise, at: node.range)
        case .list(let elements): self.checkList(elements, at: node.range)
        case .map(let entries): self.checkMap(entries, at: node.range)
        case .presence(let presence): self.checkPresence(presence, at: node.range)
        case .comprehension(let comprehension): self.checkComprehension(comprehension, at: node.range)
        case .binding(let variable, let value, let body):
            self.checkBinding(variable, value, body, at: node.range)
        case .optionalMap(let target, let variable, let body, let isFlat):
            self.checkOptionalMap(target, variable, body, isFlat: isFlat, at: node.range)
        }
    }

    private static func type(of literal: Value) -> ExpressionType {
        switch literal {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type(.dyn)
        case .list: .list(.dyn)
        case .map: .map(key: .dyn, value: .dyn)
        case .optional: .optional(.dyn)
        }
    }
}

// MARK: - What is wrong

extension Checker {
    /// Notes what is wrong; what stands in its place has no known type and fails if it ever runs.
    mutating func refuse(
        _ message: String,
        at range: Range<Int>,
        in whole: Range<Int>? = nil,
        suggestion: String? = nil,
        reason: EvaluationError.Reason? = nil
    ) -> CheckedNode {
        self.report(message, at: range, suggestion: suggestion)
        return CheckedNode(.failure(reason ?? .invalidArgument(message)), .dyn, at: whole ?? range)
    }

    /// Notes what is wrong, unless it is left to the run.
    mutating func report(_ message: String, at range: Range<Int>, suggestion: String? = nil) {
        guard !self.isLenient, self.diagnostics.count < Self.mostDiagnostics else { return }
        self.diagnostics.append(Diagnostic(message, at: range, suggestion: suggestion))
    }

    mutating func checkBool(_ node: SyntaxNode) -> CheckedNode {
        let checked = self.check(node)
        if checked.type != .bool, !checked.type.isDyn {
            self.report("a bool is expected here, not \(checked.type.text)", at: node.range)
        }
        return checked
    }
}

// MARK: - Scopes

extension Checker {
    /// The innermost local of a name.
    func local(_ name: String) -> (index: Int, type: ExpressionType)? {
        self.scope.lastIndex { StringOrder.areEqual($0.name, name) }.map { ($0, self.scope[$0].type) }
    }

    /// Checks with more locals in scope.
    mutating func within<Result>(_ locals: [Local], _ body: (inout Checker) -> Result) -> Result {
        self.scope += locals
        self.localCount = max(self.localCount, self.scope.count)
        defer { self.scope.removeLast(locals.count) }
        return body(&self)
    }
}

// MARK: - Plain forms

extension Checker {
    private mutating func checkConditional(
        _ condition: SyntaxNode,
        _ then: SyntaxNode,
        _ otherwise: SyntaxNode,
        at range: Range<Int>
    ) -> CheckedNode {
        let condition = self.checkBool(condition)
        let then = self.check(then)
        let otherwise = self.check(otherwise)
        return CheckedNode(.conditional(condition, then, otherwise), then.type.joined(with: otherwise.type), at: range)
    }

    private mutating func checkList(_ elements: [SyntaxNode.Element], at range: Range<Int>) -> CheckedNode {
        var type: ExpressionType?
        let checked = elements.map { element in
            let value = self.check(element.value)
            let own = element.isOptional ? self.unwrapped(value) : value.type
            type = type?.joined(with: own) ?? own
            return CheckedNode.Element(value: value, isOptional: element.isOptional)
        }
        return CheckedNode(.list(checked), .list(type ?? .dyn), at: range)
    }

    private mutating func checkMap(_ entries: [SyntaxNode.Entry], at range: Range<Int>) -> CheckedNode {
        var keyType: ExpressionType?
        var valueType: ExpressionType?
        let checked = entries.map { entry in
            let key = self.check(entry.key)
            self.checkKey(key)
            let value = self.check(entry.value)
            let own = entry.isOptional ? self.unwrapped(value) : value.type
            keyType = keyType?.joined(with: key.type) ?? key.type
            valueType = valueType?.joined(with: own) ?? own
            return CheckedNode.Entry(key: key, value: value, isOptional: entry.isOptional)
        }
        return CheckedNode(.map(checked), .map(key: keyType ?? .dyn, value: valueType ?? .dyn), at: range)
    }

    private mutating func checkKey(_ key: CheckedNode) {
        switch key.type {
        case .dyn, .int, .uint, .string, .bool: break
        default: self.report("keys of maps are int, uint, string or bool, not \(key.type.text)", at: key.range)
        }
    }

    /// The type within an optional; anything else is refused.
    mutating func unwrapped(_ node: CheckedNode) -> ExpressionType {
        switch node.type {
        case .optional(let wrapped): return wrapped
        case .dyn: break
        default: self.report("an optional is expected here, not \(node.type.text)", at: node.range)
        }
        return .dyn
    }

    private mutating func checkBinding(
        _ variable: String,
        _ value: SyntaxNode,
        _ body: SyntaxNode,
        at range: Range<Int>
    ) -> CheckedNode {
        let value = self.check(value)
        let index = self.scope.count
        let body = self.within([Local(name: variable, type: value.type)]) { $0.check(body) }
        return CheckedNode(.binding(local: index, value: value, body: body), body.type, at: range)
    }

    private mutating func checkOptionalMap(
        _ target: SyntaxNode,
        _ variable: String,
        _ body: SyntaxNode,
        isFlat: Bool,
        at range: Range<Int>
    ) -> CheckedNode {
        let target = self.check(target)
        let wrapped = self.unwrapped(target)
        let index = self.scope.count
        let body = self.within([Local(name: variable, type: wrapped)]) { $0.check(body) }
        let type = isFlat ? ExpressionType.optional(self.unwrapped(body)) : .optional(body.type)
        return CheckedNode(
            .optionalMap(target: target, local: index, body: body, isFlat: isFlat),
            type,
            at: range
        )
    }
}
