extension String {
    /// In quotes, cut to what fits a line, with control characters shown as escapes.
    package var quotedForDisplay: String {
        var text = "\""
        for scalar in self.unicodeScalars.prefix(200) {
            text += scalar == "\"" ? "\\\"" : scalar.escapedForDisplay
        }
        return text + (self.unicodeScalars.count > 200 ? "…\"" : "\"")
    }
}

extension Unicode.Scalar {
    /// The scalar, or an escape where it would move a terminal's cursor, hide or reorder text.
    package var escapedForDisplay: String {
        switch self {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default:
            switch self.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                "\\u{\(String(self.value, radix: 16))}"
            default: String(self)
            }
        }
    }
}
