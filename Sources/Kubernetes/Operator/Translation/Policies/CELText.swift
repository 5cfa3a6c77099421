/// Pieces of expressions and templates that hold text from the cluster: no text can be more than a text there.
enum CELText {
    /// A literal of `text`, without any character that means something to a template or to a quoted text.
    static func literal(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "'") { $0 += self.escaped($1) } + "'"
    }

    /// `text` in a field that is a template, as itself.
    static func template(_ text: String) -> String {
        text.replacing("${", with: "$${")
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "'", "\\": "\\" + String(scalar)
        // A dollar before a bracket would begin a template.
        case "$": "\\u0024"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F: "\\u" + self.hex(scalar.value)
        default: String(scalar)
        }
    }

    private static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

/// Paths of rules in the one spelling that `req.url.path` has.
enum RulePath {
    /// Escapes of unreserved characters decoded, the others in capitals, what no URI has as it is escaped.
    static func normalized(_ path: String) -> String {
        let bytes = Array(path.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let code = index + 2 < bytes.count ? self.value(bytes[index + 1], bytes[index + 2]) : nil
            if byte == UInt8(ascii: "%"), let code {
                result += self.isUnreserved(code) ? [code] : self.escape(code)
                index += 3
            } else {
                result += self.wantsEscape(byte) ? self.escape(byte) : [byte]
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func escape(_ byte: UInt8) -> [UInt8] {
        [UInt8(ascii: "%"), self.digits[Int(byte >> 4)], self.digits[Int(byte & 15)]]
    }

    private static func value(_ high: UInt8, _ low: UInt8) -> UInt8? {
        guard let high = Character(Unicode.Scalar(high)).hexDigitValue,
            let low = Character(Unicode.Scalar(low)).hexDigitValue
        else { return nil }
        return UInt8(high << 4 | low)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func wantsEscape(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte >= 0x7F || "\"<>^`{|}".utf8.contains(byte)
    }
}
