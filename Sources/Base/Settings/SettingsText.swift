/// The lines of a text, to show one of them under an error.
struct SettingsText {
    /// Longer lines are cut; the caret stays in sight.
    static let maxColumns = 120

    let lines: [[Unicode.Scalar]]

    init(_ text: String) {
        var lines: [[Unicode.Scalar]] = [[]]
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            // What libyaml counts as the end of a line, so that its numbers are ours.
            switch scalar {
            case "\n" where previous == "\r": continue
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lines.append([])
            default: lines[lines.count - 1].append(scalar)
            }
        }
        self.lines = lines
    }

    /// The line with a caret below; nil when there is no such line.
    ///
    /// Only the first `visible` scalars of the line are shown: the rest may be a secret.
    func excerpt(line: Int, column: Int, visible: Int? = nil) -> String? {
        guard self.lines.indices.contains(line - 1), column >= 1 else { return nil }
        var text = self.lines[line - 1].map {
            $0.properties.generalCategory == .control && $0 != "\t" ? "\u{FFFD}" : $0
        }
        if let visible, visible < text.count {
            text = text.prefix(visible) + [" ", "…"]
        }
        let start = max(0, min(column, text.count) - Self.maxColumns + 8)
        let shown = text.dropFirst(start).prefix(Self.maxColumns)
        let padding = text.prefix(column - 1).dropFirst(start).map { $0 == "\t" ? "\t" : " " }.joined()
        return "  | " + String(String.UnicodeScalarView(shown)) + "\n  | " + padding + "^"
    }
}
