internal import Control
internal import Events
internal import Foundation
internal import Logging
internal import Model
internal import Store

/// Of several edges on one database, one takes audit events to destinations. What has arrived is noted in the database with it,
/// so that the next one begins there.
extension EventDelivery {
    /// Whether it is this edge that takes audit events to destinations.
    func takesAudits() async throws(StoreError) -> Bool {
        // Without anybody who wants them nobody needs to.
        guard self.configuration.isShared, !self.table.audited.isEmpty else { return true }
        var lease: AuditLease
        if let known = self.lease {
            lease = known
        } else {
            lease = AuditLease(
                edge: await self.outbox.edgeName(),
                beat: self.configuration.leaseBeat,
                patience: self.configuration.leasePatience
            )
        }
        guard lease.isDue else { return lease.isHeld }
        let wasHeld = lease.isHeld
        try await lease.tend(self.store, arrived: await self.arrived())
        self.lease = lease
        guard lease.isHeld != wasHeld else { return lease.isHeld }
        self.audit = [:]
        if lease.isHeld, let inherited = lease.inherited { await self.outbox.setAuditPlaces(inherited) }
        self.logger.info("\(lease.isHeld ? "this" : "another") edge takes audit events to destinations")
        return lease.isHeld
    }

    private func arrived() async -> [String: AuditPlace] {
        for (id, progress) in self.audit {
            let waiting = await self.outbox.waiting(for: id)
            var progress = progress
            let mark = progress.mark ?? (progress.place, waiting.taken)
            let isReached = waiting.taken - waiting.events >= mark.taken
            progress.mark = isReached ? nil : mark
            if isReached { progress.arrived = mark.place }
            self.audit[id]?.mark = progress.mark
            self.audit[id]?.arrived = progress.arrived
        }
        return self.audit.compactMapValues(\.arrived)
    }

    func releaseLease() async {
        guard var lease = self.lease else { return }
        do throws(StoreError) {
            try await lease.release(self.store, arrived: await self.arrived())
        } catch {
            self.logger.warning("another edge is not told to go on", metadata: ["error.detail": "\(error)"])
        }
        self.lease = lease
    }

    /// Reads what is new for those who look, and to know who wants what, while another edge brings it to destinations.
    ///
    /// - Returns: the last revision.
    func lookOn(after seen: Revision?) async throws(StoreError) -> Revision {
        let recent = self.lease?.revision ?? .zero
        var revision = seen ?? recent
        while true {
            let changes: [RecordChange]
            do throws(StoreError) {
                changes = try await self.store.changes(after: revision, limit: RecordChanges.batch)
            } catch .forgotten {
                // Many deletions, perhaps of subscriptions.
                try await self.loadTable()
                return max(revision, recent)
            }
            guard let last = changes.last else { return revision }
            if changes.contains(where: \.changesSubscriptions) { try await self.loadTable() }
            await self.take(changes, after: seen)
            revision = last.revision
        }
    }

    /// Where a place that was noted is in the store, which may have been filled from a backup since; nil where it is not to
    /// be found.
    func revision(of place: AuditPlace) async throws(StoreError) -> Revision? {
        guard !place.event.isEmpty else { return Revision(place.revision) }
        do throws(StoreError) {
            let event = try await self.store.get(AuditRecord.recordKind, place.event, in: .platform)
            // One that was sealed anew stands further on than it did.
            return min(event.revision, Revision(place.revision))
        } catch .notFound {
            let newest = try await self.store.list(AuditRecord.recordKind, in: .platform, Page(limit: 1)).first
            guard let newest else { return .zero }
            // Of a backup that is older: nothing has come since.
            return newest.id < place.event ? newest.revision : nil
        }
    }
}
