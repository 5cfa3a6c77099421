import ArgumentParser
import EdgeProgram
import Settings

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve visitors and agents until SIGTERM or SIGINT. A second signal ends at once."
    )

    @OptionGroup
    var options: ConfigurationOptions

    func run() async throws {
        try await EdgeServer(try self.options.load().configuration).run()
    }
}
