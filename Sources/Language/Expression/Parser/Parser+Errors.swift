extension Parser {
    /// That the next token can't stand where it does, or that the source ends where it can't.
    func unexpected(expected: String? = nil) -> Diagnostic {
        if case .end = self.token.kind, let opener = self.unclosed() { return opener }
        let expected = expected ?? (self.expectsOperand ? "an expression" : self.expectedBehindOperand())
        guard case .end = self.token.kind else {
            let text = VisibleText.line(self.lexer.text(self.token.range).unicodeScalars.prefix(40))
            return Diagnostic("expected \(expected), found '\(text)'", at: self.token.range, suggestion: self.meant())
        }
        let isEmpty = self.taken.isEmpty
        return Diagnostic("expected \(expected)\(isEmpty ? "" : ", but the expression ends")", at: self.token.range)
    }

    /// The innermost bracket that the source doesn't close, where something complete stands in it.
    private func unclosed() -> Diagnostic? {
        guard !self.expectsOperand || self.current.isAtItem else { return nil }
        guard let construct = self.constructs.last(where: { $0.closing != nil }), let closing = construct.closing else {
            return nil
        }
        let sign = self.lexer.text(construct.opening)
        return Diagnostic("the '\(sign)' here is not closed by a '\(closing.rawValue)'", at: construct.opening)
    }

    private func expectedBehindOperand() -> String {
        let construct = self.constructs.last { if case .alternative = $0.kind { false } else { true } }
        switch construct?.kind {
        case .group: return "an operator or ')'"
        case .index: return "an operator or ']'"
        case .arguments: return "an operator, ',' or ')'"
        case .list: return "an operator, ',' or ']'"
        case .map: return construct?.isAtKey == true ? "an operator or ':'" : "an operator, ',' or '}'"
        case .consequence: return "an operator or the ':' of '?'"
        case .whole, .alternative, nil: return self.endsAtBrace ? "an operator or '}'" : "an operator or the end"
        }
    }

    /// What someone meant who wrote an operator of another language.
    private func meant() -> String? {
        guard !self.expectsOperand, case .identifier(let word) = self.token.kind else { return nil }
        switch word.lowercased() {
        case "and": return "&&"
        case "or": return "||"
        case "is", "eq", "equals": return "=="
        case "ne": return "!="
        case "if": return "?"
        default: return nil
        }
    }

    func messageLiteral() -> Diagnostic {
        switch self.current.operands.last?.node.kind {
        case .identifier, .select:
            let range = self.current.operands.last?.range ?? self.token.range
            return Diagnostic("messages such as Name{...} are not part of this language", at: range)
        default:
            return self.unexpected()
        }
    }
}

extension Construct {
    /// The sign that ends a bracket; nil for what is none.
    fileprivate var closing: Symbol? {
        switch self.kind {
        case .group, .arguments: .closeParenthesis
        case .list, .index: .closeBracket
        case .map: .closeBrace
        case .whole, .consequence, .alternative: nil
        }
    }
}
