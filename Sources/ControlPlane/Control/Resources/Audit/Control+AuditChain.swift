internal import Foundation
internal import Logging
internal import Model
internal import Secrets
internal import Store

/// Audit events are chained behind their writing, in the order of the store's feed: a chain that writers had to hold on to
/// would make each of them wait for all others.
extension Control {
    /// Changes that come together become one link.
    private static var chainPause: Duration { .milliseconds(200) }

    /// Chains audit events until the task is cancelled. Several edges may do so at once: a link is written once.
    func chainAudits() async {
        var wakeups = self.store.wakeups().makeAsyncIterator()
        while !Task.isCancelled {
            do throws(StoreError) {
                var chain = try await AuditChain(self.store)
                while true {
                    try await chain.extend(self.store, self.keys, at: self.now())
                    guard await wakeups.next() != nil else { return }
                    // Only the end of the task cuts the pause short.
                    try? await self.clock.sleep(for: Self.chainPause)
                }
            } catch {
                guard !Task.isCancelled else { return }
                switch error {
                case .conflict, .duplicateKey: break
                default: self.logger.warning("audit events are not chained", metadata: ["error.detail": "\(error)"])
                }
                // Only the end of the task cuts the pause short.
                try? await self.clock.sleep(for: .seconds(1))
            }
        }
    }
}

/// The end of the chain, and how far in the store's feed it is.
struct AuditChain {
    private var last: Stored<AuditLink>?
    private(set) var cursor: Revision

    /// Finds the end of the chain in a store.
    ///
    /// The place in the feed is that of the last event that is chained, and is not written down: in a store that was filled
    /// from a backup revisions are others, and their order is the same.
    init(_ store: any RecordStore) async throws(StoreError) {
        self.last = nil
        self.cursor = .zero
        var before: String?
        while true {
            let links = try await store.list(AuditLink.self, in: .platform, Page(before: before, limit: 1))
            guard let link = links.first else { return }
            self.last = self.last ?? link
            for entry in link.document.entries.reversed() {
                guard let id = ResourceID<EventKind>(entry.event) else { continue }
                do throws(StoreError) {
                    let revision = try await store.get(AuditRecord.recordKind, id.text, in: .platform).revision
                    // One that was written again since stands further on than it did.
                    guard revision < link.revision else { continue }
                    self.cursor = revision
                    return
                } catch .notFound {
                    continue
                }
            }
            before = link.id.text
        }
    }

    /// Chains what is new.
    mutating func extend(
        _ store: any RecordStore,
        _ keys: SealingKeyring,
        at time: Date
    ) async throws(StoreError) {
        var position = self.cursor
        while true {
            let changes: [RecordChange]
            do throws(StoreError) {
                changes = try await store.changes(after: position, limit: RecordChanges.batch)
            } catch .forgotten {
                // Many deletions: what is chained is passed over.
                position = .zero
                continue
            }
            guard let end = changes.last?.revision else { return }
            position = end
            let entries = changes.filter { $0.revision > self.cursor }.compactMap { change -> AuditLink.Entry? in
                guard change.kind == AuditRecord.recordKind, let record = change.record else { return nil }
                return Self.entry(record, keys)
            }
            if !entries.isEmpty { try await self.append(entries, store, at: time) }
            self.cursor = max(self.cursor, end)
        }
    }

    /// - Throws: `.conflict` when another edge was faster.
    private mutating func append(
        _ entries: [AuditLink.Entry],
        _ store: any RecordStore,
        at time: Date
    ) async throws(StoreError) {
        let number = (self.last?.document.number ?? 0) + 1
        let link = AuditLink(number: number, time: time, entries: entries, previous: self.last?.document.hash ?? "")
        let revisions = try await store.commit([.create(link, AuditLink.id(number), owner: nil)])
        self.last = Stored(new: link, AuditLink.id(number), owner: nil).written(at: revisions[0])
    }

    /// Nil for an event of a later version, which a later version chains.
    static func entry(_ record: Record, _ keys: SealingKeyring) -> AuditLink.Entry? {
        guard var event = try? Stored<AuditRecord>(record) else { return nil }
        // Those that an earlier version kept in the clear are told in the form in which they are about to be kept.
        _ = try? event.document.reseal(event.seals(keys))
        return AuditLink.Entry(event: event.id.text, digest: AuditLink.digest(of: event))
    }
}
