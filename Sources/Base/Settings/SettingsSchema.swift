/// One setting of a program, as the reference page tells of it.
package struct SettingDescription: Sendable {
    /// What stands behind the key.
    package enum Kind: Sendable, Hashable {
        /// A value of a type.
        case value
        /// A mapping with settings of its own, which follow.
        case section
        /// A list of mappings, whose settings follow with `[]` in their path.
        case records
        /// A mapping from names to mappings, whose settings follow with `{}` in their path.
        case namedRecords
        /// Whatever someone else will read.
        case structure
    }

    /// From the root: `limits.head_timeout`, `upstreams[].address`.
    package let path: String
    package let kind: Kind
    package let typeName: String
    /// What the value must be, in words.
    package let expectation: String
    /// What holds when no layer says otherwise; nil where the setting is required, and for sections.
    package let defaultText: String?
    /// What it is for.
    package let summary: String
    /// The environment variables that set it, the strongest first; empty inside records.
    package let variables: [String]
    /// The flag that sets it, with its dashes; nil inside records and for sections.
    package let flag: String?
    package let isSecret: Bool
    let shape: SettingShape

    /// The last part of the path.
    package var key: String {
        let last = self.path.split(separator: ".").last.map(String.init) ?? self.path
        return last.hasSuffix("[]") || last.hasSuffix("{}") ? String(last.dropLast(2)) : last
    }
}

/// All settings of a program, in the order in which it reads them.
package struct SettingsSchema: Sendable {
    package let settings: [SettingDescription]

    /// The settings that flags and variables can set.
    var reachable: [SettingDescription] { self.settings.filter { $0.flag != nil } }

    /// The last parts of the paths of secrets: whatever stands behind one of these in a file is not shown.
    var secretKeys: Set<String> { Set(self.settings.lazy.filter(\.isSecret).map(\.key)) }
}
