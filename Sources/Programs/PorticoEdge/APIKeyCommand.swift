import ArgumentParser
import EdgeProgram
import Foundation
import Model
import Settings

struct APIKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-key",
        abstract: "Make, list and delete the keys of the REST API.",
        discussion: """
            Examples:
              portico-edge api-key create --description terraform
              curl -H "Authorization: Bearer $KEY" -H "Ngrok-Version: 2" http://127.0.0.1:4042/endpoints
            """,
        subcommands: [Create.self, List.self, Delete.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API key. It is shown once.",
            discussion: """
                Examples:
                  portico-edge api-key create --description terraform
                  portico-edge api-key create --user someone@example.com --api-key-file key
                """
        )

        @Option(help: "What it is for.")
        var description = ""

        @Option(help: ArgumentHelp("Whose it is, by e-mail address. Without: the operator's.", valueName: "email"))
        var user: String?

        @Option(help: ArgumentHelp("In which account, where the user has several.", valueName: "ac_…"))
        var account: String?

        @Option(help: ArgumentHelp("Write it to a new file for its owner alone, not to the terminal."))
        var apiKeyFile: String?

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            let file = try self.apiKeyFile.map { try TokenFile($0, for: .apiKey) }
            let (id, token) = try await self.options.apiKeys()
                .create(email: self.user, accountID: self.account, description: self.description)
            try file?.write(token)
            Terminal.say("\(id)  \(file?.path ?? token.reveal())")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the API keys, the newest first: id, time, account, owner, description."
        )

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            for line in try await self.options.apiKeys().lines() { Terminal.say(line) }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an API key. From then on it is good for nothing.",
            usage: "portico-edge api-key delete <id> [--config <config>] [<--setting value> ...]"
        )

        @OptionGroup
        var options: ConfigurationOptions

        /// The id is told from the settings by its form: the parser gives whatever it doesn't know as one list.
        private var id: String? { self.options.settings.first { $0.hasPrefix("ak_") } }

        func validate() throws {
            guard self.id == nil else { return }
            throw ValidationError("The id of an API key is missing: ak_…, as 'portico-edge api-key list' shows it")
        }

        func run() async throws {
            guard let id else { return }
            var options = self.options
            options.settings.removeAll { $0 == id }
            try await options.apiKeys().delete(id)
            Terminal.say("\(id) is deleted")
        }
    }
}

extension ConfigurationOptions {
    fileprivate func apiKeys() async throws -> APIKeys {
        try await APIKeys(StoreLocation(try self.load().configuration))
    }
}
