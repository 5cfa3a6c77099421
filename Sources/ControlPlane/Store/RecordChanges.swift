extension RecordStore {
    /// Every change after `revision`, for ever, in batches: those that are there, then new ones as they come.
    package func changes(after revision: Revision) -> RecordChanges {
        RecordChanges(store: self, revision: revision)
    }
}

/// The feed of a store's changes. It ends when its task is cancelled, and throws when the store does; it may then be
/// begun again at the last revision that was seen.
package struct RecordChanges: AsyncSequence, Sendable {
    package typealias Failure = StoreError

    /// The most that come at once.
    package static let batch = 500

    fileprivate let store: any RecordStore
    fileprivate let revision: Revision

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let store: any RecordStore
        fileprivate var revision: Revision
        // Begun before the first look, so that no change falls between look and wait.
        fileprivate var wakeups: AsyncStream<Void>.AsyncIterator

        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(StoreError) -> [RecordChange]? {
            while !Task.isCancelled {
                let changes = try await self.store.changes(after: self.revision, limit: RecordChanges.batch)
                if let last = changes.last {
                    self.revision = last.revision
                    return changes
                }
                guard await self.wakeups.next(isolation: actor) != nil else { return nil }
            }
            return nil
        }
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(store: self.store, revision: self.revision, wakeups: self.store.wakeups().makeAsyncIterator())
    }
}
