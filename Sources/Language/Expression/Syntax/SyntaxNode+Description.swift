extension SyntaxNode: CustomStringConvertible {
    /// Source text that the parser makes the same tree of, but for ranges: with spaces around operators, only the
    /// parentheses that are needed, strings in double quotes, nothing in them that can't be seen.
    package var description: String {
        // What is still to be written, the next at the end; by recursion a tree of full height would need much stack.
        var rest: [Piece] = [.node(self, atLeast: Precedence.conditional)]
        var text = ""
        while let piece = rest.popLast() {
            switch piece {
            case .text(let words): text += words
            case .node(let node, let precedence) where node.precedence < precedence:
                rest += [.text(")"), .node(node, atLeast: Precedence.conditional), .text("(")]
            case .node(let node, _): rest += node.pieces().reversed()
            }
        }
        return text
    }
}

private enum Piece {
    case text(String)
    /// In parentheses where it binds less tightly than asked for.
    case node(SyntaxNode, atLeast: Int)

    static func any(_ node: SyntaxNode) -> Piece { .node(node, atLeast: Precedence.conditional) }

    /// What stands before a point or an index.
    static func operand(_ node: SyntaxNode) -> Piece { .node(node, atLeast: Precedence.member) }

}

extension SyntaxNode {
    private var precedence: Int {
        switch self.kind {
        case .conditional: Precedence.conditional
        case .or: Precedence.or
        case .and: Precedence.and
        case .call(let call): Operator(rawValue: call.function)?.precedence ?? Precedence.member
        default: Precedence.member
        }
    }

    private func pieces() -> [Piece] {
        switch self.kind {
        case .literal(let value): [.text(LiteralText.text(of: value))]
        case .identifier(let name, let isAbsolute): [.text(isAbsolute ? ".\(name)" : name)]
        case .select(let selection): Self.pieces(selection)
        case .index(let operand, let index, let isOptional):
            [.operand(operand), .text(isOptional ? "[?" : "["), .any(index), .text("]")]
        case .call(let call): Self.pieces(call)
        case .and, .or: self.chainPieces()
        case .conditional(let condition, let consequence, let alternative):
            [
                .node(condition, atLeast: Precedence.or), .text(" ? "), .node(consequence, atLeast: Precedence.or),
                .text(" : "), .any(alternative),
            ]
        case .list(let elements):
            [.text("[")] + .separated(elements.map { [.text($0.isOptional ? "?" : ""), .any($0.value)] }) + [.text("]")]
        case .map(let entries): [.text("{")] + .separated(entries.map(Self.pieces)) + [.text("}")]
        case .presence(.field(let selection)): [.text("has(")] + Self.pieces(selection) + [.text(")")]
        case .presence(.element(let operand, let index)):
            [.text("has("), .operand(operand), .text("["), .any(index), .text("])")]
        case .comprehension(let comprehension): Self.pieces(comprehension)
        case .binding(let variable, let value, let body):
            [.text("cel.bind(\(variable), "), .any(value), .text(", "), .any(body), .text(")")]
        case .optionalMap(let target, let variable, let body, let isFlat):
            [.operand(target), .text(".\(isFlat ? "optFlatMap" : "optMap")(\(variable), "), .any(body), .text(")")]
        }
    }

    private static func pieces(_ selection: Selection) -> [Piece] {
        let field = Identifier.isPlain(selection.field) ? selection.field : "`\(selection.field)`"
        return [.operand(selection.operand), .text(selection.isOptional ? ".?\(field)" : ".\(field)")]
    }

    private static func pieces(_ entry: Entry) -> [Piece] {
        [.text(entry.isOptional ? "?" : ""), .any(entry.key), .text(": "), .any(entry.value)]
    }

    private static func pieces(_ call: Call) -> [Piece] {
        if let sign = Operator(rawValue: call.function) {
            return Self.pieces(sign, call.arguments)
        }
        let target: [Piece] = call.target.map { [.operand($0), .text(".")] } ?? []
        return target + [.text("\(call.function)(")] + .separated(call.arguments.map { [.any($0)] }) + [.text(")")]
    }

