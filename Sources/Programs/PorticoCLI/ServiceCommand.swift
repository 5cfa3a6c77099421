import AgentRuntime
import AgentService
import ArgumentParser
import Foundation
import Model
import Portico

struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Has systemd run the agent with all endpoints of a configuration file.",
        discussion: """
            Examples:
              portico service install --config /etc/portico.yml
              portico service start
            """,
        subcommands: [
            ServiceInstallCommand.self, ServiceUninstallCommand.self, ServiceStartCommand.self, ServiceStopCommand.self,
            ServiceRestartCommand.self, ServiceStatusCommand.self, ServiceRunCommand.self,
        ]
    )
}

struct ServiceInstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Writes the unit, and has the machine start the agent with itself.",
        discussion: """
            The agent runs as the owner of the configuration file.

            Examples:
              portico service install --config portico.yml --dry-run
              portico service install --config /etc/portico.yml
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "path"))
    var config: String
    @Flag(help: "Prints the unit, and changes nothing.")
    var dryRun = false
    @Option(help: .hidden)
    var log: String?

    func run() throws {
        let path = URL(filePath: self.config).standardizedFileURL.path
        let file = URL(filePath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular else {
            throw Failure(.serviceFileUnreadable, "There is no file \(path.quotedForDisplay)")
        }
        _ = try AgentSettings.check(ConfigurationLocation(flags: [path], environment: [:]))
        guard let user = attributes[.ownerAccountName] as? String else {
            throw Failure(.serviceFailed, "\(path.quotedForDisplay) belongs to nobody whom this machine knows")
        }
        let unit = ServiceUnit(program: ProgramPath.current, configuration: path, user: user)
        guard !self.dryRun else { return print(try unit.text(), terminator: "") }
        try ServiceManager().install(unit)
        print("Installed \(ServiceUnit.path). `portico service start` starts it.")
    }
}

struct ServiceUninstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall",
        abstract: "Stops the agent, and removes the unit.",
        discussion: """
            Example:
              portico service uninstall
            """
    )

    @OptionGroup(visibility: .hidden)
    var files: FileFlagOptions

    func run() throws {
        try ServiceManager().uninstall()
        print("Removed \(ServiceUnit.path)")
    }
}

/// A command that has systemd do one thing with the unit.
protocol ServiceVerb: ParsableCommand {
    /// As people and systemd spell it.
    static var verb: String { get }
    static var abstract: String { get }
}

extension ServiceVerb {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Self.verb,
            abstract: Self.abstract,
            discussion: """
                Example:
                  portico service \(Self.verb)
                """
        )
    }

    func run() throws { try ServiceManager().tell(Self.verb) }
}

struct ServiceStartCommand: ServiceVerb {
    static let verb = "start"
    static let abstract = "Starts the agent that is installed."

    @OptionGroup(visibility: .hidden)
    var files: FileFlagOptions
}

struct ServiceStopCommand: ServiceVerb {
    static let verb = "stop"
    static let abstract = "Stops the agent that is installed."

    @OptionGroup(visibility: .hidden)
    var files: FileFlagOptions
}

struct ServiceRestartCommand: ServiceVerb {
    static let verb = "restart"
    static let abstract = "Stops the agent that is installed, and starts it."

    @OptionGroup(visibility: .hidden)
    var files: FileFlagOptions
}

struct ServiceStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Says whether the agent that is installed runs.",
        discussion: """
            The exit status is 1 where it does not.

            Example:
              portico service status
            """
    )

    @OptionGroup(visibility: .hidden)
    var files: FileFlagOptions

    func run() throws {
        let (state, startsWithMachine) = try ServiceManager().status()
        print("\(ServiceUnit.name): \(state), \(startsWithMachine ? "starts" : "does not start") with the machine")
        if state != "active" { throw ExitCode.failure }
    }
}

/// What the unit runs.
struct ServiceRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Serves every endpoint of the file, as the unit does it.",
        discussion: """
            Waits for the network where there is none yet. The exit status is 5 where the file is missing.

            Example:
              portico service run --config /etc/portico.yml
            """,
        shouldDisplay: false
    )

    @OptionGroup(title: "Agent")
    var agent: AgentFlagOptions

    func run() async throws {
        for path in ConfigurationLocation(flags: self.agent.files.config, environment: [:]).paths
        where access(path, R_OK) != 0 {
            let reason = String(cString: strerror(errno)).lowercased()
            PorticoCLI.write("ERROR:  \(Failure(.serviceFileUnreadable, "\(path): \(reason)"))\n")
            throw ExitCode(5)
        }
        let plan = try AgentPlan.forThisProcess(self.agent.flags).unattended
        try await plan.serve(plan.endpoints)
    }
}
