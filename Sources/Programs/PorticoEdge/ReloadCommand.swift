import ArgumentParser
import EdgeProgram
import Model
import Settings

struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Make the edge that runs read its configuration and certificates again.",
        discussion: """
            All of it is checked first; where something is wrong, nothing changes and the exit status is 1. No connection \
            is closed. Settings that need a restart are named. The edge reads the file and the flags that it was started \
            with; what is given here says only where its data folder is.

            Example:
              portico-edge reload --data-dir /var/lib/portico-edge
            """
    )

    @Option(help: ArgumentHelp("The data folder of the edge. Without it, the one that the configuration names."))
    var dataDir: String?

    @OptionGroup
    var options: ConfigurationOptions

    func run() async throws {
        // A configuration that is wrong is the edge's to tell of, where the folder is known without it.
        let path = try self.dataDir ?? self.options.load().configuration.dataFolder
        switch try await ReloadRequest(DataFolder(path)).send() {
        case .done(let lines):
            for line in lines { Terminal.say(line) }
        case .refused(let text):
            Terminal.complain(text)
            throw ExitCode.failure
        }
    }
}
