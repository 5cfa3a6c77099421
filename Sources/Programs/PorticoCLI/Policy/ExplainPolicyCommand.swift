import AgentRuntime
import ArgumentParser
import Foundation
import PolicyBench
import TrafficPolicy

struct ExplainPolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Shows step by step how a traffic policy answers a request.",
        discussion: """
            Each rule is shown in order: what its expressions, and the parts of them, came
            to when the rule was reached, and what its actions did. Then the request as it
            goes on, and who answers it.

            The request is METHOD and path, or the name of a case in the file of cases
            beside the policy (portico policy test --help), with its facts and answers.

            Examples:
              portico policy explain gateway.yaml --request 'GET /orders/7'
              portico policy explain gateway.yaml --case 'orders go to their service'
            """
    )

    @Argument(help: ArgumentHelp("The policy, YAML or JSON.", valueName: "file"))
    var file: String
    @Option(help: ArgumentHelp("The request: METHOD and path, or METHOD and URL.", valueName: "request"))
    var request: String?
    @Option(name: .customLong("case"), help: ArgumentHelp("A case of the file of cases.", valueName: "name"))
    var caseName: String?

    func validate() throws {
        guard (self.request == nil) != (self.caseName == nil) else {
            throw ValidationError("Give either --request or --case.")
        }
    }

    func run() throws {
        do throws(SuiteFile.Problem) {
            let file = SuiteFile(self.file)
            let explanation = try file.explain(try self.suite(file), named: self.caseName)
            print(explanation.text, terminator: "")
        } catch {
            PorticoCLI.write(error.report)
            throw ExitCode(1)
        }
    }

    /// The cases beside the policy; with --request, what stands around them and that request alone.
    private func suite(_ file: SuiteFile) throws(SuiteFile.Problem) -> PolicySuite {
        guard let request else { return try file.suite() }
        let one = DocumentValue.object([
            .init("name", .string("request")), .init("request", .string(request)), .init("expect", .object([])),
        ])
        let alone = DocumentValue.object([.init("cases", .list([one]))])
        let made = try SuiteFile.parse(alone.json(.revealed), named: "--request")
        // Secrets, answers and the endpoint of the file of cases hold here too, where there is one.
        return file.hasCases ? made.placed(in: try file.suite()) : made
    }
}
