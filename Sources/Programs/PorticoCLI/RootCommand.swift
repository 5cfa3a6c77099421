import ArgumentParser
import Portico

struct RootCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "portico",
            abstract: "Puts local services on the internet through a Portico edge, without an open port.",
            discussion: """
                Example:
                  portico config add-authtoken TOKEN
                  portico http 8080 --server edge.example.com:443
                """,
            version: VersionCommand.text,
            subcommands: [
                HTTPCommand.self, TCPCommand.self, TLSCommand.self, StartCommand.self, ConfigCommand.self,
                ImportCommand.self, PolicyCommand.self, APICommand.self, TrafficCommand.self, DiagnoseCommand.self,
                ServiceCommand.self,
                CompletionCommand.self, UpdateCommand.self, CreditsCommand.self, AuthtokenCommand.self,
                VersionCommand.self,
            ]
        )
    }
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Prints the version.",
        discussion: """
            Example:
              portico version
            """
    )

    @OptionGroup(visibility: .hidden)
    var files: FileFlagOptions

    static var text: String { "\(PorticoCLI.name) version \(Agent.version)" }

    func run() {
        print(Self.text)
    }
}
