/// The text of a scalar as it is meant, which knows where each part of it stands in the document.
///
/// The two differ by quotes, escapes, indentation and folded lines. Texts are equal when they say the same, wherever
/// they stand.
package struct SourceText: Sendable {
    package let text: String
    /// In the order of offsets; the first is at 0. Never empty.
    private let runs: [Run]

    /// A part of the text whose scalars follow one another on one line of the document too.
    struct Run: Sendable {
        /// Bytes of the text before it.
        let offset: Int
        let position: SourcePosition
    }

    init(_ text: String, runs: [Run]) {
        self.text = text
        self.runs = runs
    }

    /// A text that stands in the document as it is meant.
    package init(_ text: String, at position: SourcePosition) {
        self.init(text, runs: [Run(offset: 0, position: position)])
    }

    /// Where the text begins: behind an opening quote, and in the first line of a block.
    package var position: SourcePosition { self.position(atByte: 0) }

    /// Where the byte `offset` of the text's UTF-8 stands in the document. Offsets beyond the end count as the end.
    package func position(atByte offset: Int) -> SourcePosition {
        guard let run = self.runs.last(where: { $0.offset <= offset }) ?? self.runs.first else { return .start }
        let between = self.text.utf8.dropFirst(run.offset).prefix(max(0, offset - run.offset))
        // Each scalar has one byte that is no continuation.
        let scalars = between.count { $0 & 0xC0 != 0x80 }
        return SourcePosition(line: run.position.line, column: run.position.column + scalars)
    }

    /// The bytes of `range` with their places; both ends are cut to the text.
    func slice(_ range: Range<Int>) -> SourceText {
        let bytes = Array(self.text.utf8)
        let range = range.clamped(to: 0..<bytes.count)
        let start = Run(offset: 0, position: self.position(atByte: range.lowerBound))
        let later = self.runs.filter { range.contains($0.offset) && $0.offset > range.lowerBound }
        return SourceText(
            String(decoding: bytes[range], as: UTF8.self),
            runs: [start] + later.map { Run(offset: $0.offset - range.lowerBound, position: $0.position) }
        )
    }
}

extension SourceText: Hashable {
    package static func == (left: SourceText, right: SourceText) -> Bool { left.text == right.text }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.text) }
}
