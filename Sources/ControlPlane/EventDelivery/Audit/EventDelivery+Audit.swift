internal import Control
internal import Events
internal import Foundation
internal import Logging
internal import Model
internal import Store

/// How far the audit events are taken for a destination.
struct AuditProgress {
    /// Those up to this revision of the store are written down for it, or none of its.
    var revision: Revision
    /// The last audit event that is.
    var event: String
    /// What is on the disk of that.
    var saved: Revision
    /// Up to where all have arrived, as far as that is known.
    var arrived: AuditPlace?
    /// Where all have arrived when so many are gone of those that its files have taken.
    var mark: (place: AuditPlace, taken: Int)?

    var place: AuditPlace { AuditPlace(revision: self.revision.number, event: self.event) }

    /// Whether it waits for room: what comes next is read again when there is some.
    var isBehind = false
}

/// Audit events are records of the store, and written in one step with what they tell of. Each destination has its own place
/// in the store's feed, which goes on when its events are on the disk: so none is left out, whatever ends this process and
/// however long a destination is away.
extension EventDelivery {
    /// Follows the store until the task is cancelled.
    func followStore() async {
        var wakeups = self.store.wakeups().makeAsyncIterator()
        var seen: Revision?
        while !Task.isCancelled {
            do throws(StoreError) {
                if seen == nil { try await self.loadTable() }
                seen = try await self.round(after: seen)
            } catch {
                guard !Task.isCancelled else { break }
                self.logger.warning("events cannot follow the store", metadata: ["error.detail": "\(error)"])
                seen = nil
                // Only the end of the task cuts the pause short.
                try? await Task.sleep(for: .seconds(1))
            }
            guard await wakeups.next() != nil else { break }
        }
        await self.saveProgress()
        // Its own task has not ended.
        await Task { await self.releaseLease() }.value
    }

    /// Reads what is new, and what destinations that were behind have room for now.
    ///
    /// - Returns: the last revision.
    private func round(after seen: Revision?) async throws(StoreError) -> Revision {
        guard try await self.takesAudits() else {
            self.audit = [:]
            return try await self.lookOn(after: seen)
        }
        try await self.beginAudits()
        for (id, progress) in self.audit where progress.isBehind {
            guard await self.outbox.hasRoom(for: id) else { continue }
            self.audit[id]?.isBehind = false
        }
        let lowest = self.audit.values.filter { !$0.isBehind }.map(\.revision).min()
        var revision = min(seen ?? lowest ?? .zero, lowest ?? seen ?? .zero)
        while true {
            let changes: [RecordChange]
            do throws(StoreError) {
                changes = try await self.store.changes(after: revision, limit: RecordChanges.batch)
            } catch .forgotten {
                // Many deletions: all that is there is read again, and what was taken is passed over.
                revision = .zero
                continue
            }
            guard let last = changes.last else { break }
            if changes.contains(where: \.changesSubscriptions) {
                try await self.loadTable()
                try await self.beginAudits()
            }
            await self.take(changes, after: seen)
            revision = last.revision
            for (id, progress) in self.audit where !progress.isBehind && progress.revision < revision {
                self.audit[id]?.revision = revision
            }
        }
        await self.saveProgress()
        return max(revision, seen ?? .zero)
    }

    /// Where destinations begin of which nothing is known: behind what made them what they are.
    private func beginAudits() async throws(StoreError) {
        for id in self.table.audited where self.audit[id] == nil {
            let made = self.table.destinations[id]?.revision ?? .zero
            let known = await self.outbox.auditPlace(of: id)
            var begin: Revision?
            if let known { begin = try await self.revision(of: known) }
            self.audit[id] = AuditProgress(
                revision: begin ?? made,
                event: known?.event ?? "",
                saved: .zero,
                arrived: known
            )
        }
        for id in self.audit.keys where !self.table.audited.contains(id) { self.audit[id] = nil }
    }

    /// Writes down the audit events among `changes` for those who want them and have not got them. Those after `seen` are
    /// shown to those who look; where it is nil, those since the start.
    func take(_ changes: [RecordChange], after seen: Revision?) async {
        for change in changes {
            guard let event = change.record.flatMap(AuditEvent.init(record:)) else { continue }
            let envelope = event.envelope(apiURL: self.configuration.apiURL)
            // Times of records are whole seconds.
            let isNew = seen.map { change.revision > $0 } ?? (event.time.timeIntervalSince(self.started) > -1)
            if isNew { self.live.publish(envelope) }
            for route in self.table.routes(of: event.account, event.type) {
                let id = route.destination
                guard let progress = self.audit[id], !progress.isBehind, progress.revision < change.revision,
                    event.time.timeIntervalSince(route.since) > -1
                else { continue }
                if await self.keep([SpooledEvent(envelope)], for: id) == 0 {
                    // One that never fits is passed over, and counted.
                    guard SpoolFrame.encode(SpooledEvent(envelope)) != nil else {
                        self.noteDropped(1, for: id)
                        continue
                    }
                    self.audit[id]?.isBehind = true
                } else {
                    self.audit[id]?.revision = Revision(change.revision.number - 1)
                }
            }
            for (id, progress) in self.audit where !progress.isBehind && progress.revision < change.revision {
                self.audit[id]?.revision = change.revision
                self.audit[id]?.event = event.id.text
            }
        }
    }

    /// Notes on the disk how far each destination is, where much has come since or nothing more will.
    private func saveProgress() async {
        let due = self.audit.filter { $0.value.revision > $0.value.saved }
        guard !due.isEmpty else { return }
        // The events first: what is noted as taken must be there.
        guard await self.outbox.sync() else { return }
        for (id, progress) in due {
            await self.outbox.setAuditPlace(progress.place, of: id)
            self.audit[id]?.saved = progress.revision
        }
    }
}

extension RecordChange {
    var changesSubscriptions: Bool {
        self.kind == EventDestinationRecord.recordKind || self.kind == EventSubscriptionRecord.recordKind
    }
}
