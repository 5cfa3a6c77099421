import ArgumentParser
import EdgeProgram
import Settings

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Look after the record of who changed what.",
        subcommands: [Verify.self]
    )

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look whether all audit events are as they were written, also while the edge runs.",
            discussion: """
                Each event is part of a chain of hashes. What was changed, removed or added is told by the first link \
                that does not hold, and the command then ends with 1. Who can write to the database can make the chain \
                anew: note its head elsewhere from time to time, and ask for it later.

                Examples:
                  portico-edge audit verify
                  portico-edge audit verify --head 5d41402abc4b2a76b9719d911017c592…
                """
        )

        @Option(help: ArgumentHelp("The head that was noted earlier; it must be in the chain.", valueName: "hash"))
        var head: String?

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            let log = AuditLog(try self.options.load().configuration)
            for line in try await log.verify(expecting: self.head) { Terminal.say(line) }
        }
    }
}
