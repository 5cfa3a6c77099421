import AgentRuntime
import ArgumentParser
import Foundation
import PolicyBench
import TrafficPolicy

struct TestPolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs the cases of traffic policies: requests in, expected answers out.",
        discussion: """
            Cases stand beside the policy: those of gateway.yaml in gateway.test.yaml.
            They run on the engine of the edge itself, with no network: upstreams and
            internal endpoints answer what the cases say. docs/policy-tools.md has all
            that a case may hold.

            The report ends with the rules and outcomes of rules that no case reached.

            Exits with 0 when all came out as expected, with 1 otherwise.

            Examples:
              portico policy test gateway.yaml
              portico policy test policies/*.test.yaml --junit results.xml
            """
    )

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Argument(help: ArgumentHelp("Files of cases, or the policies that they are for.", valueName: "file"))
    var files: [String]
    @Option(help: "How the report is written: text or json.")
    var format: Format = .text
    @Option(help: ArgumentHelp("Where the results go in JUnit's form, too.", valueName: "file"))
    var junit: String?

    func run() throws {
        var results: [SuiteResult] = []
        var isGood = true
        for file in self.files {
            do throws(SuiteFile.Problem) {
                results.append(try SuiteFile(file).run())
            } catch {
                isGood = false
                PorticoCLI.write(error.report)
            }
        }
        switch self.format {
        case .text: print(results.map(\.text).joined(), terminator: "")
        case .json: print(DocumentValue.list(results.map(\.document)).json(.redacted))
        }
        if let junit {
            try Data(JUnitReport.xml(results).utf8).write(to: URL(filePath: junit))
        }
        if !isGood || results.contains(where: { $0.failureCount > 0 }) { throw ExitCode(1) }
    }
}
