/// Text from outside for a message on a terminal.
enum VisibleText {
    /// The text on one line, with a mark in place of every code point that can't be seen or that moves what can: control
    /// characters, line ends, the marks that turn the direction of writing.
    static func line(_ text: some Sequence<Unicode.Scalar>) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text {
            line.append(scalar == "\t" ? " " : Self.isVisible(scalar) ? scalar : "\u{FFFD}")
        }
        return String(line)
    }

    static func line(_ text: String) -> String {
        Self.line(text.unicodeScalars)
    }

    static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }
}
