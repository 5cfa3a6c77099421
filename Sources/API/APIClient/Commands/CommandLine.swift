import APITypes
internal import JSON
package import Model
internal import Settings

/// What stands behind `portico api`.
package struct APICommandLine: Sendable {
    /// What is wanted.
    package enum Wish: Sendable {
        case help(String)
        case call(APICall)
    }

    package let wish: Wish
    /// The values of the flags that every command has, by name: `api-key`.
    package let options: [String: [String]]

    /// Flags that every command has, each with a value.
    package static let commonFlags: [(name: String, valueName: String, summary: String)] = [
        ("api-key", "KEY", "The API key. Without it: PORTICO_API_KEY, else agent.api_key of the configuration."),
        ("api-url", "URL", "Where the API is. Without it: PORTICO_API_URL, else agent.api_url, else this machine."),
        ("api-cas", "FILE", "The authorities that may vouch for it, in PEM. Without it: those of the system."),
        ("config", "FILE", "A configuration file; several override one another in order."),
    ]
    /// - Parameters:
    ///   - words: behind `api`.
    ///   - groups: the commands that there are.
    ///   - program: what the program is called.
    ///   - read: the text of a file that a flag names; `-` is standard input.
    /// - Throws: `usage` with what is wrong and what was probably meant.
    package init(
        _ words: [String],
        groups: [CommandGroup] = CommandGroup.all,
        program: String = "portico",
        read: (String) throws(Failure) -> String
    ) throws(Failure) {
        var parser = CommandParser(words)
        let help = CommandHelp(program: program)
        guard let word = try parser.nextWord() else {
            self.init(.help(help.text(of: groups)), parser)
            return
        }
        guard let group = groups.first(where: { $0.name == word }) else {
            throw Self.unknown("group", word, among: groups.map(\.name))
        }
        guard let word = try parser.nextWord() else {
            self.init(.help(help.text(of: group)), parser)
            return
        }
        guard let command = group.command(word) else {
            throw Self.unknown("command of \(group.name)", word, among: group.commands.map(\.name))
        }
        // Help is wanted of what stands before it, whatever else is there.
        if words.contains(where: { $0 == "--help" || $0 == "-h" }) {
            self.init(.help(help.text(of: command, in: group)), parser)
            return
        }
        try parser.readAll(for: command, read)
        self.init(.call(try parser.call(command)), parser)
    }

    private init(_ wish: Wish, _ parser: CommandParser) {
        self.wish = wish
        self.options = parser.common
    }

    static func unknown(_ kind: String, _ word: String, among names: [String]) -> Failure {
        let near = Suggestion.nearest(to: word, among: names).map { "; did you mean \($0)?" } ?? ""
        return Failure(.usage, "There is no \(kind) \"\(word.prefix(100))\"\(near)")
    }
}
