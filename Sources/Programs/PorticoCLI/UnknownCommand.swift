import AgentRuntime
import ArgumentParser
import Portico
import Settings

/// A word where a command is expected that is none.
enum UnknownCommand {
    /// What to say of it; nil where what is wrong is something else.
    static func error(in arguments: [String]) -> PorticoError? {
        var command: any ParsableCommand.Type = RootCommand.self
        var place = "portico"
        for word in arguments {
            let commands = command.configuration.subcommands
            guard !commands.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            guard let next = commands.first(where: { Self.names(of: $0).contains(word) }) else {
                let shown = commands.filter { $0.configuration.shouldDisplay }.flatMap { Self.names(of: $0) }
                let near = Suggestion.nearest(to: word, among: shown).map { " Did you mean '\(place) \($0)'?" } ?? ""
                return .usage("There is no command '\(place) \(word)'.\(near)")
            }
            command = next
            place += " \(word)"
        }
        return nil
    }

    private static func names(of command: any ParsableCommand.Type) -> [String] {
        [command.configuration.commandName ?? ""] + command.configuration.aliases
    }
}
