import Foundation
import Logging
import Model
import NIOConcurrencyHelpers
import Secrets
import Store

/// Audit events of what happens by itself, on their way into the store: many at once, and nobody waits for them. While the
/// store is away they wait, so many and no more.
final class AuditTrail: Sendable {
    private static let limit = 10_000
    private static let batch = 500

    private struct Entry {
        let record: AuditRecord
        let id: ResourceID<EventKind>
        let owner: ResourceID<AccountKind>
    }

    private struct State {
        var waiting: [Entry] = []
        var dropped = 0
    }

    private let state = NIOLockedValueBox(State())
    private let wakeups = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    func note(_ record: AuditRecord, of owner: ResourceID<AccountKind>) {
        let id = ResourceID<EventKind>.new(at: Int64(record.time.timeIntervalSince1970))
        self.state.withLockedValue { state in
            guard state.waiting.count < Self.limit else {
                state.dropped += 1
                return
            }
            state.waiting.append(Entry(record: record, id: id, owner: owner))
        }
        self.wakeups.continuation.yield()
    }

    /// Writes events until the task is cancelled, and what is left then if the store takes it.
    func run(_ store: any RecordStore, _ clock: any Clock<Duration>, logger: Logger) async {
        var wakeups = self.wakeups.stream.makeAsyncIterator()
        while await wakeups.next() != nil {
            while await !self.write(to: store, logger) {
                // Only the end of the task cuts the pause short.
                guard (try? await clock.sleep(for: .seconds(1))) != nil else { return }
            }
        }
        // The store is asked by a task of its own: this one has ended.
        await Task { _ = await self.write(to: store, logger) }.value
    }

    /// - Returns: whether all are written.
    private func write(to store: any RecordStore, _ logger: Logger) async -> Bool {
        while true {
            let (entries, dropped) = self.state.withLockedValue { state in
                defer { state.dropped = 0 }
                return (Array(state.waiting.prefix(Self.batch)), state.dropped)
            }
            if dropped > 0 {
                logger.error("audit events of agent sessions left out", metadata: ["events.dropped": "\(dropped)"])
            }
            guard !entries.isEmpty else { return true }
            do throws(StoreError) {
                try await store.commit(
                    entries.map { (entry) throws(StoreError) in
                        try .create(entry.record, entry.id, owner: entry.owner)
                    }
                )
            } catch .conflict {
                // They were written when the store went away in the middle: their identifiers are drawn by chance.
            } catch {
                return false
            }
            self.state.withLockedValue { $0.waiting.removeFirst(entries.count) }
        }
    }
}
