import AgentConsole
import AgentRuntime
import AgentWeb
import Foundation
import Model
import Portico

extension AgentPlan {
    /// From flags, and from the environment and the terminal of this process.
    static func forThisProcess(_ flags: AgentFlags) throws -> AgentPlan {
        try AgentPlan(
            flags,
            environment: ProcessInfo.processInfo.environment,
            isTerminal: isatty(STDOUT_FILENO) == 1
        )
    }

    /// What the inspector's page of the status says of this run.
    private var facts: [WebFact] {
        let files = self.files.paths.filter(self.files.isThere)
        let trust =
            switch self.configuration.trust {
            case .system: "of the system"
            case .file(let path): path
            case .pem: "given as text"
            }
        let log =
            switch self.output.log {
            case .none: "none"
            case .standardOutput: "standard output"
            case .standardError: "standard error"
            case .file(let path): path
            }
        return [
            WebFact("Configuration", files.isEmpty ? "none" : files.joined(separator: ", ")),
            WebFact("Edge", "\(self.configuration.server)"), WebFact("Edge's authorities", trust),
            // Enough to tell one token from another, and too little to use it.
            WebFact("Authtoken", self.configuration.authtoken.reveal().prefix(4) + "…"),
            WebFact("Web hosts", self.web.hosts.isEmpty ? "this machine" : self.web.hosts.joined(separator: ", ")),
            WebFact("Remote stop", self.configuration.remoteCommands.contains(.stop) ? "allowed" : "not allowed"),
            WebFact("Log", "\(log), \(self.output.format.rawValue), \(self.output.level.rawValue)"),
        ]
    }

    /// Serves endpoints until the process is told to stop.
    func serve(_ endpoints: [EndpointDefinition]) async throws {
        for warning in self.warnings {
            PorticoCLI.write("WARNING:  \(warning)\n")
        }
        let signals = TerminationSignals()
        let inspector = TrafficInspector(limitBytes: self.web.keptBytes)
        let service = WebService(
            self.web.address,
            hosts: self.web.hosts,
            inspector: inspector,
            facts: self.facts
        )
        // Where nobody can ask, nothing is counted or kept.
        let display = try self.output.open(program: PorticoCLI.name, beside: service == nil ? [] : [inspector])
        display.configurationRead(self.files)
        let run = AgentRun(
            self.configuration,
            serving: endpoints,
            display: display,
            service: service,
            folders: FolderServer(),
            upkeep: Upkeep(self.update)
        )
        let program = ProgramPath.current
        let end = try await run.run(until: signals.first)
        withExtendedLifetime(signals) {}
        if end == .restart { throw ProgramPath.startAnew(program) }
    }
}
