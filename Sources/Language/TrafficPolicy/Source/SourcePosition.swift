/// A place in the text of a document, as editors count.
package struct SourcePosition: Sendable, Hashable {
    /// Counted from 1.
    package let line: Int
    /// Counted from 1, in Unicode scalars.
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Where a document begins.
    package static let start = SourcePosition(line: 1, column: 1)
}

extension SourcePosition: Comparable {
    package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension SourcePosition: CustomStringConvertible {
    /// `3:5`.
    package var description: String { "\(self.line):\(self.column)" }
}
