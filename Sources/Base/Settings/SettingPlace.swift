/// Which of the layers a piece of configuration came from.
package enum SettingSource: Sendable, Hashable {
    /// A file, by the path that it was opened with.
    case file(String)
    /// An environment variable, by its name.
    case environment(String)
    /// A flag of the command line, with its dashes.
    case flag(String)
}

/// Where a piece of configuration stands, so that people find it.
package struct SettingPlace: Sendable, Hashable {
    package let source: SettingSource
    /// Counted from 1; nil where the source is one value that has no lines of its own.
    package let line: Int?
    /// Counted from 1, in Unicode scalars; nil when `line` is.
    package let column: Int?

    package init(_ source: SettingSource, line: Int? = nil, column: Int? = nil) {
        self.source = source
        self.line = line
        self.column = column
    }
}

extension SettingPlace: CustomStringConvertible {
    /// `edge.yaml:3:5`, `PORTICO_EDGE_HTTPS` or `--https`.
    package var description: String {
        let name =
            switch self.source {
            case .file(let path): path
            case .environment(let name), .flag(let name): name
            }
        guard let line, let column else { return name }
        return "\(name):\(line):\(column)"
    }
}

/// Where the value of a setting came from in the end.
package enum SettingOrigin: Sendable, Hashable {
    /// No layer names the setting.
    case builtIn
    case place(SettingPlace)
}

extension SettingOrigin: CustomStringConvertible {
    package var description: String {
        switch self {
        case .builtIn: "default"
        case .place(let place): "\(place)"
        }
    }
}
