/// A command line made fit for the parser, which knows neither `--flag=false` nor flags in front of the command
/// (`spec/agent.md` 1).
package struct CommandLineArguments: Sendable, Equatable {
    /// For the parser.
    package let normalized: [String]

    /// - Parameters:
    ///   - arguments: behind the program's name.
    ///   - booleans: the names, with dashes, of flags without a value.
    package init(_ arguments: [String], booleans: Set<String>) {
        var leading: [String] = []
        var rest = arguments[...]
        // `--config` and `--log` may stand in front of the command; they mean the same behind it.
        while let first = rest.first, let count = Self.leadingFlagLength(first), rest.count >= count {
            leading += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        var normalized = rest.isEmpty ? leading : []
        var isPastFlags = false
        for (index, argument) in rest.enumerated() {
            if argument == "--" { isPastFlags = true }
            normalized += isPastFlags ? [argument] : Self.spelt(argument, booleans: booleans)
            if index == 0 { normalized += leading }
        }
        // Sub-commands of `config` are two words: the flags belong behind the second.
        self.normalized = Self.commandFirst(normalized, leading: leading)
    }

    private static let leadingFlags: Set<String> = ["--config", "--log", "--log-format", "--log-level"]

    /// How many arguments a flag that may stand in front takes; nil for any other argument.
    private static func leadingFlagLength(_ argument: String) -> Int? {
        if Self.leadingFlags.contains(argument) { return 2 }
        return Self.leadingFlags.contains { argument.hasPrefix($0 + "=") } ? 1 : nil
    }

    private static func spelt(_ argument: String, booleans: Set<String>) -> [String] {
        if argument == "-v" { return ["--version"] }
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, booleans.contains(String(parts[0])) else { return [argument] }
        switch parts[1] {
        case "true", "1": return [String(parts[0])]
        // What is true unless somebody says otherwise has a flag for that.
        case "false", "0": return parts[0] == "--inspect" ? ["--no-inspect"] : []
        default: return [argument]
        }
    }

    private static func commandFirst(_ arguments: [String], leading: [String]) -> [String] {
        guard !leading.isEmpty, arguments.first == "config", arguments.count > leading.count + 1 else {
            return arguments
        }
        let second = arguments[leading.count + 1]
        guard !second.hasPrefix("-") else { return arguments }
        return ["config", second] + leading + arguments.dropFirst(leading.count + 2)
    }
}
