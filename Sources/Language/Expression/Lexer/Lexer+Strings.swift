extension Lexer {
    /// How a string or bytes literal is written.
    struct QuotedForm {
        let isBytes: Bool
        /// Backslashes are what they are.
        let isRaw: Bool
        let quote: UInt8
        /// Three quotes on each side, with lines between them as they are.
        let isTriple: Bool
        /// Bytes from the prefix to the opening quotes.
        let openingLength: Int

        fileprivate var closingLength: Int { self.isTriple ? 3 : 1 }
        fileprivate var noun: String { self.isBytes ? "bytes literal" : "string" }
    }

    /// The form of the literal that begins here: an optional `b`, an optional `r`, and quotes. Nil where none begins.
    func quotedForm() -> QuotedForm? {
        let isBytes = self.byte().map { $0 | 0x20 == UInt8(ascii: "b") } ?? false
        var length = isBytes ? 1 : 0
        let isRaw = self.byte(length).map { $0 | 0x20 == UInt8(ascii: "r") } ?? false
        length += isRaw ? 1 : 0
        guard let quote = self.byte(length), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            return nil
        }
        let isTriple = self.byte(length + 1) == quote && self.byte(length + 2) == quote
        return QuotedForm(
            isBytes: isBytes,
            isRaw: isRaw,
            quote: quote,
            isTriple: isTriple,
            openingLength: length + (isTriple ? 3 : 1)
        )
    }

    mutating func readQuoted(_ form: QuotedForm) throws(Diagnostic) -> Token.Kind {
        let opening = self.position..<self.position + form.openingLength
        self.position = opening.upperBound
        var content: [UInt8] = []
        while !self.takeClosing(form) {
            guard let byte = self.byte() else {
                throw Diagnostic("the \(form.noun) that begins here is never closed", at: opening)
            }
            guard form.isTriple || !Self.isNewline(byte) else {
                let quotes = String(repeating: Character(Unicode.Scalar(form.quote)), count: 3)
                throw Diagnostic(
                    "the \(form.noun) that begins here is not closed on its line",
                    at: opening,
                    suggestion: quotes
                )
            }
            if byte == UInt8(ascii: "\\"), !form.isRaw {
                try self.readEscape(form, into: &content)
            } else {
                content.append(byte)
                self.position += 1
            }
        }
        return form.isBytes ? .bytes(content) : .string(String(decoding: content, as: UTF8.self))
    }

    private mutating func takeClosing(_ form: QuotedForm) -> Bool {
        let quotes = (0..<form.closingLength).allSatisfy { self.byte($0) == form.quote }
        if quotes { self.position += form.closingLength }
        return quotes
    }

    // MARK: Escapes

    /// What the second byte of an escape stands for, where that is all of it.
    private static let simpleEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
        UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "v"): 0x0B, UInt8(ascii: "\\"): 0x5C,
        UInt8(ascii: "?"): 0x3F, UInt8(ascii: "\""): 0x22, UInt8(ascii: "'"): 0x27, UInt8(ascii: "`"): 0x60,
    ]

    private mutating func readEscape(_ form: QuotedForm, into content: inout [UInt8]) throws(Diagnostic) {
        let start = self.position
        self.position += 1
        guard let letter = self.byte() else { return }
        if let byte = Self.simpleEscapes[letter] {
            self.position += 1
            content.append(byte)
            return
        }
        switch letter {
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            self.position += 1
            self.append(try self.readHex(2, from: start), form, to: &content)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            self.append(try self.readOctal(from: start), form, to: &content)
        case UInt8(ascii: "u") where !form.isBytes:
            self.position += 1
            content.append(contentsOf: Array(String(try self.readBasicPlane(from: start)).utf8))
        case UInt8(ascii: "U") where !form.isBytes:
            self.position += 1
            let code = try self.readHex(8, from: start)
            content.append(contentsOf: Array(String(try self.scalar(code, from: start)).utf8))
        default:
            throw self.unknownEscape(from: start, form)
        }
    }

    /// `\xFF` and `\377` are a code point in a string, and a byte in bytes.
    private func append(_ code: UInt32, _ form: QuotedForm, to content: inout [UInt8]) {
        let byte = UInt8(truncatingIfNeeded: code)
        if form.isBytes {
            content.append(byte)
        } else {
            content.append(contentsOf: Array(String(Unicode.Scalar(byte)).utf8))
        }
    }

    private mutating func readHex(_ count: Int, from start: Int) throws(Diagnostic) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<count {
            guard let digit = Self.hexDigit(self.byte()) else {
                let escape = self.text(start..<start + 2)
                throw Diagnostic("'\(escape)' takes \(count) hexadecimal digits", at: start..<self.position)
            }
            code = code << 4 | digit
            self.position += 1
        }
        return code
    }

    private mutating func readOctal(from start: Int) throws(Diagnostic) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<3 {
            guard let byte = self.byte(), UInt8(ascii: "0")...UInt8(ascii: "7") ~= byte else {
                throw Diagnostic("an octal escape has three digits, from \\000 to \\377", at: start..<self.position)
            }
            code = code << 3 | UInt32(byte - UInt8(ascii: "0"))
            self.position += 1
        }
        return code
    }

    /// Behind `\u`: four digits, or the first half of a surrogate pair and `\u` with the second.
    private mutating func readBasicPlane(from start: Int) throws(Diagnostic) -> Unicode.Scalar {
        let code = try self.readHex(4, from: start)
        guard 0xD800...0xDBFF ~= code, self.byte() == UInt8(ascii: "\\"), self.byte(1) == UInt8(ascii: "u") else {
            return try self.scalar(code, from: start)
        }
        let second = self.position
        self.position += 2
        let low = try self.readHex(4, from: second)
        guard 0xDC00...0xDFFF ~= low else { return try self.scalar(code, from: start) }
        return try self.scalar(0x1_0000 + (code - 0xD800) << 10 + (low - 0xDC00), from: start)
    }

    private func scalar(_ code: UInt32, from start: Int) throws(Diagnostic) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(code) else {
            let escape = self.text(start..<self.position)
            throw Diagnostic("'\(escape)' is not the code point of a character", at: start..<self.position)
        }
        return scalar
    }

    private func unknownEscape(from start: Int, _ form: QuotedForm) -> Diagnostic {
        let range = start..<self.scalarRange(at: self.position).upperBound
        let escape = self.text(range)
        if form.isBytes, escape == "\\u" || escape == "\\U" {
            return Diagnostic("'\(escape)' is for strings; bytes are written \\xFF or \\377", at: range)
        }
        return Diagnostic(
            "'\(VisibleText.line(escape))' is no escape; a raw string, r'...', takes backslashes as they are",
            at: range,
            suggestion: Self.isNewline(self.byte() ?? 0) ? nil : "\\" + escape
        )
    }
}
