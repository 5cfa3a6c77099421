/// A piece of the source that the grammar takes as one.
struct Token {
    enum Kind {
        case identifier(String)
        /// `` `a-b` ``: what only a member can be called; the payload is without the back-ticks.
        case quotedIdentifier(String)
        /// Without a sign: the parser joins a literal and the `-` before it.
        case int(UInt64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        case symbol(Symbol)
        case end
    }

    let kind: Kind
    /// Bytes of the source.
    let range: Range<Int>
}

/// Signs and keywords; the raw value is how they are written.
enum Symbol: String, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case less = "<"
    case greaterOrEqual = ">="
    case greater = ">"
    case and = "&&"
    case or = "||"
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
    case dot = "."
    case comma = ","
    case question = "?"
    case colon = ":"
    case plus = "+"
    case minus = "-"
    case star = "*"
    case slash = "/"
    case percent = "%"
    case not = "!"
    case `true`, `false`, null, `in`
}
