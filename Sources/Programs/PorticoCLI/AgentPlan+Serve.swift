import AgentConsole
import AgentRuntime
import AgentWeb
import Foundation

extension AgentPlan {
    /// From flags, and from the environment and the terminal of this process.
    static func forThisProcess(_ flags: AgentFlags) throws -> AgentPlan {
        try AgentPlan(
            flags,
            environment: ProcessInfo.processInfo.environment,
            isTerminal: isatty(STDOUT_FILENO) == 1
        )
    }

    /// Serves endpoints until the process is told to stop.
    func serve(_ endpoints: [EndpointDefinition]) async throws {
        for warning in self.warnings {
            PorticoCLI.write("WARNING:  \(warning)\n")
        }
        let signals = TerminationSignals()
        let inspector = TrafficInspector(limitBytes: self.web.keptBytes)
        let service = WebService(self.web.address, hosts: self.web.hosts, inspector: inspector)
        // Where nobody can ask, nothing is counted or kept.
        let display = try self.output.open(program: PorticoCLI.name, beside: service == nil ? [] : [inspector])
        display.configurationRead(self.files)
        let run = AgentRun(
            self.configuration,
            serving: endpoints,
            display: display,
            service: service,
            folders: FolderServer()
        )
        try await run.run(until: signals.first)
        withExtendedLifetime(signals) {}
    }
}
