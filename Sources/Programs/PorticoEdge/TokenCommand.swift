import ArgumentParser
import EdgeProgram
import Foundation
import Model
import Settings

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, list, revoke and delete the authtokens with which agents connect.",
        discussion: """
            Examples:
              portico-edge token create --description laptop
              portico-edge token create --user someone@example.com --rule 'bind:*.example.com'
              portico-edge token list
            """,
        subcommands: [Create.self, List.self, Revoke.self, Delete.self],
        aliases: ["authtoken"]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make an authtoken. It is shown once.")

        @Option(help: "What it is for.")
        var description = ""

        @Option(
            name: .customLong("rule"),
            help: ArgumentHelp(
                "What it may bind, as bind:*.example.com; may be given several times. Without: everything.",
                valueName: "rule"
            )
        )
        var rules: [String] = []

        @Option(help: ArgumentHelp("Whose it is, by e-mail address. Without: the operator's.", valueName: "email"))
        var user: String?

        @Option(help: ArgumentHelp("In which account, where the user has several.", valueName: "ac_…"))
        var account: String?

        @Option(help: ArgumentHelp("Write it to a new file for its owner alone, not to the terminal."))
        var authtokenFile: String?

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            let file = try self.authtokenFile.map { try TokenFile($0) }
            let (id, token) = try await self.options.authtokens()
                .create(
                    email: self.user,
                    accountID: self.account,
                    rules: self.rules,
                    description: self.description
                )
            try file?.write(token)
            Terminal.say("\(id)  \(file?.path ?? token.reveal())")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the authtokens, the newest first: id, time, state, rules, account, owner, description."
        )

        @Option(help: ArgumentHelp("Of which account. Without: of all.", valueName: "ac_…"))
        var account: String?

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            for entry in try await self.options.authtokens().list(accountID: self.account) { Terminal.say(entry.line) }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke an authtoken. An edge that runs ends its sessions within seconds.",
            usage: "portico-edge token revoke <id> [--config <config>] [<--setting value> ...]"
        )

        @OptionGroup
        var target: TokenArgument

        func run() async throws {
            try await self.target.options.authtokens().revoke(self.target.id)
            Terminal.say("\(self.target.id) is revoked")
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an authtoken: as revoking does, and it is not listed any more.",
            usage: "portico-edge token delete <id> [--config <config>] [<--setting value> ...]"
        )

        @OptionGroup
        var target: TokenArgument

        func run() async throws {
            try await self.target.options.authtokens().delete(self.target.id)
            Terminal.say("\(self.target.id) is deleted")
        }
    }
}

/// The id of an authtoken, among settings.
struct TokenArgument: ParsableArguments {
    @OptionGroup
    private var all: ConfigurationOptions

    /// The id is told from the settings by its form: the parser gives whatever it doesn't know as one list.
    private var found: String? { self.all.settings.first { $0.hasPrefix("cr_") } }

    /// Empty where none was given, which is refused before it is asked for.
    var id: String { self.found ?? "" }

    /// Without the id.
    var options: ConfigurationOptions {
        var options = self.all
        options.settings.removeAll { $0 == self.found }
        return options
    }

    func validate() throws {
        guard self.found == nil else { return }
        throw ValidationError("The id of an authtoken is missing: cr_…, as 'portico-edge token list' shows it")
    }
}

extension ConfigurationOptions {
    fileprivate func authtokens() async throws -> Authtokens {
        try await Authtokens(StoreLocation(try self.load().configuration))
    }
}
