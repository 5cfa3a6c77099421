import ArgumentParser
import EdgeProgram
import Settings

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve visitors and agents until SIGTERM or SIGINT. A second signal ends at once.",
        discussion: "SIGHUP, or 'portico-edge reload', reads the configuration and the certificates again."
    )

    @OptionGroup
    var options: ConfigurationOptions

    func run() async throws {
        try await EdgeServer(try self.options.load(), from: self.options.source).run()
    }
}
