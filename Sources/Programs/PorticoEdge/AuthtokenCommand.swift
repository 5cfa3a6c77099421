import ArgumentParser
import EdgeProgram
import Foundation
import Model
import Settings

struct AuthtokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authtoken",
        abstract: "Make, list and revoke the authtokens with which agents connect.",
        subcommands: [Create.self, List.self, Revoke.self]
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

        @Option(help: ArgumentHelp("Write it to a new file for its owner alone, not to the terminal."))
        var authtokenFile: String?

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            let file = try self.authtokenFile.map { try TokenFile($0) }
            let (id, token) = try await self.options.authtokens()
                .create(rules: self.rules, description: self.description)
            try file?.write(token)
            Terminal.say("\(id)  \(file?.path ?? token.reveal())")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the authtokens, the newest first.")

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            for entry in try await self.options.authtokens().list() { Terminal.say(entry.line) }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke an authtoken. An edge that runs ends its sessions within seconds.",
            usage: "portico-edge authtoken revoke <id> [--config <config>] [<--setting value> ...]"
        )

        @OptionGroup
        var options: ConfigurationOptions

        /// The id is told from the settings by its form: the parser gives whatever it doesn't know as one list.
        private var id: String? { self.options.settings.first { $0.hasPrefix("cr_") } }

        func validate() throws {
            guard self.id == nil else { return }
            throw ValidationError("The id of an authtoken is missing: cr_…, as 'portico-edge authtoken list' shows it")
        }

        func run() async throws {
            guard let id else { return }
            var options = self.options
            options.settings.removeAll { $0 == id }
            try await options.authtokens().revoke(id)
            Terminal.say("\(id) is revoked")
        }
    }
}

extension ConfigurationOptions {
    fileprivate func authtokens() async throws -> Authtokens {
        try await Authtokens(StoreLocation(try self.load().configuration))
    }
}
