import ArgumentParser
import Control
import EdgeProgram
import Model
import Settings

struct SealingKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sealing-key",
        abstract: "Change the key with which secrets and private keys are sealed.",
        discussion: """
            A change has four steps: a new key, a restart of every edge, new seals for all records, and the old keys' end.

            Examples:
              portico-edge sealing-key rotate
              systemctl restart portico-edge
              portico-edge sealing-key reseal
              portico-edge sealing-key drop
            """,
        subcommands: [Create.self, Rotate.self, Reseal.self, Drop.self]
    )

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a new key, for whoever keeps the keys in place of the edge."
        )

        func run() {
            Terminal.say(SealingKeys.newKey().reveal())
        }
    }

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a new key in front of those in the file. An edge seals with it from its next start on."
        )

        @OptionGroup
        var options: ConfigurationOptions

        func run() throws {
            try SealingKeys(try self.options.load().configuration).rotate()
            Terminal.say("There is a new key. Restart every edge, then run 'portico-edge sealing-key reseal'")
        }
    }

    struct Reseal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Seal with the newest key what older ones sealed. The edge may run, if it was started with that key."
        )

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            let report = try await SealingChange(try self.options.load().configuration).reseal()
            Terminal.say("\(report.older) records are sealed anew, \(report.current) were sealed with the newest key")
            guard !report.lost.isEmpty else { return }
            for record in report.lost { Terminal.warn("no key opens \(record)") }
            throw ExitCode.failure
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take all keys out of the file but the newest, once no record needs them.",
            discussion: """
                Agents that were away all the while come back with other random URLs: what they keep was sealed too.
                Backups from before need the old keys; keep those as long as the backups.
                """
        )

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            try await SealingChange(try self.options.load().configuration).dropOlder()
            Terminal.say("The newest key is the only one")
        }
    }
}
