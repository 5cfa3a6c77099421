import ArgumentParser
import Foundation
import Model
import Portico

/// `portico-operator`: parses, and leaves the rest to `Operator`.
@main
struct PorticoOperator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portico-operator",
        abstract: "Serves what a Kubernetes cluster asks for through a Portico edge.",
        discussion: """
            Example, outside of the cluster:
              PORTICO_AUTHTOKEN=… portico-operator run --kubeconfig ~/.kube/config --server-addr edge.example.com:443
            """,
        version: "portico-operator version \(Agent.version)",
        subcommands: [RunCommand.self]
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
            self.report(failure)
        } catch  where self.exitCode(for: error) == .validationFailure {
            self.report(Failure(.usage, self.message(for: error)))
        } catch {
            // Help that was asked for, or an exit code.
            self.exit(withError: error)
        }
    }

    private static func report(_ failure: Failure) -> Never {
        // Where nobody reads any more, there is nobody left to tell.
        try? FileHandle.standardError.write(contentsOf: Data("error: \(failure)\n".utf8))
        self.exit(withError: ExitCode.failure)
    }
}
