import AgentRuntime
import ArgumentParser
import Foundation
import Model
import Portico

/// The program `portico`: reads the command line, runs a command, and turns errors into lines and exit codes
/// (`spec/agent.md` 1.7: 0 for success and for a stop that was asked for, 1 for everything else).
@main
enum PorticoCLI {
    static func main() async {
        // A reader of our output that goes away is no reason to die.
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            if let words = APICommand.words(of: arguments) { return try await APICommand.run(words) }
            let line = CommandLineArguments(arguments, booleans: EndpointFlagOptions.booleans)
            var command = try RootCommand.parseAsRoot(line.normalized)
            for warning in DeprecatedFlags.warnings(in: arguments) { Self.write("WARNING:  \(warning)\n") }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Self.end(with: error, arguments)
        }
    }

    private static func end(with error: any Error, _ arguments: [String]) -> Never {
        switch error {
        case let error as PorticoError:
            Self.fail(error.description)
        case let error as Failure:
            // As other errors are told: the code comes last.
            Self.fail(PorticoError(.invalidConfiguration, error.code, error.message).description)
        case let error as AgentSettings.LoadingError:
            Self.fail(error.description)
        case let error as PolicyText.CheckError:
            Self.fail(error.description)
        case let code as ExitCode:
            // What there is to say was said.
            exit(code.rawValue)
        case _ where RootCommand.exitCode(for: error).isSuccess:
            // Help and version.
            print(RootCommand.fullMessage(for: error))
            exit(0)
        default:
            let known = MissingFeature.error(in: arguments) ?? UnknownCommand.error(in: arguments)
            Self.fail((known ?? .usage(RootCommand.message(for: error))).description)
        }
    }

    /// Prints what went wrong, each line marked, and ends the process.
    static func fail(_ message: String) -> Never {
        let lines = message.split(separator: "\n").map { "ERROR:  \($0)\n" }.joined()
        Self.write(lines)
        exit(1)
    }

    /// Writes to standard error, or to `output`. Where nobody reads any more, there is nobody left to tell.
    static func write(_ text: String, to output: FileHandle = .standardError) {
        // What FileHandle's older `write` does about an error is to trap.
        try? output.write(contentsOf: Data(text.utf8))
    }

    /// The name that the program was called by: `ngrok` when a wrapper of the reference system's agent calls it through
    /// a link, `portico` otherwise.
    static var name: String {
        let called = CommandLine.arguments.first?.split(separator: "/").last
        return called == "ngrok" ? "ngrok" : "portico"
    }
}
