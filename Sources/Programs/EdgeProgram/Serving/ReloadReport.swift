import Logging

/// What a reload did.
struct ReloadReport: Sendable {
    let changes: SettingChanges
    /// How many were read, the edge's own included.
    let certificates: Int
    /// What may be a mistake.
    let warnings: [String]

    init(_ changes: SettingChanges, _ certificates: EdgeCertificates, warnings: [String] = []) {
        self.changes = changes
        self.certificates = certificates.served.count
        self.warnings = warnings
    }

    /// For a terminal.
    var lines: [String] {
        let live = self.changes.live.isEmpty ? "no setting changed" : "in force: \(self.live)"
        var lines = ["reloaded; \(live)", "certificates read again: \(self.certificates)"]
        if !self.changes.later.isEmpty {
            lines.append("changed, but in force only after a restart: \(self.changes.later.joined(separator: ", "))")
        }
        return lines + self.warnings.map { "warning: \($0)" }
    }

    /// For the log.
    var facts: Logger.Metadata { ["settings": "\(self.live)", "certificates": "\(self.certificates)"] }

    private var live: String { self.changes.live.joined(separator: ", ") }
}
