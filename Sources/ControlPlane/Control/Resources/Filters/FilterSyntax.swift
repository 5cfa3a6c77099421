import Expression

/// What filters may be made of: far less than the language has, so that an index could answer them some day
/// (`spec/api.md` 1.3).
enum FilterSyntax {
    private static let operators: Set<String> = Set(
        [
            Operator.not, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained,
        ].map(\.rawValue)
    )
    private static let textMethods: Set<String> = ["startsWith", "endsWith", "contains"]

    /// The tree with `time.add("24h")` and `time.subtract("24h")` written as the language has them.
    ///
    /// - Throws: for the first part that filters do not have.
    static func checked(_ node: SyntaxNode) throws(Diagnostics) -> SyntaxNode {
        switch node.kind {
        case .literal, .identifier: return node
        case .select(let selection):
            guard !selection.isOptional else { throw Self.refused("optional selection", node) }
            let operand = try Self.checked(selection.operand)
            return SyntaxNode(
                .select(.init(operand: operand, field: selection.field, isOptional: false)),
                at: node.range
            )
        case .and(let left, let right):
            return SyntaxNode(.and(try Self.checked(left), try Self.checked(right)), at: node.range)
        case .or(let left, let right):
            return SyntaxNode(.or(try Self.checked(left), try Self.checked(right)), at: node.range)
        case .list(let elements):
            for element in elements {
                guard !element.isOptional, case .literal = element.value.kind else {
                    throw Self.refused("a list of anything but literals", element.value)
                }
            }
            return node
        case .call(let call): return try Self.checked(call, node)
        case .index: throw Self.refused("indexing", node)
        case .conditional: throw Self.refused("a choice with ?", node)
        case .map: throw Self.refused("a map", node)
        case .presence: throw Self.refused("has()", node)
        case .comprehension, .binding, .optionalMap: throw Self.refused("a macro", node)
        }
    }

    private static func checked(_ call: SyntaxNode.Call, _ node: SyntaxNode) throws(Diagnostics) -> SyntaxNode {
        switch (call.function, call.target) {
        case ("add", let target?), ("subtract", let target?): return try Self.shifted(target, call, node)
        case (let name, let target?) where Self.textMethods.contains(name):
            if case .select(let selection) = target.kind, selection.field == "id" {
                throw Self.refused("\(name)() of an identifier", node)
            }
        case ("size", nil), ("timestamp", nil): break
        case (let name, nil) where Self.operators.contains(name): break
        default: throw Self.refused(call.target == nil ? "\(call.function)" : "\(call.function)()", node)
        }
        var target: SyntaxNode?
        if let original = call.target { target = try Self.checked(original) }
        var arguments: [SyntaxNode] = []
        for argument in call.arguments { arguments.append(try Self.checked(argument)) }
        return SyntaxNode(
            .call(.init(function: call.function, target: target, arguments: arguments, nameRange: call.nameRange)),
            at: node.range
        )
    }

    /// `target.add("24h")` as `target + duration("86400s")`.
    private static func shifted(
        _ target: SyntaxNode,
        _ call: SyntaxNode.Call,
        _ node: SyntaxNode
    ) throws(Diagnostics) -> SyntaxNode {
        guard call.arguments.count == 1, case .literal(.string(let text)) = call.arguments[0].kind,
            let seconds = Self.seconds(text)
        else { throw Self.refused("a length of time that is not like \"30s\", \"15m\", \"24h\" or \"7d\"", node) }
        let length = SyntaxNode(
            .literal(.duration(TimeSpan(nanoseconds: seconds * 1_000_000_000))),
            at: call.arguments[0].range
        )
        let sign = call.function == "add" ? Operator.add : .subtract
        return SyntaxNode(
            .call(
                .init(
                    function: sign.rawValue,
                    target: nil,
                    arguments: [try Self.checked(target), length],
                    nameRange: call.nameRange
                )
            ),
            at: node.range
        )
    }

    private static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard text.utf8.count <= 7, let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            count >= 0
        else { return nil }
        return count * unit
    }

    private static func refused(_ what: String, _ node: SyntaxNode) -> Diagnostics {
        Diagnostics(Diagnostic("filters have no \(what)", at: node.range))
    }
}
