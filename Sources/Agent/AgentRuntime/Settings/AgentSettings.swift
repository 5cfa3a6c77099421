package import Model
package import Portico

/// What a configuration file and the environment say, before flags (`spec/agent.md` 3). nil: they don't say.
package struct AgentSettings: LayeredSettings, Sendable {
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
    /// Whether the edge may stop this agent.
    package var remoteManagement: Bool?
    package var web: WebAddress?
    /// Whom the local web service answers, by the host that they ask for (`spec/agent.md` 7.1).
    package var webHosts: [String]?
    /// Bytes of captured exchanges that are kept; 0 for the default, -1 for none.
    package var inspectBytes: Int?
    /// false: nothing is captured, whatever `inspectBytes` says.
    package var localStorage: Bool?
    /// How the agent comes to its edge.
    package var way = WaySettings()
    /// How it comes to newer versions.
    package var update = UpdateSettings()
    /// The entries of `endpoints`.
    package var listed: [EndpointDefinition]?
    /// The entries of `tunnels`, by name; one with two schemes is two endpoints.
    package var tunnels: [(name: String, endpoints: [EndpointDefinition])] = []
    /// What stands in a file and has no effect in this version, for the one who wrote it there.
    package var warnings: [String] = []

    package init() {}

    static var members: [SettingsMember<Self>] {
        [
            .init(\.authtoken), .init(\.connectURL), .init(\.trust), .init(\.apiKey), .init(\.apiURL),
            .init(\.apiAuthorities), .init(\.metadata), .init(\.console), .init(\.log), .init(\.logLevel),
            .init(\.logFormat), .init(\.remoteManagement), .init(\.web), .init(\.webHosts), .init(\.inspectBytes),
            .init(\.localStorage), .init(\.listed),
        ]
    }

    /// What the files ask for, `endpoints` first.
    package var endpoints: [EndpointDefinition] { (self.listed ?? []) + self.tunnels.flatMap(\.endpoints) }

    /// These settings where they say something, `other` elsewhere. Lists are replaced, mappings merged.
    package func over(_ other: AgentSettings) -> AgentSettings {
        var result = self.filled(from: other)
        result.way = self.way.filled(from: other.way)
        result.update = self.update.filled(from: other.update)
        let named = Set(self.tunnels.map(\.name))
        result.tunnels = other.tunnels.filter { !named.contains($0.name) } + self.tunnels
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