    private static func pieces(_ sign: Operator, _ arguments: [SyntaxNode]) -> [Piece] {
        guard let last = arguments.last else { return [.text(sign.sign)] }
        guard let first = arguments.dropLast().last else {
            // Without the parentheses a number would take the sign for its own.
            guard sign == .negate, last.beginsWithNumber else {
                return [.text(sign.sign), .node(last, atLeast: Precedence.prefix)]
            }
            return [.text("-("), .any(last), .text(")")]
        }
        return [
            .node(first, atLeast: sign.precedence), .text(" \(sign.sign) "),
            .node(last, atLeast: sign.precedence + 1),
        ]
    }

    private static func pieces(_ comprehension: Comprehension) -> [Piece] {
        let name =
            switch comprehension.form {
            case .all: "all"
            case .exists: "exists"
            case .existsOne: "exists_one"
            case .filter: "filter"
            case .map: comprehension.secondVariable == nil ? "map" : "transformList"
            case .transformMap: "transformMap"
            case .transformMapEntry: "transformMapEntry"
            case .sortBy: "sortBy"
            }
        let variables = [comprehension.variable, comprehension.secondVariable].compactMap { $0 }
        let rest = [comprehension.predicate, comprehension.transform].compactMap { $0 }
        let arguments: [[Piece]] = variables.map { [.text($0)] } + rest.map { [.any($0)] }
        return [.operand(comprehension.range), .text(".\(name)(")] + .separated(arguments) + [.text(")")]
    }

    /// Whether the text of the node begins with a number that has no sign.
    private var beginsWithNumber: Bool {
        var node = self
        while let operand = node.leadingOperand { node = operand }
        return switch node.kind {
        case .literal(.int(let value)): value >= 0
        case .literal(.double(let value)): value.sign == .plus
        default: false
        }
    }

    private var leadingOperand: SyntaxNode? {
        switch self.kind {
        case .select(let selection): selection.operand
        case .index(let operand, _, _): operand
        case .call(let call) where Operator(rawValue: call.function) == nil: call.target
        case .comprehension(let comprehension): comprehension.range
        case .optionalMap(let target, _, _, _): target
        default: nil
        }
    }
}

extension [Piece] {
    fileprivate static func separated(_ items: [[Piece]]) -> [Piece] {
        Array(items.joined(separator: [.text(", ")]))
    }
}

// MARK: - Rows of && and ||

extension SyntaxNode {
    /// A row without parentheses, where the parser would balance it into this very tree.
    private func chainPieces() -> [Piece] {
        guard let (left, right, isAnd) = self.chainSides else { return [] }
        let sign = isAnd ? " && " : " || "
        let above = (isAnd ? Precedence.and : Precedence.or) + 1
        guard self.rowLength(isAnd: isAnd) != nil else {
            return [.node(left, atLeast: above), .text(sign), .node(right, atLeast: above)]
        }
        let operands = self.rowOperands(isAnd: isAnd).map { [Piece.node($0, atLeast: above)] }
        return Array(operands.joined(separator: [.text(sign)]))
    }

    private var chainSides: (left: SyntaxNode, right: SyntaxNode, isAnd: Bool)? {
        switch self.kind {
        case .and(let left, let right): (left, right, true)
        case .or(let left, let right): (left, right, false)
        default: nil
        }
    }

    private func sides(isAnd: Bool) -> (left: SyntaxNode, right: SyntaxNode)? {
        guard let sides = self.chainSides, sides.isAnd == isAnd else { return nil }
        return (sides.left, sides.right)
    }

    /// The operands of the row; nil where the tree isn't balanced as the parser does it. (What isn't balanced is found on
    /// the way down, as a balanced tree is never higher than its row's logarithm.)
    private func rowLength(isAnd: Bool) -> Int? {
        guard let sides = self.sides(isAnd: isAnd) else { return 1 }
        guard let left = sides.left.rowLength(isAnd: isAnd), let right = sides.right.rowLength(isAnd: isAnd) else {
            return nil
        }
        return left == Parser.leftShare(of: left + right) ? left + right : nil
    }

    private func rowOperands(isAnd: Bool) -> [SyntaxNode] {
        var operands: [SyntaxNode] = []
        var rest = [self]
        while let node = rest.popLast() {
            if let sides = node.sides(isAnd: isAnd) {
                rest += [sides.right, sides.left]
            } else {
                operands.append(node)
            }
        }
        return operands
    }
}
