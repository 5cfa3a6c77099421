/// Text with expressions in it: `Hello ${req.headers["name"][0]}`. `$${` stands for `${`; every other `$` is itself.
package struct TemplateSyntax: Sendable {
    package enum Part: Sendable {
        /// Never empty.
        case text(String)
        /// Ranges in the tree, as in all that is wrong with it, are of the whole template.
        case expression(SyntaxNode)
    }

    /// In order; no two texts follow each other. None where the template is empty.
    package let parts: [Part]

    /// Whether the template is one expression with nothing around it, not even a space: its value keeps its type.
    package var isWholeExpression: Bool {
        guard case .expression = self.parts.first else { return false }
        return self.parts.count == 1
    }

    /// Whether there is an expression in it at all.
    package var isPlainText: Bool {
        self.parts.allSatisfy { if case .text = $0 { true } else { false } }
    }

    /// Reads a template. An expression ends where the language's grammar lets it: a `}` in a string, a comment or a map is
    /// part of it.
    ///
    /// - Throws: the first thing that is wrong.
    package static func parse(_ template: String) throws(Diagnostics) -> TemplateSyntax {
        var reader = TemplateReader(Array(template.utf8))
        do throws(Diagnostic) {
            return TemplateSyntax(parts: try reader.read())
        } catch {
            throw Diagnostics(error)
        }
    }
}

private struct TemplateReader {
    private static let dollar = UInt8(ascii: "$")
    private static let brace = UInt8(ascii: "{")

    private let source: [UInt8]
    private var parts: [TemplateSyntax.Part] = []
    private var text: [UInt8] = []
    private var position = 0

    init(_ source: [UInt8]) {
        self.source = source
    }

    mutating func read() throws(Diagnostic) -> [TemplateSyntax.Part] {
        while self.position < self.source.count {
            if self.follows([Self.dollar, Self.dollar, Self.brace]) {
                self.text += [Self.dollar, Self.brace]
                self.position += 3
            } else if self.follows([Self.dollar, Self.brace]) {
                try self.readExpression()
            } else {
                self.text.append(self.source[self.position])
                self.position += 1
            }
        }
        self.endText()
        return self.parts
    }

    private func follows(_ bytes: [UInt8]) -> Bool {
        self.source[self.position...].starts(with: bytes)
    }

    private mutating func readExpression() throws(Diagnostic) {
        self.endText()
        let (node, end) = try Parser.parseEmbedded(in: self.source, from: self.position + 2)
        self.parts.append(.expression(node))
        self.position = end + 1
    }

    private mutating func endText() {
        guard !self.text.isEmpty else { return }
        self.parts.append(.text(String(decoding: self.text, as: UTF8.self)))
        self.text = []
    }
}
