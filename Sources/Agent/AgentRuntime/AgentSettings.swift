package import Model
package import Portico

/// What a configuration file and the environment say, before flags (`spec/agent.md` 3). nil: they don't say.
package struct AgentSettings: Sendable {
    package var authtoken: Secret?
    package var connectURL: ServerAddress?
    package var trust: Trust?
    /// What `portico api` shows to the API.
    package var apiKey: Secret?
    /// Where the API is.
    package var apiURL: String?
    /// Path of a PEM file with the authorities that may vouch for the API.
    package var apiAuthorities: String?
    package var metadata: String?
    package var console: ConsoleMode?
    package var log: LogDestination?
    package var logLevel: LogLevelName?
    package var logFormat: LogFormatName?
    package var endpoints: [EndpointDefinition] = []
    /// What stands in a file and has no effect in this version, for the one who wrote it there.
    package var warnings: [String] = []

    package init() {}

    /// These settings where they say something, `other` elsewhere.
    package func over(_ other: AgentSettings) -> AgentSettings {
        var result = self
        result.authtoken = self.authtoken ?? other.authtoken
        result.connectURL = self.connectURL ?? other.connectURL
        result.trust = self.trust ?? other.trust
        result.apiKey = self.apiKey ?? other.apiKey
        result.apiURL = self.apiURL ?? other.apiURL
        result.apiAuthorities = self.apiAuthorities ?? other.apiAuthorities
        result.metadata = self.metadata ?? other.metadata
        result.console = self.console ?? other.console
        result.log = self.log ?? other.log
        result.logLevel = self.logLevel ?? other.logLevel
        result.logFormat = self.logFormat ?? other.logFormat
        result.endpoints = self.endpoints.isEmpty ? other.endpoints : self.endpoints
        result.warnings = other.warnings + self.warnings
        return result
    }
}

/// Whether the terminal view is shown.
package enum ConsoleMode: String, Sendable, CaseIterable {
    case on = "true"
    case off = "false"
    /// When standard output is a terminal.
    case iftty
}

/// Where the log goes.
package enum LogDestination: Sendable, Hashable {
    case none, standardOutput, standardError
    case file(String)

    /// As flags and configuration files spell it: `false`, `stdout`, `stderr`, or a path.
    package init(_ text: String) {
        switch text {
        case "false", "": self = .none
        case "stdout": self = .standardOutput
        case "stderr": self = .standardError
        default: self = .file(text)
        }
    }
}

package enum LogLevelName: String, Sendable, CaseIterable {
    case debug, info, warn, error, crit
}

package enum LogFormatName: String, Sendable, CaseIterable {
    case term, logfmt, json
}
