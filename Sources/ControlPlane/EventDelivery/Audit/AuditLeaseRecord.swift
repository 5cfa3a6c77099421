internal import Model
internal import Store

enum AuditLeaseKind: ResourceKind { static let prefix = "evl" }

/// Which of the edges that share a database takes the audit events to their destinations.
struct AuditLeaseRecord: StoredDocument, Equatable {
    typealias Kind = AuditLeaseKind
    static let recordKind = RecordKind("audit_lease")

    /// The name of the edge that does, or did last.
    var edge: String
    /// Whether it still does.
    var isHeld: Bool
    /// Grows while the edge is there.
    var beat: Int64
    /// Up to where all have arrived, by destination.
    var arrived: [String: AuditPlace]

    /// There is one.
    var uniqueKeys: [String: String] { [Self.key: Self.key] }

    static let key = "lease"
}

/// A place among the audit events.
struct AuditPlace: Codable, Sendable, Hashable {
    /// Of the store's feed: what was written up to there is behind this place.
    var revision: Int64
    /// The last audit event that is; empty for none. It finds the place in a store that was filled from a backup, where
    /// revisions are others.
    var event: String

    init(revision: Int64, event: String) {
        self.revision = revision
        self.event = event
    }

    /// Reads what ``text`` wrote; of earlier versions the revision alone.
    init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let revision = words.first.flatMap({ Int64($0) }) else { return nil }
        self.init(revision: revision, event: words.dropFirst().first.map(String.init) ?? "")
    }

    var text: String { "\(self.revision) \(self.event)\n" }
}
