/// Makes a tree of source text: the whole grammar of CEL with optional syntax, macros expanded on the way. Two things are
/// taken that CEL's own grammar refuses, and no type allows: `!-x` and `-!x`.
///
/// The parser doesn't recurse. What the source has begun and not ended stands on a stack of its own, whose height is
/// bounded, as is the height of the tree: no text makes a stack overflow, here or in the stages that walk the tree by
/// recursion (docs/decisions/0140-bounded-trees.md).
package struct Parser {
    /// The most bytes of UTF-8 that an expression may have.
    package static let maximumSourceBytes = 16 * 1024
    /// How deep constructs may stand within each other, and the most nodes on a way down the tree.
    package static let maximumDepth = 250

    /// The tree of an expression.
    ///
    /// - Throws: the first thing that is wrong.
    package static func parse(_ source: String) throws(Diagnostics) -> SyntaxNode {
        do throws(Diagnostic) {
            var parser = try Parser(Array(source.utf8), from: 0, endsAtBrace: false)
            return try parser.parse()
        } catch {
            throw Diagnostics(error)
        }
    }

    /// The tree of the expression within a template that begins at an offset and ends before a `}` that is not part of it.
    /// All ranges are of the whole template.
    ///
    /// - Returns: the tree and the offset of the `}`.
    static func parseEmbedded(in text: [UInt8], from start: Int) throws(Diagnostic) -> (SyntaxNode, end: Int) {
        var parser = try Parser(text, from: start, endsAtBrace: true)
        let node = try parser.parse()
        return (node, parser.token.range.lowerBound)
    }

    private let start: Int
    /// Whether the whole ends at a `}` rather than with the source.
    let endsAtBrace: Bool
    var lexer: Lexer
    /// The first that is not yet taken.
    private(set) var token: Token
    /// Where the last one that was taken stands.
    private(set) var taken: Range<Int>
    /// From the outermost, the whole, to the innermost.
    var constructs: [Construct]
    /// Whether an operand comes next, or what may follow one.
    var expectsOperand = true

    private init(_ source: [UInt8], from start: Int, endsAtBrace: Bool) throws(Diagnostic) {
        self.start = start
        self.endsAtBrace = endsAtBrace
        self.taken = start..<start
        self.constructs = [Construct(.whole, opening: start..<start)]
        self.lexer = Lexer(source, from: start)
        self.token = Token(kind: .end, range: start..<start)
        if !endsAtBrace { try self.checkLength(source.count) }
        self.token = try self.lexer.next()
    }

    private mutating func parse() throws(Diagnostic) -> SyntaxNode {
        while true {
            if self.expectsOperand {
                try self.readOperand()
            } else if let whole = try self.readOn() {
                return whole
            }
        }
    }

    // MARK: - Tokens

    @discardableResult
    mutating func advance() throws(Diagnostic) -> Range<Int> {
        self.taken = self.token.range
        self.token = try self.lexer.next()
        try self.checkLength(self.token.range.upperBound)
        return self.taken
    }

    func isNext(_ symbol: Symbol) -> Bool {
        if case .symbol(symbol) = self.token.kind { true } else { false }
    }

    /// Takes the next token if it is this one.
    mutating func take(_ symbol: Symbol) throws(Diagnostic) -> Bool {
        guard self.isNext(symbol) else { return false }
        try self.advance()
        return true
    }

    private func checkLength(_ end: Int) throws(Diagnostic) {
        guard end - self.start <= Self.maximumSourceBytes else {
            throw Diagnostic(
                "an expression may have \(Self.maximumSourceBytes) bytes; this one has more",
                at: self.start..<self.start
            )
        }
    }

    // MARK: - Constructs

    /// The innermost.
    var current: Construct {
        get { self.constructs[self.constructs.count - 1] }
        _modify { yield &self.constructs[self.constructs.count - 1] }
    }

    mutating func open(_ kind: Construct.Kind, at opening: Range<Int>) throws(Diagnostic) {
        guard self.constructs.count <= Self.maximumDepth else {
            throw Diagnostic("expressions may nest \(Self.maximumDepth) deep; this one goes deeper", at: opening)
        }
        self.constructs.append(Construct(kind, opening: opening))
        self.expectsOperand = true
    }

    /// Takes the innermost construct off and makes what became of it an operand of the one around it.
    mutating func close(_ part: Part) {
        self.constructs.removeLast()
        self.push(part)
    }

    mutating func push(_ operand: Part) {
        self.current.operands.append(operand)
        self.expectsOperand = false
    }

    /// A piece of the tree over others.
    func part(_ kind: SyntaxNode.Kind, at range: Range<Int>, over children: [Part] = []) throws(Diagnostic) -> Part {
        let height = 1 + (children.lazy.map(\.height).max() ?? 0)
        guard height <= Self.maximumDepth else {
            throw Diagnostic("expressions may nest \(Self.maximumDepth) deep; this one goes deeper", at: self.taken)
        }
        return Part(node: SyntaxNode(kind, at: range), height: height, range: range)
    }
}
