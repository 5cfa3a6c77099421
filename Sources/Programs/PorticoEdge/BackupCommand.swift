import ArgumentParser
import Backup
import EdgeProgram
import Settings

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Save all records to a new file, also while the edge runs.",
        discussion: """
            The file can fill SQLite or PostgreSQL, whichever it came from. What is sealed stays sealed: keep a copy of \
            the data folder's keys beside it, in a place of its own.
            """
    )

    @Option(help: ArgumentHelp("The file to write; it must not be there yet.", valueName: "file"))
    var to: String

    @OptionGroup
    var options: ConfigurationOptions

    func run() async throws {
        let summary = try await BackupFile(self.to).write(StoreLocation(try self.options.load().configuration))
        Terminal.say("\(summary.records) records are saved in \(self.to)\nSHA-256 of the records: \(summary.digest)")
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Set up a database that is not there yet with the records of a backup.",
        discussion: """
            The data folder needs the old one's sealing.key, ca.pem and ca.key too: put them there before the edge is \
            started.
            """
    )

    @Option(help: ArgumentHelp("The file that 'portico-edge backup' wrote.", valueName: "file"))
    var from: String

    @OptionGroup
    var options: ConfigurationOptions

    func run() async throws {
        let summary = try await BackupFile(self.from).restore(StoreLocation(try self.options.load().configuration))
        Terminal.say("\(summary.records) records are restored\nSHA-256 of the records: \(summary.digest)")
    }
}
