import Expression

/// Reads a variable of an exchange; nil where it is absent, which reads as its type's zero (`spec/expressions.md` 5).
typealias VariableReader = @Sendable (Exchange) -> Value?

/// The reader of one variable.
struct NamedReader: Sendable {
    let name: String
    let reader: VariableReader

    init(_ name: String, _ reader: @escaping VariableReader) {
        self.name = name
        self.reader = reader
    }
}

extension Value {
    /// Nil for a text that is empty, as variables without data are.
    static func present(_ text: String?) -> Value? {
        guard let text, !text.isEmpty else { return nil }
        return .string(text)
    }

    static func present(_ texts: [String]?) -> Value? {
        guard let texts, !texts.isEmpty else { return nil }
        return .list(texts.map(Value.string))
    }

    static func number(_ number: some BinaryInteger) -> Value { .int(Int64(clamping: number)) }

    /// A record: a map with known members.
    static func record(_ members: [(name: String, value: Value)]) -> Value { .map(LiteralMap(members: members)) }
}
