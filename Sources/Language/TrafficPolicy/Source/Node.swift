/// A piece of a document with its place: what the text says, before a field's type has looked at it.
struct Node: Sendable {
    enum Value: Sendable {
        case null
        case bool(Bool)
        case integer(Int)
        /// A number with a fraction or an exponent, or a whole one beyond 64 bits.
        case number(Double)
        case string
        case sequence([Node])
        /// In the order of the document; no key stands twice.
        case mapping([Entry])
    }

    struct Entry: Sendable {
        let key: String
        let position: SourcePosition
        let value: Node
    }

    let value: Value
    /// A scalar's text, whatever it was taken for; empty for lists and mappings.
    let source: SourceText
    let position: SourcePosition

    init(_ value: Value, at position: SourcePosition, source: SourceText? = nil) {
        self.value = value
        self.position = position
        self.source = source ?? SourceText("", at: position)
    }

    var isNull: Bool { if case .null = self.value { true } else { false } }

    /// What it is, in words, for messages.
    var form: String {
        switch self.value {
        case .null: "nothing"
        case .bool: "a truth value"
        case .integer, .number: "a number"
        case .string: "a text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    /// What an error quotes of it.
    var offending: String {
        switch self.value {
        case .null, .bool, .integer, .number, .string: self.source.text
        case .sequence: "[…]"
        case .mapping: "{…}"
        }
    }
}

extension Node {
    /// How many values stand in it, itself included.
    var count: Int {
        switch self.value {
        case .null, .bool, .integer, .number, .string: 1
        case .sequence(let items): items.reduce(1) { $0 + $1.count }
        case .mapping(let entries): entries.reduce(1) { $0 + $1.value.count }
        }
    }

    /// How many lists and mappings stand within one another; 0 for a scalar.
    var height: Int {
        switch self.value {
        case .null, .bool, .integer, .number, .string: 0
        case .sequence(let items): 1 + (items.map(\.height).max() ?? 0)
        case .mapping(let entries): 1 + (entries.map(\.value.height).max() ?? 0)
        }
    }
}
