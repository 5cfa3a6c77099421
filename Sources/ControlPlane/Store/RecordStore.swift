/// Where the control plane keeps what must outlive it: records with revisions, and a feed of their changes.
///
/// It knows no rule about what a record says. Reads see every commit that returned before they began.
package protocol RecordStore: Sendable {
    /// - Throws: `.notFound` when there is none in `scope`.
    func get(_ kind: RecordKind, _ id: String, in scope: Scope) async throws(StoreError) -> Record

    /// The record that has `value` under the unique key `key`.
    ///
    /// - Throws: `.notFound` when there is none in `scope`.
    func find(_ kind: RecordKind, _ key: String, _ value: String, in scope: Scope) async throws(StoreError) -> Record

    /// Records of one kind, the newest first.
    func list(_ kind: RecordKind, in scope: Scope, _ page: Page) async throws(StoreError) -> [Record]

    /// Makes all of these writes, in order, or none. They are on the disk when this returns.
    ///
    /// - Returns: the revision of each write.
    /// - Throws: the reason why one of them could not be made. After `.unavailable` it may have been made none the
    ///   less, when the store went away in the middle; the revisions of what was read before tell.
    @discardableResult
    func commit(_ writes: [RecordWrite]) async throws(StoreError) -> [Revision]

    /// What was written after `revision`, the oldest first, at most `limit`. Of a record that changed more than once
    /// only the last change is there.
    ///
    /// - Throws: `.forgotten` when deletions after `revision` are no longer known; begin again at zero then.
    func changes(after revision: Revision, limit: Int) async throws(StoreError) -> [RecordChange]

    /// Yields when there may be changes that were not read yet: at once after a commit of this process, and now and
    /// then, since others may write too. Ends when the task that waits is cancelled.
    func wakeups() -> AsyncStream<Void>

    /// Writes all that is stored anew, so that what was replaced or deleted before is in no file of the store any more.
    /// Others may have to wait meanwhile.
    func eraseRemains() async throws(StoreError)
}

extension RecordStore {
    /// For stores that keep no files of their own.
    package func eraseRemains() async throws(StoreError) {}
}

/// One step of a commit.
package enum RecordWrite: Sendable {
    /// Makes the record when its revision is zero, and else puts it in the place of that revision. The owner of a
    /// record does not change.
    case put(Record)
    /// Deletes a record, if it still has `revision`; whatever it has when that is nil.
    case delete(RecordKind, id: String, in: Scope, revision: Revision?)
}

/// That a record was written or deleted.
package struct RecordChange: Sendable, Hashable {
    package let revision: Revision
    package let kind: RecordKind
    package let id: String
    /// The record as it is now; nil when it was deleted.
    package let record: Record?

    package init(revision: Revision, kind: RecordKind, id: String, record: Record?) {
        self.revision = revision
        self.kind = kind
        self.id = id
        self.record = record
    }
}

/// Why a store did not do what it was asked.
package enum StoreError: Error, Sendable, Hashable {
    case notFound
    /// The record was written since it was read, or is there already; this is the revision that it has.
    case conflict(Revision)
    /// Another record has this value under the unique key of this name.
    case duplicateKey(String)
    /// The changes that were asked for are not kept any more.
    case forgotten
    /// The write has more than `StoreLimits` allow, or text with a NUL in it; nothing was written.
    case refused(String)
    /// A document that was stored does not read as what it should be.
    case unreadable(String)
    /// The store is away, full or broken; the text is for the log.
    case unavailable(String)
}
