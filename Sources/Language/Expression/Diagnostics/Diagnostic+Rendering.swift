extension Diagnostics {
    /// All of them for a person to read, each as ``Diagnostic/rendered(in:)`` has it.
    package func rendered(in source: String) -> String {
        self.all.map { $0.rendered(in: source) }.joined(separator: "\n")
    }
}

extension Diagnostic {
    /// Message and suggestion on a line: "'nmae' is no member of cookie; did you mean `name`?".
    package var summary: String {
        self.suggestion.map { "\(self.message); did you mean `\($0)`?" } ?? self.message
    }

    /// Line and column, what is wrong, and the line of the source with carets under the place:
    ///
    ///     1:12: a single '=' means nothing here; did you mean `==`?
    ///         req.method = "GET"
    ///                    ^
    ///
    /// A long line is cut to what is around the place. What can't be seen is shown as U+FFFD.
    package func rendered(in source: String) -> String {
        let bytes = Array(source.utf8)
        let line = SourceLine(at: self.range.lowerBound, in: bytes)
        let scalars = Array(String(decoding: bytes[line.range], as: UTF8.self).unicodeScalars)
        let first = min(line.position.column - 1, scalars.count)
        let markedEnd = min(max(self.range.upperBound, self.range.lowerBound), line.range.upperBound)
        let marked = bytes[min(max(self.range.lowerBound, line.range.lowerBound), markedEnd)..<markedEnd]
        let window = Self.window(around: first, of: scalars.count)

        let before = window.lowerBound > 0 ? "…" : ""
        let after = window.upperBound < scalars.count ? "…" : ""
        let shown = before + VisibleText.line(scalars[window]) + after
        let indent = String(repeating: " ", count: first - window.lowerBound + before.count)
        let width = min(max(1, marked.count { $0 & 0xC0 != 0x80 }), max(1, window.upperBound - first))
        return """
            \(line.position.line):\(line.position.column): \(self.summary)
                \(shown)
                \(indent)\(String(repeating: "^", count: width))
            """
    }

    /// The most code points of a line that are shown.
    private static let widest = 100

    private static func window(around place: Int, of count: Int) -> Range<Int> {
        guard count > Self.widest else { return 0..<count }
        let start = min(max(0, place - Self.widest / 2), count - Self.widest)
        return start..<start + Self.widest
    }
}
