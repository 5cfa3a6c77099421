import AgentRuntime
import ArgumentParser
import Foundation
import Model
import Portico

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract:
            "Makes a configuration file of one of frp, cloudflared or ngrok, and says what it could not carry over.",
        discussion: """
            Examples:
              portico import frpc.toml
              portico import config.yml --from cloudflared --output imported.yml
            """
    )

    @Argument(help: "The file of the other agent; - for standard input.")
    var file: String
    @Option(help: "Whose file it is: frp, cloudflared or ngrok. Without it, that is guessed.")
    var from: ConfigurationImport.Source?
    @Option(help: ArgumentHelp("Where the result goes, which must not be there yet.", valueName: "path"))
    var output: String?
    @OptionGroup
    var files: FileFlagOptions

    func run() throws {
        let text: String
        do throws(TextFileError) {
            text = try TextFile.read(self.file, limit: 1 << 20)
        } catch {
            throw Self.unusable(self.file, error.reason, "Check the path and who may read it; - reads standard input.")
        }
        let result = try ConfigurationImport(text, path: self.file, from: self.from)
        for note in result.notes { PorticoCLI.write("NOTE:  \(note)\n") }
        guard let output else { return print(result.text, terminator: "") }
        guard !FileManager.default.fileExists(atPath: output) else {
            throw Self.unusable(output, "it is there already, and is not written over", "Give another --output.")
        }
        try PrivateFile(path: output).replace(with: result.text)
        print("\(result.endpoints) endpoint\(result.endpoints == 1 ? "" : "s") written to \(output)")
    }

    private static func unusable(_ path: String, _ reason: String, _ remedy: String) -> PorticoError {
        let code = ErrorCode.configurationUnreadable.name
        return PorticoError(.invalidConfiguration, code: code, "\(path): \(reason).", remedy: remedy)
    }
}

extension ConfigurationImport.Source: ExpressibleByArgument {}
