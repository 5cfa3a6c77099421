extension JSONValue {
    /// Reads the one value that `bytes` spell, with nothing but whitespace around it.
    package init(
        reading bytes: some Collection<UInt8>,
        limits: JSONLimits = JSONLimits()
    ) throws(JSONError) {
        guard bytes.count <= limits.bytes else { throw .tooLarge }
        var reader = JSONReader(bytes: Array(bytes), depthLimit: limits.depth)
        self = try reader.document()
    }
}

/// Reads one JSON value by recursive descent, strictly by RFC 8259.
///
/// Not Foundation's, which loses the order of members, duplicates and the text of numbers: options that an agent sends
/// must come back to it as they were.
struct JSONReader {
    let bytes: [UInt8]
    let depthLimit: Int
    private var index = 0

    init(bytes: [UInt8], depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try self.value(depth: 0)
        self.skipWhitespace()
        guard self.peek == nil else { throw .malformed(at: self.index) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        self.skipWhitespace()
        guard let first = self.peek else { throw .incomplete }
        switch first {
        case UInt8(ascii: "{"): return .object(try self.object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try self.array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.literal("true", .bool(true))
        case UInt8(ascii: "f"): return try self.literal("false", .bool(false))
        case UInt8(ascii: "n"): return try self.literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try self.number()
        default: throw .malformed(at: self.index)
        }
    }

    // MARK: - Containers

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        guard depth <= self.depthLimit else { throw .tooDeep }
        self.index += 1
        var object = JSONObject()
        self.skipWhitespace()
        if self.take(UInt8(ascii: "}")) { return object }
        repeat {
            self.skipWhitespace()
            guard self.peek == UInt8(ascii: "\"") else { throw self.unexpected }
            let key = try self.string()
            self.skipWhitespace()
            guard self.take(UInt8(ascii: ":")) else { throw self.unexpected }
            object.append(key, try self.value(depth: depth))
            self.skipWhitespace()
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "}")) else { throw self.unexpected }
        return object
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= self.depthLimit else { throw .tooDeep }
        self.index += 1
        var values: [JSONValue] = []
        self.skipWhitespace()
        if self.take(UInt8(ascii: "]")) { return values }
        repeat {
            values.append(try self.value(depth: depth))
            self.skipWhitespace()
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "]")) else { throw self.unexpected }
        return values
    }

    // MARK: - Scalars

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) {
            guard self.take(byte) else { throw self.unexpected }
        }
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = self.index
        _ = self.take(UInt8(ascii: "-"))
        // A leading zero stands alone.
        if !self.take(UInt8(ascii: "0")) { try self.digits() }
        var isInteger = true
        if self.take(UInt8(ascii: ".")) {
            isInteger = false
            try self.digits()
        }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            isInteger = false
            if !self.take(UInt8(ascii: "-")) { _ = self.take(UInt8(ascii: "+")) }
            try self.digits()
        }
        let text = String(decoding: self.bytes[start..<self.index], as: UTF8.self)
        if isInteger, text != "-0", let integer = Int64(text) { return .integer(integer) }
        return .number(text)
    }

    private mutating func digits() throws(JSONError) {
        let start = self.index
        while let byte = self.peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { self.index += 1 }
        guard self.index > start else { throw self.unexpected }
    }

    private mutating func string() throws(JSONError) -> String {
        self.index += 1
        let start = self.index
        while let byte = self.peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
            self.index += 1
        }
        var text = self.bytes[start..<self.index]
        while !self.take(UInt8(ascii: "\"")) {
            guard let byte = self.peek else { throw .incomplete }
            guard byte >= 0x20 else { throw .malformed(at: self.index) }
            self.index += 1
            if byte == UInt8(ascii: "\\") {
                text += try self.escape()
            } else {
                text.append(byte)
            }
        }
        guard let string = String(validating: text, as: UTF8.self) else { throw .notUnicode(at: start) }
        return string
    }

    /// What stands behind a backslash, as UTF-8.
    private mutating func escape() throws(JSONError) -> [UInt8] {
        guard let byte = self.peek else { throw .incomplete }
        self.index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(Character(try self.escapedScalar()).utf8)
        default: throw .malformed(at: self.index - 1)
        }
    }

    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let start = self.index
        let unit = try self.hexadecimal()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        // A surrogate: the high half must come first, and the low one right behind it.
        guard (0xD800...0xDBFF).contains(unit), self.take(UInt8(ascii: "\\")), self.take(UInt8(ascii: "u")) else {
            throw .notUnicode(at: start)
        }
        let low = try self.hexadecimal()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit - 0xD800) << 10) + UInt32(low - 0xDC00))
        else { throw .notUnicode(at: start) }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = self.peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw self.unexpected
            }
            value = value << 4 | UInt16(digit)
            self.index += 1
        }
        return value
    }

    // MARK: - Bytes

    private var peek: UInt8? { self.index < self.bytes.count ? self.bytes[self.index] : nil }

    private var unexpected: JSONError { self.peek == nil ? .incomplete : .malformed(at: self.index) }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.peek == byte else { return false }
        self.index += 1
        return true
    }

    private mutating func skipWhitespace() {
        while let byte = self.peek, byte.isJSONWhitespace { self.index += 1 }
    }
}

extension UInt8 {
    /// Whether RFC 8259 lets it stand between the parts of a value.
    package var isJSONWhitespace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
