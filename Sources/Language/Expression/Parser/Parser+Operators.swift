// Where an operand is complete.
extension Parser {
    /// Takes what may follow an operand: a member or an index of it, an operator, the end of what it is in.
    ///
    /// - Returns: the tree, when the end of all is reached.
    mutating func readOn() throws(Diagnostic) -> SyntaxNode? {
        switch self.token.kind {
        case .symbol(.dot): try self.readMember()
        case .symbol(.openBracket): try self.openIndex()
        case .symbol(.openBrace): throw self.messageLiteral()
        case .symbol(let symbol):
            guard let meaning = PendingOperator.Meaning(infix: symbol) else { return try self.endItem() }
            try self.readInfix(meaning)
        case .end: return try self.endItem()
        default: throw self.unexpected()
        }
        return nil
    }

    private mutating func readMember() throws(Diagnostic) {
        guard let operand = self.current.operands.popLast() else { throw self.unexpected() }
        try self.advance()
        let isOptional = try self.take(.question)
        let field: String
        var isPlain = false
        switch self.token.kind {
        case .identifier(let name): (field, isPlain) = (name, true)
        case .quotedIdentifier(let name): field = name
        case .symbol(let word) where Identifier.keywords.contains(word.rawValue):
            let quoted = "`\(word.rawValue)`"
            throw Diagnostic(
                "'\(word.rawValue)' is a keyword; as a member it is written \(quoted)",
                at: self.token.range
            )
        default: throw self.unexpected(expected: "the name of a member")
        }
        let name = try self.advance()
        if isPlain, !isOptional, self.isNext(.openParenthesis) {
            let start = operand.range.lowerBound
            return try self.openArguments(Callee(name: field, nameRange: name, target: operand, start: start))
        }
        let selection = SyntaxNode.Selection(operand: operand.node, field: field, isOptional: isOptional)
        let range = operand.range.lowerBound..<name.upperBound
        self.push(try self.part(.select(selection), at: range, over: [operand]))
    }

    private mutating func openIndex() throws(Diagnostic) {
        guard let operand = self.current.operands.popLast() else { throw self.unexpected() }
        let opening = try self.advance()
        let isOptional = try self.take(.question)
        try self.open(.index(of: operand, isOptional: isOptional), at: opening)
    }

    private mutating func readInfix(_ meaning: PendingOperator.Meaning) throws(Diagnostic) {
        // `&&` and `||` are kept until all of their kind that stand in a row are read: see balanced().
        let isChain = meaning == .and || meaning == .or
        while let last = self.current.operators.last, last.precedence >= meaning.precedence {
            if isChain, last.meaning == meaning { break }
            try self.applyLastOperator()
        }
        self.current.operators.append(PendingOperator(meaning: meaning, range: try self.advance()))
        self.expectsOperand = true
    }

    // MARK: - Applying operators

    /// What the current item came to, all operators applied.
    private mutating func takeItem() throws(Diagnostic) -> Part {
        while !self.current.operators.isEmpty { try self.applyLastOperator() }
        guard let part = self.current.operands.popLast() else { throw self.unexpected() }
        return part
    }

    private mutating func applyLastOperator() throws(Diagnostic) {
        guard let pending = self.current.operators.popLast() else { return }
        switch pending.meaning {
        case .or: try self.applyChain(pending.meaning) { .or($0, $1) }
        case .and: try self.applyChain(pending.meaning) { .and($0, $1) }
        case .prefix(let function): try self.apply(function, at: pending.range, to: 1)
        case .binary(let function): try self.apply(function, at: pending.range, to: 2)
        }
    }

    private mutating func apply(_ function: Operator, at sign: Range<Int>, to count: Int) throws(Diagnostic) {
        let operands = self.takeOperands(count)
        guard let first = operands.first, let last = operands.last else { throw self.unexpected() }
        let range = min(sign.lowerBound, first.range.lowerBound)..<last.range.upperBound
        let call = SyntaxNode.Call(
            function: function.rawValue,
            target: nil,
            arguments: operands.map(\.node),
            nameRange: sign
        )
        self.push(try self.part(.call(call), at: range, over: operands))
    }

    /// Applies an operator, whose last occurrence is taken off, with all that stand in a row before it.
    private mutating func applyChain(
        _ meaning: PendingOperator.Meaning,
        _ join: (SyntaxNode, SyntaxNode) -> SyntaxNode.Kind
    ) throws(Diagnostic) {
        var count = 2
        while self.current.operators.last?.meaning == meaning {
            self.current.operators.removeLast()
            count += 1
        }
        self.push(try self.balanced(self.takeOperands(count)[...], join))
    }

