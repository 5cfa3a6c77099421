import Model
package import Portico

/// What the reference system's agent understands and this version does not: told apart from a typing error, and with
/// what to use instead.
package enum MissingFeature {
    /// The command, as an error; nil when it is none of those.
    package static func error(in arguments: [String]) -> PorticoError? {
        guard let command = arguments.first, let advice = Self.commands[command] else { return nil }
        return PorticoError(
            .invalidConfiguration,
            code: ErrorCode.usage.name,
            "The command \(command) is not part of this version yet.",
            remedy: advice
        )
    }

    private static let commands: [String: String] = [
        "tunnel": "Labelled tunnels are not built; use `portico http`, `portico tcp` or `portico tls`."
    ]
}

extension PorticoError {
    /// The command line cannot be understood, in the words of its parser.
    package static func usage(_ message: String) -> PorticoError {
        PorticoError(.invalidConfiguration, .usage, message)
    }
}
