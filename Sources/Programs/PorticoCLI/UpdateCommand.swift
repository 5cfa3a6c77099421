import AgentRuntime
import AgentUpdate
import ArgumentParser
import Foundation
import Portico

struct UpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Replaces this program by a newer release, which its publisher has signed.",
        discussion: """
            The releases are where agent.update_url says, and signed by the key in agent.update_key. The program that \
            was there is kept beside the new one. Without a newer release nothing is done.

            Examples:
              portico update
              portico update --check
              portico update --channel beta
            """
    )

    @Option(help: "stable, beta or unstable. Without it, that of the configuration.")
    var channel: UpdateChannel?
    @Option(name: .customLong("to"), help: ArgumentHelp("That release, instead of the newest.", valueName: "version"))
    var version: String?
    @Flag(help: "Installs an older release too.")
    var force = false
    @Flag(help: "Says whether there is a newer release, and does nothing.")
    var check = false
    @OptionGroup
    var files: FileFlagOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let location = ConfigurationLocation(flags: self.files.config, environment: environment)
        let plan = UpdatePlan(try AgentSettings.load(location, environment: environment).update)
        guard plan.source != nil else {
            // Wrappers of the reference system's agent run it without knowing of any configuration, and want a success.
            print("There is nowhere to look for releases: agent.update_url and agent.update_key are not set.")
            print("Install the newer version as you installed this one.")
            return
        }
        let updater = try Updater(plan.source)
        let channel = self.channel ?? plan.channel
        if self.check {
            let newest = try await updater.newest(of: channel)
            print(newest.map { "Version \($0) is available." } ?? "Version \(Agent.version) is the newest.")
            return
        }
        var wish = Updater.Wish()
        wish.channel = channel
        wish.version = self.version
        wish.allowsOlder = self.force
        switch try await updater.install(wish, over: ProgramPath.current) {
        case .current(let version):
            print("Version \(version) is the newest.")
        case .installed(let version, let backup):
            print("Version \(version) is installed. The program that was there: \(backup)")
        }
    }
}

extension UpdateChannel: ExpressibleByArgument {}
