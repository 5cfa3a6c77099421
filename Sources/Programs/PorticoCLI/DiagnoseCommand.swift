import AgentDiagnosis
import AgentRuntime
import ArgumentParser
import Foundation
import JSON
import Model
import Portico

struct DiagnoseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose",
        abstract: "Looks at all that the agent needs, step by step, and says where it ends and what to do.",
        discussion: """
            The name of the edge, the connection, its certificate, the protocol, the authtoken, and the services that \
            the configuration names. The exit status is 1 where something keeps the agent from being online.

            Examples:
              portico diagnose
              portico diagnose --write-report report.json
            """
    )

    @Flag(name: [.customShort("6"), .long], help: "Tries the edge's addresses of IPv6 too.")
    var ipv6 = false
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("auto or all: the edge is where the configuration says.", visibility: .hidden)
    )
    var region: String?
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Writes all findings there, as JSON without secrets.", valueName: "file")
    )
    var writeReport: String?
    @OptionGroup(title: "Agent")
    var agent: AgentFlagOptions

    func validate() throws {
        if let region, region != "auto", region != "all" {
            throw ValidationError("There is no choice of regions: give the edge's address with --server.")
        }
    }

    func run() async throws {
        let tell: (Finding) -> Void = { PorticoCLI.write("\($0.line)\n", to: .standardOutput) }
        let plan: AgentPlan
        do {
            plan = try AgentPlan.forThisProcess(self.agent.flags)
        } catch {
            let finding = Finding(unreadable: error)
            tell(finding)
            try self.report([finding], plan: nil)
            throw ExitCode.failure
        }
        let findings = await Diagnosis(plan, families: self.ipv6 ? .both : .version4).run(tell)
        try self.report(findings, plan: plan)
        if findings.contains(where: { $0.state == .bad }) { throw ExitCode.failure }
    }

    private func report(_ findings: [Finding], plan: AgentPlan?) throws {
        guard let path = self.writeReport else { return }
        let environment = ProcessInfo.processInfo.environment
        let report = DiagnosisReport.json(findings, plan: plan, environment: environment, time: Date())
        do {
            try Data("\(report.lines)\n".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Self.unwritable(path, error)
        }
        PorticoCLI.write("The report is in \(path.quotedForDisplay).\n", to: .standardOutput)
    }

    private static func unwritable(_ path: String, _ error: any Error) -> PorticoError {
        PorticoError(
            .invalidConfiguration,
            code: ErrorCode.usage.name,
            "The report cannot be written to \(path.quotedForDisplay): \(error.localizedDescription)",
            remedy: "Name a file in a folder that you may write to."
        )
    }
}
