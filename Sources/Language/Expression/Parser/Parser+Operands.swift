// Where an operand comes next.
extension Parser {
    mutating func readOperand() throws(Diagnostic) {
        switch self.token.kind {
        case .int, .uint, .double, .string, .bytes: try self.readLiteral(isNegative: false)
        case .identifier: try self.readName(isAbsolute: false, from: self.token.range.lowerBound)
        case .symbol(let symbol): try self.readOperand(at: symbol)
        case .quotedIdentifier:
            throw Diagnostic("a name in back-ticks can only be a member, behind a '.'", at: self.token.range)
        case .end: throw self.unexpected()
        }
    }

    private mutating func readOperand(at symbol: Symbol) throws(Diagnostic) {
        switch symbol {
        case .true: try self.readConstant(.bool(true))
        case .false: try self.readConstant(.bool(false))
        case .null: try self.readConstant(.null)
        case .minus, .not: try self.readPrefix(symbol)
        case .openParenthesis: try self.open(.group, at: try self.advance())
        case .openBracket: try self.open(.list, at: try self.advance())
        case .openBrace: try self.open(.map, at: try self.advance())
        case .dot:
            let dot = try self.advance()
            try self.readName(isAbsolute: true, from: dot.lowerBound)
        case .question where self.current.takesOptionalItems && self.current.isAtItem:
            try self.advance()
            self.current.isItemOptional = true
        case self.current.closingBeforeItem where self.current.isAtItem:
            try self.closeItems()
        default: throw self.unexpected()
        }
    }

    private mutating func readConstant(_ value: Value) throws(Diagnostic) {
        let range = try self.advance()
        self.push(try self.part(.literal(value), at: range))
    }

    /// `-` and a number are one literal, so that the least int can be written.
    private mutating func readPrefix(_ symbol: Symbol) throws(Diagnostic) {
        let range = try self.advance()
        switch (symbol, self.token.kind) {
        case (.minus, .int), (.minus, .double): try self.readLiteral(isNegative: true)
        default:
            let meaning = PendingOperator.Meaning.prefix(symbol == .minus ? .negate : .not)
            self.current.operators.append(PendingOperator(meaning: meaning, range: range))
        }
    }

    /// The next token, a literal; `isNegative` where the `-` of a number is already taken.
    private mutating func readLiteral(isNegative: Bool) throws(Diagnostic) {
        let start = isNegative ? self.taken.lowerBound : self.token.range.lowerBound
        let range = start..<self.token.range.upperBound
        let value: Value
        switch self.token.kind {
        case .int(let magnitude): value = .int(try self.int(magnitude, isNegative: isNegative, at: range))
        case .uint(let number): value = .uint(number)
        case .double(let number): value = .double(isNegative ? -number : number)
        case .string(let text): value = .string(text)
        case .bytes(let bytes): value = .bytes(bytes)
        default: throw self.unexpected()
        }
        try self.advance()
        self.push(try self.part(.literal(value), at: range))
    }

    private func int(_ magnitude: UInt64, isNegative: Bool, at range: Range<Int>) throws(Diagnostic) -> Int64 {
        if let value = Int64(exactly: magnitude) { return isNegative ? -value : value }
        guard isNegative, magnitude == Int64.min.magnitude else {
            throw Diagnostic("'\(self.lexer.text(range))' is outside of the range of int", at: range)
        }
        return .min
    }

    /// A name, or a function and what opens its arguments. The point of an absolute one is taken.
    private mutating func readName(isAbsolute: Bool, from start: Int) throws(Diagnostic) {
        guard case .identifier(let name) = self.token.kind else { throw self.unexpected(expected: "a name") }
        guard !Identifier.reserved.contains(name) else {
            throw Diagnostic("'\(name)' is a reserved word: only members can be called so", at: self.token.range)
        }
        let nameRange = try self.advance()
        if self.isNext(.openParenthesis) {
            try self.openArguments(Callee(name: name, nameRange: nameRange, target: nil, start: start))
        } else {
            self.push(try self.part(.identifier(name, isAbsolute: isAbsolute), at: start..<nameRange.upperBound))
        }
    }

    mutating func openArguments(_ callee: Callee) throws(Diagnostic) {
        try self.open(.arguments(callee), at: try self.advance())
    }
}
