/// How values are written as literals.
enum LiteralText {
    /// A literal of a value that has one; of others, which no parser makes, a call or the type's name.
    static func text(of value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .uint(let value): "\(value)u"
        case .double(let value): value.isFinite ? "\(value)" : "double(\"\(value)\")"
        case .string(let text): Self.quoted(text)
        case .bytes(let bytes): Self.quoted(bytes)
        default: "<\(value.typeName.rawValue)>"
        }
    }

    static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { $0 += Self.escaped($1) } + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default: break
        }
        guard !VisibleText.isVisible(scalar) else { return String(scalar) }
        return scalar.value > 0xFFFF ? "\\U" + Self.hex(scalar.value, 8) : "\\u" + Self.hex(scalar.value, 4)
    }

    private static func quoted(_ bytes: [UInt8]) -> String {
        bytes.reduce(into: "b\"") { text, byte in
            let scalar = Unicode.Scalar(byte)
            text +=
                byte < 0x80 && VisibleText.isVisible(scalar) ? Self.escaped(scalar) : "\\x" + Self.hex(UInt32(byte), 2)
        } + "\""
    }

    private static func hex(_ value: UInt32, _ count: Int) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
