import AgentRuntime
import ArgumentParser

struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Serves endpoints of the configuration file.",
        discussion: """
            Examples:
              portico start web ssh
              portico start --all
            """
    )

    @Argument(help: "Names of endpoints in the configuration file.")
    var names: [String] = []
    @Flag(help: "Serves every endpoint of the file.")
    var all = false
    @Flag(help: "Connects and serves none.")
    var none = false
    @Option(help: .hidden)
    var region: String?
    @OptionGroup(title: "Agent")
    var agent: AgentFlagOptions

    func run() async throws {
        let selection = try EndpointSelection(names: self.names, wantsAll: self.all, wantsNone: self.none)
        let plan = try AgentPlan.forThisProcess(self.agent.flags)
        try await plan.serve(selection.endpoints(of: plan.endpoints))
    }
}
