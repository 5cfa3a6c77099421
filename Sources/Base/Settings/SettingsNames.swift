/// Text of others in our messages: on one line, without control characters, not longer than a line.
func quoted(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(80) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: shown.append("\u{FFFD}")
        default: shown.unicodeScalars.append(scalar)
        }
    }
    return "\"\(shown)\(text.unicodeScalars.count > 80 ? "…" : "")\""
}

/// The name of a setting from the root, `limits.head_timeout`, and what it is called outside the file.
enum SettingPath {
    static func joined(_ parent: String, _ key: String) -> String {
        parent.isEmpty ? key : "\(parent).\(key)"
    }

    /// `limits.head_timeout` as `LIMITS_HEAD_TIMEOUT`.
    static func variable(_ path: String) -> String {
        String(path.uppercased().map { $0 == "." ? "_" : $0 })
    }

    /// `limits.head_timeout` as `--limits-head-timeout`.
    static func flag(_ path: String) -> String {
        "--" + String(path.map { $0 == "." || $0 == "_" ? "-" : $0 })
    }
}
