import AgentRuntime
import ArgumentParser
import Foundation
import Model
import Portico

struct EditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Opens the configuration file in an editor, and checks it afterwards.",
        discussion: """
            The editor is that of VISUAL or EDITOR, otherwise nano.

            Example:
              portico config edit
            """
    )

    @OptionGroup
    var files: FileFlagOptions

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let path = ConfigurationLocation(flags: self.files.config, environment: environment).target
        if !FileManager.default.fileExists(atPath: path) {
            try PrivateFile(path: path).replace(with: "version: 3\nagent:\n")
        }
        let editor = Process()
        // By way of a shell, since EDITOR may have arguments.
        editor.executableURL = URL(filePath: "/bin/sh")
        let name = ConfigurationEdit.editor(environment)
        editor.arguments = ["-c", "exec \(name) \"$1\"", "sh", path]
        try editor.run()
        editor.waitUntilExit()
        guard editor.terminationReason == .exit, editor.terminationStatus == 0 else {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.usage.name,
                "The editor \(name.quotedForDisplay) ended with status \(editor.terminationStatus).",
                remedy: "Set VISUAL or EDITOR to another, or edit \(path) and run 'portico config check'."
            )
        }
        let location = ConfigurationLocation(flags: [path], environment: environment)
        _ = try AgentSettings.check(location)
        print("Valid configuration file at \(path)")
    }
}

struct UpgradeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Rewrites the configuration file in the newest form, and keeps a copy of what it was.",
        discussion: """
            Examples:
              portico config upgrade --dry-run
              portico config upgrade 3 --config ngrok.yml --relocate
            """
    )

    @Argument(help: "The wished version; without it, the newest.")
    var version: Int?
    @Flag(help: "Shows the result and writes nothing.")
    var dryRun = false
    @Flag(help: "Writes the result where the agent looks for its configuration by itself.")
    var relocate = false
    @OptionGroup
    var files: FileFlagOptions

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let location = ConfigurationLocation(flags: self.files.config, environment: environment)
        let standard = ConfigurationLocation(
            flags: [],
            environment: environment.filter { !$0.key.hasSuffix("_CONFIG") }
        )
        for path in location.paths {
            let outcome = try ConfigurationEdit.upgrade(
                path,
                to: self.version,
                isTrial: self.dryRun,
                target: self.relocate ? standard.target : nil
            )
            self.show(outcome)
        }
    }

    private func show(_ outcome: ConfigurationEdit.Outcome) {
        let upgrade = outcome.upgrade
        for note in upgrade.notes { PorticoCLI.write("NOTE:  \(note)\n") }
        if self.dryRun {
            print(upgrade.text, terminator: upgrade.text.hasSuffix("\n") ? "" : "\n")
        } else if let backup = outcome.backup {
            print("Upgraded from version \(upgrade.from) to \(upgrade.to): \(outcome.path)")
            print("The file as it was: \(backup)")
        } else {
            print("Nothing to do: \(outcome.path) is version \(upgrade.from)")
        }
    }
}