    /// One tree of operands whose height grows with the logarithm of their number: people, and programs even more, write
    /// long rows of `&&` and `||`, and these operators are associative, with errors too.
    private func balanced(
        _ operands: ArraySlice<Part>,
        _ join: (SyntaxNode, SyntaxNode) -> SyntaxNode.Kind
    ) throws(Diagnostic) -> Part {
        guard let only = operands.first, operands.count > 1 else { return operands[operands.startIndex] }
        let half = operands.startIndex + Self.leftShare(of: operands.count)
        let left = try self.balanced(operands[..<half], join)
        let right = try self.balanced(operands[half...], join)
        let range = only.range.lowerBound..<right.range.upperBound
        return try self.part(join(left.node, right.node), at: range, over: [left, right])
    }

    /// How many operands of a row come to the left.
    static func leftShare(of count: Int) -> Int { (count + 1) / 2 }

    private mutating func takeOperands(_ count: Int) -> [Part] {
        let operands = Array(self.current.operands.suffix(count))
        self.current.operands.removeLast(operands.count)
        return operands
    }

    // MARK: - The ends of constructs

    /// At a token that no operand goes on with.
    private mutating func endItem() throws(Diagnostic) -> SyntaxNode? {
        let part = try self.takeItem()
        switch (self.current.kind, self.token.kind) {
        case (.whole, .end) where !self.endsAtBrace, (.whole, .symbol(.closeBrace)) where self.endsAtBrace:
            return part.node
        case (.consequence(let condition), .symbol(.colon)):
            self.constructs.removeLast()
            try self.open(.alternative(condition: condition, consequence: part), at: try self.advance())
        case (.consequence, _): throw self.unexpected()
        case (_, .symbol(.question)): try self.open(.consequence(condition: part), at: try self.advance())
        case (.alternative(let condition, let consequence), _):
            try self.closeConditional(condition, then: consequence, otherwise: part)
        case (.group, .symbol(.closeParenthesis)):
            let range = self.current.opening.lowerBound..<(try self.advance()).upperBound
            self.close(Part(node: part.node, height: part.height, range: range))
        case (.index(let operand, let isOptional), .symbol(.closeBracket)):
            let kind = SyntaxNode.Kind.index(operand: operand.node, index: part.node, isOptional: isOptional)
            let range = operand.range.lowerBound..<(try self.advance()).upperBound
            self.close(try self.part(kind, at: range, over: [operand, part]))
        case (.list, .symbol(.closeBracket)), (.arguments, .symbol(.closeParenthesis)),
            (.map, .symbol(.closeBrace)) where !self.current.isAtKey:
            self.add(part)
            try self.closeItems()
        case (.list, .symbol(.comma)), (.arguments, .symbol(.comma)),
            (.map, .symbol(.comma)) where !self.current.isAtKey:
            try self.advance()
            self.add(part)
        case (.map, .symbol(.colon)) where self.current.isAtKey:
            try self.advance()
            self.add(part)
        default: throw self.unexpected()
        }
        return nil
    }

    private mutating func add(_ part: Part) {
        self.current.items.append(Construct.Item(part: part, isOptional: self.current.isItemOptional))
        self.current.isItemOptional = false
        self.expectsOperand = true
    }

    private mutating func closeConditional(
        _ condition: Part,
        then consequence: Part,
        otherwise: Part
    ) throws(Diagnostic) {
        let kind = SyntaxNode.Kind.conditional(condition.node, then: consequence.node, otherwise: otherwise.node)
        let range = condition.range.lowerBound..<otherwise.range.upperBound
        self.close(try self.part(kind, at: range, over: [condition, consequence, otherwise]))
    }

    /// Ends a list, a map or arguments, whose items are all added, at the closing sign.
    mutating func closeItems() throws(Diagnostic) {
        let construct = self.current
        let end = try self.advance().upperBound
        let parts = construct.items.map(\.part)
        switch construct.kind {
        case .list:
            let elements = construct.items.map { SyntaxNode.Element($0.part.node, isOptional: $0.isOptional) }
            self.close(try self.part(.list(elements), at: construct.opening.lowerBound..<end, over: parts))
        case .map:
            let entries = stride(from: 0, to: parts.count - 1, by: 2).map { key in
                SyntaxNode.Entry(
                    key: parts[key].node,
                    value: parts[key + 1].node,
                    isOptional: construct.items[key].isOptional
                )
            }
            self.close(try self.part(.map(entries), at: construct.opening.lowerBound..<end, over: parts))
        case .arguments(let callee):
            let kind = try Macro.expansion(of: callee, parts.map(\.node), end: end) ?? Self.call(callee, parts)
            let children = parts + (callee.target.map { [$0] } ?? [])
            self.close(try self.part(kind, at: callee.start..<end, over: children))
        default: throw self.unexpected()
        }
    }

    private static func call(_ callee: Callee, _ arguments: [Part]) -> SyntaxNode.Kind {
        .call(
            SyntaxNode.Call(
                function: callee.name,
                target: callee.target?.node,
                arguments: arguments.map(\.node),
                nameRange: callee.nameRange
            )
        )
    }
}
