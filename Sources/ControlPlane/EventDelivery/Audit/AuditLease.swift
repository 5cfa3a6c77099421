internal import Foundation
internal import Model
internal import Secrets
internal import Store

/// Whether this edge takes the audit events to their destinations, of several that share a database.
///
/// The edge that does writes now and then that it is there. Another takes its place when it has seen nothing of that for a
/// while, by its own clock: no two clocks are compared. For a moment there may be two; then events come twice.
struct AuditLease {
    let edge: String
    private let beat: Duration
    private let patience: Duration
    private(set) var isHeld = false
    /// What has arrived at destinations when this edge took the place of another; nil where it goes on with what it knows
    /// itself.
    private(set) var inherited: [String: AuditPlace]?
    private var record: Stored<AuditLeaseRecord>?
    /// When the record was written, or was seen to have changed.
    private var changed = ContinuousClock.now

    /// - Parameters:
    ///   - edge: the name of this edge, which it keeps.
    ///   - beat: how often it tells that it is there.
    ///   - patience: after how long without that another takes its place.
    init(edge: String, beat: Duration, patience: Duration) {
        self.edge = edge
        self.beat = beat
        self.patience = patience
    }

    /// Of the record as it was seen last: of late, where some edge is there.
    var revision: Revision? { self.record?.revision }

    /// Whether there is something to do for it.
    var isDue: Bool { !self.isHeld || ContinuousClock.now - self.changed >= self.beat }

    /// Looks whose turn it is, and tells that this edge is there and what has arrived.
    mutating func tend(
        _ store: any RecordStore,
        arrived: [String: AuditPlace]
    ) async throws(StoreError) {
        let found: Stored<AuditLeaseRecord>
        do throws(StoreError) {
            found = try await store.find(
                AuditLeaseRecord.self,
                AuditLeaseRecord.key,
                AuditLeaseRecord.key,
                in: .platform
            )
        } catch .notFound {
            return try await self.begin(store)
        }
        if found.revision != self.record?.revision { self.changed = .now }
        self.record = found
        if found.document.edge == self.edge, found.document.isHeld {
            // Begun anew, it knows more itself than what it has written here.
            let known = self.isHeld ? arrived : found.document.arrived
            self.isHeld = true
            try await self.write(store) { $0.arrived = known }
        } else if !found.document.isHeld || ContinuousClock.now - self.changed >= self.patience {
            try await self.take(store)
        } else {
            self.isHeld = false
        }
    }

    /// Lets another edge go on at once.
    mutating func release(_ store: any RecordStore, arrived: [String: AuditPlace]) async throws(StoreError) {
        guard self.isHeld else { return }
        self.isHeld = false
        try await self.write(store) {
            $0.arrived = arrived
            $0.isHeld = false
        }
    }

    private mutating func begin(_ store: any RecordStore) async throws(StoreError) {
        let document = AuditLeaseRecord(edge: self.edge, isHeld: true, beat: 1, arrived: [:])
        let id = ResourceID<AuditLeaseKind>.new(at: 0)
        do throws(StoreError) {
            try await store.commit([.create(document, id, owner: nil)])
            self.isHeld = true
        } catch .duplicateKey {
            // Another was quicker: it is found with the next look.
        }
    }

    private mutating func take(_ store: any RecordStore) async throws(StoreError) {
        guard let former = self.record?.document else { return }
        let edge = self.edge
        self.isHeld = false
        guard
            try await self.write(
                store,
                {
                    $0.edge = edge
                    $0.isHeld = true
                }
            )
        else { return }
        self.isHeld = true
        self.inherited = former.edge == edge ? nil : former.arrived
    }

    /// - Returns: whether it was written. Another that writes at the same time is found with the next look.
    @discardableResult
    private mutating func write(
        _ store: any RecordStore,
        _ change: (inout AuditLeaseRecord) -> Void
    ) async throws(StoreError) -> Bool {
        guard var next = self.record else { return false }
        change(&next.document)
        next.document.beat += 1
        do throws(StoreError) {
            let revisions = try await store.commit([.update(next)])
            self.record = next.written(at: revisions[0])
            self.changed = .now
            return true
        } catch .conflict {
            self.isHeld = false
            return false
        }
    }
}
