import ArgumentParser
import EdgeProgram
import Model
import Settings

/// `portico-edge`: parses, and leaves the rest to `EdgeProgram`.
@main
struct PorticoEdge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portico-edge",
        abstract: "The front door: visitors come in here, agents connect here.",
        discussion: """
            Begin with 'portico-edge init', then 'portico-edge serve'. Every setting can be given in a YAML file, as an \
            environment variable (PORTICO_EDGE_…) or as a flag; 'portico-edge config --reference' explains them all.
            """,
        version: VersionCommand.text,
        subcommands: [
            InitCommand.self, ServeCommand.self, ReloadCommand.self, ConfigCommand.self, TokenCommand.self,
            APIKeyCommand.self, UserCommand.self, CertificateCommand.self, SSHHostKeysCommand.self,
            SealingKeyCommand.self, BackupCommand.self, RestoreCommand.self, AuditCommand.self, DoctorCommand.self,
            VersionCommand.self,
        ]
    )

    static func main() async {
        do {
            var command = try self.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Terminal.report(failure)
            self.exit(withError: ExitCode.failure)
        } catch  where self.exitCode(for: error) == .validationFailure {
            Terminal.report(Failure(.usage, self.message(for: error)))
            self.exit(withError: ExitCode.validationFailure)
        } catch {
            // Help that was asked for, or an exit code.
            self.exit(withError: error)
        }
    }
}

/// Where the configuration comes from, as each command takes it.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "The configuration file.")
    var config: String?

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp("Settings, for instance --base-domain edge.example.com.", valueName: "--setting value")
    )
    var settings: [String] = []

    /// What another command must be told to find the same configuration.
    var arguments: [String] { (self.config.map { ["--config", $0] } ?? []) + self.settings }

    var source: ConfigurationSource { ConfigurationSource(file: self.config, arguments: self.settings) }

    /// The configuration, whole and checked.
    func load() throws -> EdgeProgramConfiguration.Loaded {
        let loaded = try self.source.load()
        for warning in loaded.warnings { Terminal.warn(warning) }
        return loaded
    }
}
