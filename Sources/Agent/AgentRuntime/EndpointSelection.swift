import Model
package import Portico

/// Which endpoints of the configuration files `start` serves.
package enum EndpointSelection: Sendable, Hashable {
    case all
    /// The session alone.
    case none
    case named([String])

    /// - Parameters:
    ///   - names: as on the command line.
    ///   - wantsAll: `--all` was given.
    ///   - wantsNone: `--none` was given.
    /// - Throws: unless exactly one of the three says something.
    package init(names: [String], wantsAll: Bool, wantsNone: Bool) throws(PorticoError) {
        switch (names.isEmpty, wantsAll, wantsNone) {
        case (false, false, false): self = .named(names)
        case (true, true, false): self = .all
        case (true, false, true): self = .none
        default:
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.usage.name,
                "It is not clear what to start.",
                remedy: "Name endpoints of the configuration file, or give either --all or --none."
            )
        }
    }

    /// The chosen ones, in the order of the file.
    ///
    /// - Throws: when a name is not among them.
    package func endpoints(of configured: [EndpointDefinition]) throws(PorticoError) -> [EndpointDefinition] {
        switch self {
        case .none: return []
        case .all where configured.isEmpty:
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.usage.name,
                "The configuration names no endpoints.",
                remedy: "Write some under `endpoints`, or use --none."
            )
        case .all: return configured
        case .named(let names):
            let known = configured.map(\.name)
            if let unknown = names.first(where: { !known.contains($0) }) {
                throw PorticoError(
                    .invalidConfiguration,
                    code: ErrorCode.usage.name,
                    "The configuration has no endpoint \(unknown.quotedForDisplay).",
                    remedy: known.isEmpty ? "It has none at all." : "It has \(known.joined(separator: ", "))."
                )
            }
            return configured.filter { names.contains($0.name) }
        }
    }
}
