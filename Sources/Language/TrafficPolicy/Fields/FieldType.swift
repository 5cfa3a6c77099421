import Model

/// How a field's text is treated before its own meaning (`spec/traffic-policy.md` 3).
enum Interpolation: Sendable {
    case none
    /// May have `${…}` parts.
    case template
    /// Is a CEL expression itself.
    case expression
}

/// Reads a field's value, and describes itself for the reference.
struct FieldType<Value> {
    /// What the value is, for the reference: `list of texts`.
    var words: String
    /// Its bounds or choices, for the reference; empty where it has none.
    var limits = ""
    var interpolation = Interpolation.none
    var isSecret = false
    /// The fields of the mappings that the value is made of.
    var fields: [FieldDescription] = []
    /// - Returns: nil when the value is wrong, which was reported.
    var read: (_ node: Node, _ path: String, _ context: ReadingContext) -> FieldValue<Value>?
}

/// A field's value, and how the document is given back with it.
struct FieldValue<Value> {
    let value: Value
    let written: DocumentValue

    init(_ value: Value, _ written: DocumentValue) {
        self.value = value
        self.written = written
    }
}

/// What the reference says of a field.
package struct FieldDescription: Sendable {
    package let name: String
    /// Other names that are read as this one.
    package let aliases: [String]
    package let words: String
    package let limits: String
    package let isRequired: Bool
    /// As a document would spell it; nil where absence is no value.
    package let defaultText: String?
    package let isTemplate: Bool
    package let isExpression: Bool
    package let isSecret: Bool
    package let meaning: String
    /// The fields of the mappings that the value is made of.
    package let fields: [FieldDescription]
}

extension FieldType {
    /// The same type with a further look at what was read.
    ///
    /// `check`: reports what is wrong and returns nil, or returns the value that goes on.
    func checked<Other>(
        _ check: @escaping (Value, Node, _ path: String, ReadingContext) -> Other?
    ) -> FieldType<Other> {
        let read = self.read
        return FieldType<Other>(
            words: self.words,
            limits: self.limits,
            interpolation: self.interpolation,
            isSecret: self.isSecret,
            fields: self.fields
        ) { node, path, context in
            guard let found = read(node, path, context), let other = check(found.value, node, path, context) else {
                return nil
            }
            return FieldValue<Other>(other, found.written)
        }
    }

    func described(_ words: String? = nil, limits: String? = nil) -> Self {
        var copy = self
        copy.words = words ?? self.words
        copy.limits = limits ?? self.limits
        return copy
    }
}

/// The end of a path for an item of a list.
func item(_ index: Int, of path: String) -> String { "\(path)[\(index)]" }
