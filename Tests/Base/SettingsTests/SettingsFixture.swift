import Model
import Settings
import Testing

/// A configuration with a setting of each form.
struct Sample {
    enum Level: String, CaseIterable { case debug, info, warning }

    struct Rule {
        let name: String
        let host: String
        let hold: Duration
    }

    var domain = ""
    var workers = 0
    var level = Level.info
    var token: Secret?
    var hosts: [String] = []
    var headTimeout = Duration.zero
    var headBytes = 0
    var isStrict = false
    var rules: [Rule] = []
    var tunnels: [Rule] = []
    var policy: SettingNode?

    static let definition = SettingsDefinition(variablePrefixes: ["SAMPLE_", "OLD_"]) { settings in
        Sample(from: settings)
    }

    init(from settings: SettingsReader) {
        self.domain = settings.value("domain", .text(maxBytes: 20), default: "example.test", "The domain.")
        self.workers = settings.value("workers", .integer(in: 1...64, of: "threads"), default: 2, "Threads.")
        self.level = settings.value("level", .choice(), default: .info, "How much is logged.")
        self.token = settings.optional(
            "authtoken",
            .secret(),
            absent: "none",
            variables: ["SAMPLE_TOKEN"],
            "Who we are."
        )
        self.hosts = settings.value("hosts", .list(of: .text(), limit: 3), default: [], "Names.")
        settings.section("limits", "Bounds.") { limits in
            self.headTimeout = limits.value(
                "head_timeout",
                .duration(in: .seconds(1) ... .seconds(300)),
                default: .seconds(10),
                "Longest time of a head."
            )
            self.headBytes = limits.value("head_bytes", .bytes(in: 1024...1 << 20), default: 60 << 10, "Longest head.")
            self.isStrict = limits.value("strict", .bool, default: false, "Whether doubt is refused.")
        }
        self.rules = settings.records("rules", limit: 2, "Rules.") { Self.rule("", $0) }
        self.tunnels = settings.namedRecords("tunnels", limit: 2, "Tunnels.", Self.rule).map(\.record)
        self.policy = settings.structure("policy", absent: "none", "What happens.")
        if self.workers == 13 { settings.refuse("workers", "brings bad luck; take 12") }
    }

    private static func rule(_ name: String, _ settings: SettingsReader) -> Rule? {
        let host = settings.required("host", .text(), "Whose.")
        let hold = settings.value("hold", .duration(in: .zero ... .seconds(60)), default: .seconds(5), "How long.")
        guard let host else { return nil }
        return Rule(name: name, host: host, hold: hold)
    }

    static func load(
        _ text: String = "",
        environment: [String: String] = [:],
        arguments: [String] = []
    ) throws -> LoadedSettings<Sample> {
        try Self.definition.load(
            SettingsLayers(
                file: SettingsFile(path: "s.yaml", text: text),
                environment: environment,
                arguments: arguments
            )
        )
    }

    /// What is wrong with these layers, each problem without its excerpt.
    static func problems(
        _ text: String = "",
        environment: [String: String] = [:],
        arguments: [String] = []
    ) -> [String] {
        do {
            _ = try Self.load(text, environment: environment, arguments: arguments)
            return []
        } catch let error as SettingsError {
            return error.problems.map(\.description)
        } catch {
            return ["unexpected: \(error)"]
        }
    }
}

extension LoadedSettings {
    func resolved(_ path: String) throws -> ResolvedSetting {
        try #require(self.values.first { $0.path == path })
    }
}
