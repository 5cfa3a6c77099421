import Foundation

/// The files of a rule set, in the order in which they are read.
///
/// The names are those of the core rule set: `REQUEST-9….conf` are for requests, `RESPONSE-9….conf` for responses, and what
/// prepares a transaction, `REQUEST-901-…`, is for both. Files of other names are for both too.
struct RuleFiles: Equatable {
    struct File: Equatable {
        let folder: String
        let name: String
    }

    /// What the rules are set up with; nil where that is left to us.
    let setup: File?
    /// What an operator has written to be read before and after the rules.
    let before: [File]
    let rules: [File]
    let after: [File]

    /// Looks for the files. The setup, where it isn't given, is `crs-setup.conf` in the folder above the rules, as the rule set
    /// is delivered, or in `/etc/modsecurity/crs`, where Debian has it.
    ///
    /// - Throws: ``FirewallError/noRules(_:)``; a setup that is given and isn't there.
    init(of direction: RuleDirection, in configuration: FirewallConfiguration) throws(FirewallError) {
        let folder = configuration.rules
        let names = Self.names(in: folder).filter { $0.hasSuffix(".conf") && direction.includes($0) }
        guard names.contains(where: { $0.hasPrefix("REQUEST-901") }) else { throw .noRules(folder) }
        self.rules = names.map { File(folder: folder, name: $0) }
        let setup = try Self.setup(configuration)
        self.setup = setup
        // Delivered in the folder of rules, and kept by Debian where the setup is.
        let beside = setup.flatMap { $0.folder == folder ? nil : $0.folder } ?? ""
        let own = beside.isEmpty ? [] : Self.names(in: beside).filter { $0.hasSuffix(".conf") }
        self.before = own.filter { $0.hasPrefix("REQUEST-900-") }.map { File(folder: beside, name: $0) }
        self.after = own.filter { $0.hasPrefix("RESPONSE-999-") }.map { File(folder: beside, name: $0) }
    }

    private static func names(in folder: String) -> [String] {
        // A folder that can't be read is one without rules, which is said by who looks for them.
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    private static func setup(_ configuration: FirewallConfiguration) throws(FirewallError) -> File? {
        if let path = configuration.setup {
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw .wrongRules("the setup \(path) cannot be read")
            }
            return File(
                folder: (path as NSString).deletingLastPathComponent,
                name: (path as NSString).lastPathComponent
            )
        }
        let above = (configuration.rules as NSString).deletingLastPathComponent
        return [above, "/etc/modsecurity/crs"].map { File(folder: $0, name: "crs-setup.conf") }
            .first { FileManager.default.isReadableFile(atPath: "\($0.folder)/\($0.name)") }
    }
}

/// Which messages rules are for.
package enum RuleDirection: Sendable, Hashable, CaseIterable {
    case requests, responses

    fileprivate func includes(_ file: String) -> Bool {
        switch self {
        case .requests: !file.hasPrefix("RESPONSE-9")
        case .responses:
            // What correlates both directions afterwards is for logs.
            (!file.hasPrefix("REQUEST-9") || file.hasPrefix("REQUEST-901")) && !file.hasPrefix("RESPONSE-980")
        }
    }
}
