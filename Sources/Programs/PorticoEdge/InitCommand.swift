import ArgumentParser
import EdgeProgram
import Settings

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the data folder: database, keys, certificates, the first account and its authtoken."
    )

    @Option(help: ArgumentHelp("Write the authtoken to a new file for its owner alone, not to the terminal."))
    var authtokenFile: String?

    @OptionGroup
    var options: ConfigurationOptions

    func run() async throws {
        let configuration = try self.options.load().configuration
        let file = try self.authtokenFile.map { try TokenFile($0) }
        let folder = try await DataFolder(configuration.dataFolder).create(for: configuration)
        try file?.write(folder.authtoken)
        Terminal.say(
            WelcomeText(configuration, folder, tokenFile: file, serveArguments: self.options.arguments).text
        )
    }
}
