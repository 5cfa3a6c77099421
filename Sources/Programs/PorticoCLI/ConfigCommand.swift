import AgentRuntime
import ArgumentParser
import Foundation
import Portico

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Checks and changes the configuration file.",
        discussion: """
            Example:
              portico config add-authtoken TOKEN
            """,
        subcommands: [
            AddAuthtokenCommand.self, AddAPIKeyCommand.self, AddConnectURLCommand.self, CheckCommand.self,
            EditCommand.self, UpgradeCommand.self,
        ]
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

/// `authtoken TOKEN`, the spelling of older agents.
struct AuthtokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authtoken",
        abstract: "Saves an authtoken; the older name of 'config add-authtoken'.",
        discussion: """
            Example:
              portico authtoken TOKEN
            """,
        shouldDisplay: false
    )

    @OptionGroup
    var command: AddAuthtokenCommand

    func run() throws { try self.command.run() }
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

struct AddConnectURLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-connect-url",
        abstract: "Saves where the edge accepts agents in the configuration file.",
        discussion: """
            Example:
              portico config add-connect-url edge.example.com:443
            """,
        aliases: ["add-server-addr"]
    )

    @Argument(help: ArgumentHelp("Where the edge accepts agents.", valueName: "host:port"))
    var address: String
    @OptionGroup
    var files: FileFlagOptions

    func run() throws {
        let location = ConfigurationLocation(flags: self.files.config, environment: ProcessInfo.processInfo.environment)
        try TokenFile.save(ServerAddress(self.address).description, as: .connectURL, to: location.target)
        print("Connect address saved to configuration file: \(location.target)")
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
