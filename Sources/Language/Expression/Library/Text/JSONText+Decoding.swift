extension JSONText {
    /// Reads one JSON value (RFC 8259) with white space around it. Numbers are doubles; of two members with one name the last
    /// one counts.
    ///
    /// - Throws: where the text is no JSON, nests too deeply, or has a number that no double comes near.
    package static func decode(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Value {
        try run.charge(1 + text.utf8.count / 8)
        var reader = JSONReader(Array(text.utf8))
        return try reader.document()
    }
}

private struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(EvaluationError) -> Value {
        let value = try self.value(depth: 0)
        self.skipSpace()
        guard self.position == self.bytes.count else { throw self.error("something behind the value") }
        return value
    }

    private func error(_ problem: String) -> EvaluationError {
        .invalid("invalid JSON at byte \(self.position): \(problem)")
    }

    private var next: UInt8? {
        self.position < self.bytes.count ? self.bytes[self.position] : nil
    }

    private mutating func skipSpace() {
        while let byte = self.next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { self.position += 1 }
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard self.next == UInt8(ascii: byte) else { return false }
        self.position += 1
        return true
    }

    private mutating func value(depth: Int) throws(EvaluationError) -> Value {
        guard depth < JSONText.maximumDepth else { throw self.error("nested more than \(JSONText.maximumDepth) deep") }
        self.skipSpace()
        switch self.next {
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.word("true", .bool(true))
        case UInt8(ascii: "f"): return try self.word("false", .bool(false))
        case UInt8(ascii: "n"): return try self.word("null", .null)
        default:
            guard self.next == UInt8(ascii: "-") || self.next.map(Self.isDigit) == true else {
                throw self.error("a value is missing")
            }
            return .double(try self.number())
        }
    }

    private mutating func word(_ word: String, _ value: Value) throws(EvaluationError) -> Value {
        guard self.bytes[self.position...].starts(with: word.utf8) else { throw self.error("a value is missing") }
        self.position += word.utf8.count
        return value
    }

    private mutating func array(depth: Int) throws(EvaluationError) -> Value {
        self.position += 1
        self.skipSpace()
        if self.take("]") { return .list([]) }
        var elements: [Value] = []
        while true {
            elements.append(try self.value(depth: depth + 1))
            self.skipSpace()
            if self.take("]") { return .list(elements) }
            guard self.take(",") else { throw self.error("',' or ']' is missing") }
        }
    }

    private mutating func object(depth: Int) throws(EvaluationError) -> Value {
        self.position += 1
        self.skipSpace()
        var members: [(name: String, value: Value)] = []
        if self.take("}") { return .map(LiteralMap(members: members)) }
        while true {
            self.skipSpace()
            guard self.next == UInt8(ascii: "\"") else { throw self.error("a name is missing") }
            let name = try self.string()
            self.skipSpace()
            guard self.take(":") else { throw self.error("':' is missing") }
            members.append((name, try self.value(depth: depth + 1)))
            self.skipSpace()
            if self.take("}") { return .map(LiteralMap(members: members)) }
            guard self.take(",") else { throw self.error("',' or '}' is missing") }
        }
    }

    private mutating func number() throws(EvaluationError) -> Double {
        let start = self.position
        _ = self.take("-")
        if !self.take("0"), self.digits() == 0 { throw self.error("a digit is missing") }
        if self.take("."), self.digits() == 0 { throw self.error("a digit is missing") }
        if self.take("e") || self.take("E") {
            _ = self.take("+") || self.take("-")
            if self.digits() == 0 { throw self.error("a digit is missing") }
        }
        let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        guard let number = Double(text), number.isFinite else { throw self.error("a number that is too large") }
        return number
    }

    private mutating func digits() -> Int {
        let start = self.position
        while let byte = self.next, Self.isDigit(byte) { self.position += 1 }
        return self.position - start
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private mutating func string() throws(EvaluationError) -> String {
        self.position += 1
        var text: [UInt8] = []
        while let byte = self.next {
            self.position += 1
            switch byte {
            case UInt8(ascii: "\""):
                // The source is a string, so its bytes are UTF-8, and escapes add whole scalars.
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try self.escape(into: &text)
            case ..<0x20: throw self.error("a control character in a string")
            default: text.append(byte)
            }
        }
        throw self.error("a string that doesn't end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(EvaluationError) {
        let byte = self.next
        self.position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte ?? 0)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += String(Character(try self.scalar())).utf8
        default: throw self.error("an escape that is none")
        }
    }

    /// The code point behind `\u`, of two escapes where it needs both.
    private mutating func scalar() throws(EvaluationError) -> Unicode.Scalar {
        let first = try self.hexadecimal()
        guard (0xD800..<0xDC00).contains(first) else {
            guard let scalar = Unicode.Scalar(first) else { throw self.error("half of a character") }
            return scalar
        }
        guard self.take("\\"), self.take("u") else { throw self.error("half of a character") }
        let second = try self.hexadecimal()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw self.error("half of a character") }
        return scalar
    }

    private mutating func hexadecimal() throws(EvaluationError) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = self.next.flatMap(Hexadecimal.value) else { throw self.error("four digits are missing") }
            number = number << 4 | UInt32(digit)
            self.position += 1
        }
        return number
    }
}
