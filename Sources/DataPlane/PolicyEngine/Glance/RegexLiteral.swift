/// What a regular expression that begins with `^` wants a text to begin with: found without searching, and mostly missing
/// where the expression does not match.
struct RegexLiteral {
    /// Empty where nothing is known.
    private(set) var prefix: [UInt8] = []
    /// Whether the expression says no more than that the text begins so, or is that.
    private(set) var isAll = false
    private(set) var isWholeText = false

    /// Knows few patterns, and those for sure: of an alternative, or a letter that may be missing, it says nothing.
    init(_ pattern: String) {
        var rest = Array(pattern.utf8)[...]
        guard rest.popFirst() == UInt8(ascii: "^"), !rest.contains(UInt8(ascii: "|")) else { return }
        while let byte = Self.literal(from: &rest) { self.prefix.append(byte) }
        self.isAll = rest.isEmpty
        self.isWholeText = rest.elementsEqual("$".utf8)
        if let next = rest.first, Self.repeats.contains(next) { _ = self.prefix.popLast() }
    }

    private static let repeats = Set("*+?{".utf8)
    private static let special = Set("*+?{}[]().|^$\\".utf8)

    /// The character that comes next and stands for itself, taken from `rest`; nil, with nothing taken, where there is none.
    private static func literal(from rest: inout ArraySlice<UInt8>) -> UInt8? {
        guard let first = rest.first, first < 0x80 else { return nil }
        guard first == UInt8(ascii: "\\") else {
            guard !self.special.contains(first) else { return nil }
            rest.removeFirst()
            return first
        }
        // An escaped letter or digit is a class, a border or a code.
        guard let escaped = rest.dropFirst().first, escaped > 0x20, escaped < 0x7F, !escaped.isLetterOrDigit else {
            return nil
        }
        rest.removeFirst(2)
        return escaped
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool { self &- 0x30 < 10 || (self | 0x20) &- 0x61 < 26 }
}
