extension Lexer {
    /// `12`, `0x1F`, either with a `u` behind it, `1.5`, `.5`, `1e9`.
    mutating func readNumber() throws(Diagnostic) -> Token.Kind {
        let start = self.position
        if self.byte() == UInt8(ascii: "0"), self.byte(1) == UInt8(ascii: "x"), Self.hexDigit(self.byte(2)) != nil {
            self.position += 2
            let digits = self.take { Self.hexDigit($0) != nil }
            return try self.integer(digits, radix: 16, from: start)
        }
        let digits = self.take(while: Self.isDigit)
        let hasFraction = self.byte() == UInt8(ascii: ".") && Self.isDigit(self.byte(1))
        if hasFraction {
            self.position += 1
            self.take(while: Self.isDigit)
        }
        guard self.takeExponent() || hasFraction else { return try self.integer(digits, radix: 10, from: start) }
        try self.checkEndOfNumber(from: start)
        let text = self.text(start..<self.position)
        guard let value = Double(text), value.isFinite else {
            throw Diagnostic("'\(text)' is outside of the range of double", at: start..<self.position)
        }
        return .double(value)
    }

    /// Whether there was one, with its digits.
    private mutating func takeExponent() -> Bool {
        guard let letter = self.byte(), letter | 0x20 == UInt8(ascii: "e") else { return false }
        let sign = self.byte(1)
        let length = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") ? 2 : 1
        guard Self.isDigit(self.byte(length)) else { return false }
        self.position += length
        self.take(while: Self.isDigit)
        return true
    }

    private mutating func integer(
        _ digits: Range<Int>,
        radix: Int,
        from start: Int
    ) throws(Diagnostic) -> Token.Kind {
        let isUnsigned = self.byte().map { $0 | 0x20 == UInt8(ascii: "u") } ?? false
        if isUnsigned { self.position += 1 }
        try self.checkEndOfNumber(from: start)
        guard let value = UInt64(self.text(digits), radix: radix) else {
            let text = self.text(start..<self.position)
            let type = isUnsigned ? "uint" : "int"
            throw Diagnostic("'\(text)' is outside of the range of \(type)", at: start..<self.position)
        }
        return isUnsigned ? .uint(value) : .int(value)
    }

    /// A number and a word side by side are an error wherever they stand, but for the operator `in`; said here, it is one
    /// about the number.
    private mutating func checkEndOfNumber(from start: Int) throws(Diagnostic) {
        let end = self.position
        let word = self.text(self.take(while: Self.continuesIdentifier))
        guard word.isEmpty || word == "in" else {
            throw Diagnostic("'\(self.text(start..<self.position))' is not a number", at: start..<self.position)
        }
        self.position = end
    }

    static func hexDigit(_ byte: UInt8?) -> UInt32? {
        switch byte {
        case .some(UInt8(ascii: "0")...UInt8(ascii: "9")): byte.map { UInt32($0 - UInt8(ascii: "0")) }
        case .some(UInt8(ascii: "a")...UInt8(ascii: "f")): byte.map { UInt32($0 - UInt8(ascii: "a")) + 10 }
        case .some(UInt8(ascii: "A")...UInt8(ascii: "F")): byte.map { UInt32($0 - UInt8(ascii: "A")) + 10 }
        default: nil
        }
    }
}
