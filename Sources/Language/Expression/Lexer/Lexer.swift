/// Cuts source text into tokens (CEL's language definition, "Syntax"), one at a time as the parser asks, so that the first
/// thing wrong with a text is the first that is reported.
struct Lexer {
    let source: [UInt8]
    /// Where the next token, or the white space before it, begins.
    var position: Int

    init(_ source: [UInt8], from start: Int = 0) {
        self.source = source
        self.position = start
    }

    /// The next token; `.end`, again and again, behind the last one.
    mutating func next() throws(Diagnostic) -> Token {
        self.skipSpace()
        let start = self.position
        let kind = try self.readKind()
        return Token(kind: kind, range: start..<self.position)
    }

    private mutating func readKind() throws(Diagnostic) -> Token.Kind {
        guard let byte = self.byte() else { return .end }
        if let form = self.quotedForm() { return try self.readQuoted(form) }
        if Self.isDigit(byte) || byte == UInt8(ascii: ".") && Self.isDigit(self.byte(1)) {
            return try self.readNumber()
        }
        if Self.startsIdentifier(byte) { return self.readWord() }
        if byte == UInt8(ascii: "`") { return try self.readQuotedIdentifier() }
        return .symbol(try self.readSign())
    }

    private mutating func readWord() -> Token.Kind {
        let word = self.text(self.take(while: Self.continuesIdentifier))
        guard Identifier.keywords.contains(word), let keyword = Symbol(rawValue: word) else { return .identifier(word) }
        return .symbol(keyword)
    }

    private mutating func readQuotedIdentifier() throws(Diagnostic) -> Token.Kind {
        let start = self.position
        self.position += 1
        let name = self.take { Self.continuesIdentifier($0) || Self.quotedOnly.contains($0) }
        guard self.byte() == UInt8(ascii: "`") else {
            let stop = self.byte() == nil ? start..<start + 1 : self.scalarRange(at: self.position)
            throw Diagnostic(
                "a name in back-ticks takes letters, digits, spaces and any of _ . - / up to a back-tick",
                at: stop
            )
        }
        self.position += 1
        guard !name.isEmpty else { throw Diagnostic("a name in back-ticks is empty", at: start..<self.position) }
        return .quotedIdentifier(self.text(name))
    }

    /// What a name in back-ticks may have beyond letters, digits and the underscore.
    private static let quotedOnly: Set<UInt8> = Set(" .-/".utf8)

    private mutating func readSign() throws(Diagnostic) -> Symbol {
        for length in [2, 1] where self.position + length <= self.source.count {
            let text = self.text(self.position..<self.position + length)
            guard let symbol = Symbol(rawValue: text) else { continue }
            self.position += length
            return symbol
        }
        throw self.strangeCharacter()
    }

    private func strangeCharacter() -> Diagnostic {
        let range = self.scalarRange(at: self.position)
        let text = self.text(range)
        switch text {
        case "=": return Diagnostic("a single '=' means nothing here", at: range, suggestion: "==")
        case "&": return Diagnostic("a single '&' means nothing here", at: range, suggestion: "&&")
        case "|": return Diagnostic("a single '|' means nothing here", at: range, suggestion: "||")
        case "\u{2018}", "\u{2019}": return Diagnostic("'\(text)' does not quote a string", at: range, suggestion: "'")
        case "\u{201C}", "\u{201D}": return Diagnostic("'\(text)' does not quote a string", at: range, suggestion: "\"")
        default: return Diagnostic("the language has no use for the character \(Self.quote(text))", at: range)
        }
    }

    /// A character for a message: itself if it can be seen, and its code point.
    private static func quote(_ text: String) -> String {
        guard let scalar = text.unicodeScalars.first else { return "" }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return VisibleText.isVisible(scalar) ? scalar.isASCII ? "'\(text)'" : "'\(text)' (\(code))" : code
    }
}

// MARK: - Bytes

extension Lexer {
    func byte(_ ahead: Int = 0) -> UInt8? {
        let index = self.position + ahead
        return index < self.source.count ? self.source[index] : nil
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: self.source[range], as: UTF8.self)
    }

    @discardableResult
    mutating func take(while belongs: (UInt8) -> Bool) -> Range<Int> {
        let start = self.position
        while let byte = self.byte(), belongs(byte) { self.position += 1 }
        return start..<self.position
    }

    /// The bytes of the character at an offset, which is at the beginning of one.
    func scalarRange(at start: Int) -> Range<Int> {
        var end = min(start + 1, self.source.count)
        while end < self.source.count, self.source[end] & 0xC0 == 0x80 { end += 1 }
        return start..<end
    }

    /// White space, and comments from `//` to the end of their line.
    private mutating func skipSpace() {
        while let byte = self.byte() {
            if Self.space.contains(byte) {
                self.position += 1
            } else if byte == UInt8(ascii: "/"), self.byte(1) == UInt8(ascii: "/") {
                self.take { !Self.isNewline($0) }
            } else {
                return
            }
        }
    }

    private static let space: Set<UInt8> = Set("\t\n\u{0C}\r ".utf8)

    static func isNewline(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    static func isDigit(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    static func startsIdentifier(_ byte: UInt8) -> Bool {
        // Setting this bit makes capitals small, and nothing else a letter.
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || byte == UInt8(ascii: "_")
    }

    static func continuesIdentifier(_ byte: UInt8) -> Bool {
        Self.startsIdentifier(byte) || Self.isDigit(byte)
    }
}
