import Model

/// Any value of a document, whose texts may have `${…}` parts.
///
/// A text that is one `${…}` keeps the type of what it comes to (`spec/expressions.md` 6).
package indirect enum TemplateValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case template(TemplateSource)
    case list([TemplateValue])
    /// In the order of the document.
    case object([Member])

    package struct Member: Sendable, Hashable {
        package let name: String
        package let value: TemplateValue
    }
}

extension FieldType where Value == TemplateValue {
    /// Any value, nested no deeper than `depth`.
    static func anything(depth: Int = 8) -> Self {
        FieldType(words: "any value", limits: "nested at most \(depth) deep", interpolation: .template) {
            node,
            path,
            context in
            guard node.height <= depth else {
                let words = "is nested \(node.height) deep; at most \(depth) are allowed"
                context.report(.policyNesting, at: node, path: path, words)
                return nil
            }
            return node.templateValue(path: path, context)
        }
    }
}

extension Node {
    fileprivate func templateValue(path: String, _ context: ReadingContext) -> FieldValue<TemplateValue>? {
        switch self.value {
        case .null: return FieldValue(.null, .null)
        case .bool(let value): return FieldValue(.bool(value), .bool(value))
        case .integer(let value): return FieldValue(.integer(value), .integer(value))
        case .number(let value): return FieldValue(.number(value), .number(value))
        case .string:
            let template = context.compiled(TemplateSource(self.source), path: path, code: .policyTemplate)
            return template.map { FieldValue(.template($0), .string($0.text)) }
        case .sequence(let nodes):
            let read = nodes.enumerated().map { $1.templateValue(path: item($0, of: path), context) }
            let good = read.compactMap(\.self)
            guard good.count == read.count else { return nil }
            return FieldValue(.list(good.map(\.value)), .list(good.map(\.written)))
        case .mapping(let entries):
            let read = entries.map { $0.value.templateValue(path: "\(path).\($0.key)", context) }
            let good = read.compactMap(\.self)
            guard good.count == read.count else { return nil }
            let names = entries.map(\.key)
            return FieldValue(
                .object(zip(names, good).map { TemplateValue.Member(name: $0, value: $1.value) }),
                .object(zip(names, good).map { DocumentValue.Member($0, $1.written) })
            )
        }
    }
}
