import Addressing
import AgentRuntime
import ArgumentParser
import Foundation
import TrafficPolicy

struct CheckPolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads traffic policies and says all that is wrong with them.",
        discussion: """
            Each problem comes with its code, file:line:column, the line itself and what
            was probably meant. Warnings tell of rules that never run: those behind one
            that always ends the phase, and those that an earlier rule leaves nothing to.

            Without --protocol and --endpoint a policy is read as one of an agent's
            endpoint of any kind. A cloud endpoint has nothing behind it: its policy must
            always end in a rule that handles the traffic.

            Exits with 0 when all policies are valid, also with warnings; with 1 otherwise.

            Examples:
              portico policy check policy.yaml
              portico policy check --endpoint cloud --protocol https gateway.yaml
              portico policy check --format json shop.yaml blog.yaml
            """
    )

    enum Endpoint: String, CaseIterable, ExpressibleByArgument {
        case cloud, agent
    }

    enum Binding: String, CaseIterable, ExpressibleByArgument {
        case `public`, `internal`, kubernetes
    }

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Argument(help: ArgumentHelp("The policies, YAML or JSON; - for standard input.", valueName: "file"))
    var files: [String]
    @Option(help: "What stands behind the endpoint: an agent, or with cloud nothing.")
    var endpoint: Endpoint = .agent
    @Option(
        name: .customLong("protocol"),
        help: "The endpoint's: http, https, tls or tcp. With cloud, https if not given."
    )
    var scheme: EndpointScheme?
    @Option(help: "Who reaches the endpoint: public, internal or kubernetes.")
    var binding: Binding = .public
    @Option(help: "How the report is written: text or json.")
    var format: Format = .text

    func run() throws {
        let reports = self.files.map(self.report)
        switch self.format {
        case .text: print(reports.map(\.text).joined(), terminator: "")
        case .json: print(PolicyReport.json(reports))
        }
        if !reports.allSatisfy(\.isValid) { throw ExitCode(1) }
    }

    private func report(on file: String) -> PolicyReport {
        let limits = PolicyLimits()
        do throws(TextFileError) {
            let text = try TextFile.read(file, limit: limits.documentBytes)
            return PolicyReport(file == "-" ? "<stdin>" : file, text: text, for: self.attachment, limits: limits)
        } catch {
            return PolicyReport(file, unreadable: error.reason)
        }
    }

    /// Nil where nothing is said of the endpoint.
    private var attachment: PolicyAttachment? {
        guard self.scheme != nil || self.endpoint == .cloud || self.binding != .public else { return nil }
        return PolicyAttachment(
            scheme: self.scheme ?? .https,
            isInternal: self.binding == .internal,
            isCloud: self.endpoint == .cloud,
            runnable: Set(ActionType.allCases)
        )
    }
}

extension EndpointScheme: ExpressibleByArgument {}
