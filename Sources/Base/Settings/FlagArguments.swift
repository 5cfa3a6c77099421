/// The flags of a command line that set settings: `--limits-head-timeout 5s`, `--limits-head-timeout=5s`,
/// `--tls-require-sni`, `--no-tls-require-sni`.
struct FlagArguments {
    /// What a flag says, by the path of its setting. A flag that stands twice counts as it stands last.
    private(set) var values: [String: (flag: String, text: String)] = [:]
    private(set) var problems: [SettingsProblem] = []

    init(_ arguments: [String], schema: SettingsSchema) {
        let settings = Dictionary(
            schema.reachable.compactMap { setting in setting.flag.map { ($0, setting) } },
            uniquingKeysWith: { first, _ in first }
        )
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let flag = String(parts[0])
            var text = parts.count == 2 ? String(parts[1]) : nil

            guard let setting = settings[flag] else {
                if text == nil, let setting = Self.negated(flag, in: settings) {
                    self.values[setting.path] = (flag, "false")
                } else {
                    self.problems.append(Self.unknown(flag, among: settings.keys))
                    // Its value, if it has one, is no mistake of its own.
                    if flag.hasPrefix("-"), text == nil, let next = rest.first, !next.hasPrefix("-") {
                        rest.removeFirst()
                    }
                }
                continue
            }
            if text == nil { text = setting.shape == .bool ? "true" : Self.value(from: &rest) }
            guard let text else {
                self.problems.append(SettingsProblem(at: SettingPlace(.flag(flag)), "needs \(setting.expectation)"))
                continue
            }
            self.values[setting.path] = (flag, text)
        }
    }

    private static func value(from rest: inout ArraySlice<String>) -> String? {
        guard let next = rest.first, !next.hasPrefix("--") else { return nil }
        rest.removeFirst()
        return next
    }

    private static func negated(_ flag: String, in settings: [String: SettingDescription]) -> SettingDescription? {
        guard flag.hasPrefix("--no-"), let setting = settings["--" + flag.dropFirst(5)] else { return nil }
        return setting.shape == .bool ? setting : nil
    }

    private static func unknown(_ flag: String, among flags: some Sequence<String>) -> SettingsProblem {
        guard flag.hasPrefix("-") else {
            return SettingsProblem(at: nil, "\(quoted(flag)) is no flag; settings are given as --name value")
        }
        let name = String(flag.drop { $0 == "-" })
        let near =
            Suggestion.nearest(to: name, among: flags.map { String($0.dropFirst(2)) }.sorted())
            .map { "; did you mean --\($0)?" } ?? ""
        return SettingsProblem(at: nil, "unknown flag \(quoted(flag))\(near)")
    }
}
