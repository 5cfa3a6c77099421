package import Model
package import Settings

/// Where the configuration of this process comes from, so that it can be read again.
package struct ConfigurationSource: Sendable {
    private let file: String?
    private let arguments: [String]

    /// - Parameters:
    ///   - file: the file that was named; nil for the usual ones.
    ///   - arguments: flags that set settings.
    package init(file: String?, arguments: [String]) {
        self.file = file
        self.arguments = arguments
    }

    /// The configuration as it stands there now, whole and checked.
    package func load() throws(Failure) -> LoadedSettings<EdgeProgramConfiguration> {
        try EdgeProgramConfiguration.load(file: self.file, arguments: self.arguments)
    }
}
