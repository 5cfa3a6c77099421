/// A CEL expression as the document has it, not yet compiled.
package struct ExpressionSource: Sendable, Hashable {
    package let source: SourceText

    package init(_ source: SourceText) {
        self.source = source
    }

    package var text: String { self.source.text }
    package var position: SourcePosition { self.source.position }
}

/// A text with `${…}` parts as the document has it, not yet compiled (`spec/expressions.md` 6).
package struct TemplateSource: Sendable, Hashable {
    package let source: SourceText
    /// The text where nothing has to be evaluated, with `$${` read as `${`; nil where it has `${…}` parts.
    package let literal: String?

    package init(_ source: SourceText) {
        self.source = source
        self.literal = Self.literal(in: source.text)
    }

    /// The text as written.
    package var text: String { self.source.text }
    package var position: SourcePosition { self.source.position }

    private static func literal(in text: String) -> String? {
        let bytes = Array(text.utf8)
        var literal: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            if rest.starts(with: "$${".utf8) {
                literal += "${".utf8
                index += 3
            } else if rest.starts(with: "${".utf8) {
                return nil
            } else {
                literal.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: literal, as: UTF8.self)
    }
}
