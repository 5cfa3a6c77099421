import ArgumentParser
import EdgeProgram
import Settings

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at all that the edge needs, and say what is wrong and what to do.",
        discussion: """
            An edge may run meanwhile. The exit status is 1 where something keeps the edge from serving.

            Example:
              portico-edge doctor --config /etc/portico-edge.yml
            """
    )

    @OptionGroup
    var options: ConfigurationOptions

    func run() async throws {
        let findings = await Doctor(try self.options.load().configuration).findings()
        for finding in findings { Terminal.say(finding.line) }
        guard findings.contains(where: { $0.state == .bad }) else { return }
        throw ExitCode.failure
    }
}
