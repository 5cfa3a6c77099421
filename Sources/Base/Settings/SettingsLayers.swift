/// What a program was given to configure itself with; the defaults are in its definition.
package struct SettingsLayers: Sendable {
    /// nil when there is no file, which is no error.
    package var file: SettingsFile?
    package var environment: [String: String]
    /// The command line behind the command's name, less what the command itself understands.
    package var arguments: [String]

    package init(file: SettingsFile? = nil, environment: [String: String] = [:], arguments: [String] = []) {
        self.file = file
        self.environment = environment
        self.arguments = arguments
    }
}

/// One setting as it is in force, and why.
package struct ResolvedSetting: Sendable, Hashable {
    package let path: String
    /// The value as a file would spell it; a secret is masked.
    package let text: String
    package let origin: SettingOrigin
}

/// A configuration that is complete and right, and how it came about.
package struct LoadedSettings<Configuration> {
    package let configuration: Configuration
    /// Every value in force, in the order of the reference.
    package let values: [ResolvedSetting]
    /// What is no error but may be a mistake: variables that begin as ours do and mean nothing.
    package let warnings: [String]
}

extension LoadedSettings: Sendable where Configuration: Sendable {}

extension LoadedSettings {
    /// A line for each value with its origin, aligned.
    package var report: String {
        let names = self.values.map { "\($0.path): \($0.text)" }
        let width = min(names.map(\.count).max() ?? 0, 60)
        return zip(names, self.values)
            .map { name, value in
                name + String(repeating: " ", count: max(0, width - name.count)) + "  # \(value.origin)"
            }
            .joined(separator: "\n")
    }
}
