import PostgresStore
import Settings

/// The settings that come into force when an edge reads its configuration again. A setting that is not here needs a
/// restart, and whoever changes it is told so.
enum LiveSettings {
    /// Settings, and sections with all that is in them. What reads them again is ``Reloader``.
    static let paths = [
        "upstreams", "limits", "metrics", "tls", "require_reservations", "browser_warning", "hold", "drain_timeout",
        "log.level", "acme.directory", "acme.email", "acme.eab_key_id", "acme.eab_key", "acme.authorities",
        "acme.challenges", "acme.dns_program",
    ]

    static func contains(_ path: String) -> Bool {
        self.paths.contains { path == $0 || path.hasPrefix("\($0).") }
    }
}

/// How two configurations differ.
struct SettingChanges: Sendable, Equatable {
    /// Settings that differ and come into force by themselves, in the order of the reference.
    let live: [String]
    /// Those that need a restart.
    let later: [String]

    /// - Parameters:
    ///   - applied: what was read last; live settings of it are in force.
    ///   - started: what the edge was started with; all other settings of it are in force.
    ///   - new: what stands there now.
    init(
        from applied: EdgeProgramConfiguration.Loaded,
        startedWith started: EdgeProgramConfiguration.Loaded,
        to new: EdgeProgramConfiguration.Loaded
    ) {
        self.live = Self.differences(applied, new).filter(LiveSettings.contains)
        self.later = Self.differences(started, new).filter { !LiveSettings.contains($0) }
    }

    /// Lists of mappings count as one setting.
    private static func differences(
        _ one: EdgeProgramConfiguration.Loaded,
        _ two: EdgeProgramConfiguration.Loaded
    ) -> [String] {
        let (before, after) = (Self.texts(one), Self.texts(two))
        var found: [String] = []
        for path in (one.values + two.values).map({ Self.name($0.path) }) where before[path] != after[path] {
            if !found.contains(path) { found.append(path) }
        }
        // A secret shows as one word, whatever it is.
        let isSameStore =
            switch (one.configuration.store, two.configuration.store) {
            case (nil, nil): true
            case (let one?, let two?): one.isSame(as: two)
            default: false
            }
        if !isSameStore, !found.contains("store") { found.append("store") }
        return found
    }

    private static func texts(_ loaded: EdgeProgramConfiguration.Loaded) -> [String: [String]] {
        Dictionary(grouping: loaded.values) { Self.name($0.path) }
            .mapValues { $0.map { "\($0.path): \($0.text)" } }
    }

    /// `upstreams[3].address` is a part of `upstreams`.
    private static func name(_ path: String) -> String {
        path.firstIndex(of: "[").map { String(path[..<$0]) } ?? path
    }
}
