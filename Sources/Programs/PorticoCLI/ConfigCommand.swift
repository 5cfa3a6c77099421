import AgentRuntime
import ArgumentParser
import Foundation

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Checks and changes the configuration file.",
        discussion: """
            Example:
              portico config add-authtoken TOKEN
            """,
        subcommands: [AddAuthtokenCommand.self, AddAPIKeyCommand.self, CheckCommand.self]
    )
}

struct AddAuthtokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-authtoken",
        abstract: "Saves an authtoken in the configuration file.",
        discussion: """
            Example:
              portico config add-authtoken TOKEN
            """
    )

    @Argument(help: "The authtoken, as the edge showed it when it was made.")
    var token: String
    @OptionGroup
    var files: FileFlagOptions

    func run() throws {
        let location = ConfigurationLocation(flags: self.files.config, environment: ProcessInfo.processInfo.environment)
        try TokenFile.save(self.token, to: location.target)
        print("Authtoken saved to configuration file: \(location.target)")
    }
}

struct AddAPIKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-api-key",
        abstract: "Saves an API key in the configuration file, for 'portico api'.",
        discussion: """
            Example:
              portico config add-api-key KEY
            """
    )

    @Argument(help: "The API key, as the edge showed it when it was made.")
    var key: String
    @OptionGroup
    var files: FileFlagOptions

    func run() throws {
        let location = ConfigurationLocation(flags: self.files.config, environment: ProcessInfo.processInfo.environment)
        try TokenFile.save(self.key, as: .apiKey, to: location.target)
        print("API key saved to configuration file: \(location.target)")
    }
}

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads the configuration and says what is wrong with it.",
        discussion: """
            Example:
              portico config check --config portico.yml
            """
    )

    @OptionGroup
    var files: FileFlagOptions

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let location = ConfigurationLocation(flags: self.files.config, environment: environment)
        let settings = try AgentSettings.check(location)
        for warning in settings.warnings {
            PorticoCLI.write("WARNING:  \(warning)\n")
        }
        for path in location.paths {
            print("Valid configuration file at \(path)")
        }
    }
}
