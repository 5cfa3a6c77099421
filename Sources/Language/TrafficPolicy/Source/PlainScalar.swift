/// What an unquoted scalar is taken for (YAML 1.2.2 10.3.2, the core schema; JSON's scalars mean the same in it).
enum PlainScalar {
    static func value(of text: String) -> Node.Value {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
        case ".nan", ".NaN", ".NAN": return .number(.nan)
        default: return self.number(text) ?? .string
        }
    }

    private static func number(_ text: String) -> Node.Value? {
        if text.hasPrefix("0o") { return Self.based(text, radix: 8) }
        if text.hasPrefix("0x") { return Self.based(text, radix: 16) }
        guard text.utf8.count <= 400, Self.isDecimal(text) else { return nil }
        if let number = Int(text) { return .integer(number) }
        // A whole number beyond 64 bits, or one with a fraction. Swift wants a digit on both sides of the point.
        let padded = text.replacing(/^([-+]?)\./) { "\($0.output.1)0." }.replacing(/\.($|[eE])/) { ".0\($0.output.1)" }
        return Double(padded).map(Node.Value.number)
    }

    private static func based(_ text: String, radix: Int) -> Node.Value? {
        let digits = text.dropFirst(2)
        guard digits.first != "+", digits.first != "-" else { return nil }
        return Int(digits, radix: radix).map(Node.Value.integer)
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func isDecimal(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits() -> Int {
            let count = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }.count
            rest = rest.dropFirst(count)
            return count
        }
        func take(_ characters: String) -> Bool {
            guard let first = rest.first, characters.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = take("-+")
        let whole = digits()
        let fraction = take(".") ? digits() : 0
        guard whole + fraction > 0 else { return false }
        if take("eE") {
            _ = take("-+")
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
