internal import Foundation
internal import GRDB
internal import Model
package import Store

/// Records in one SQLite database: a file for an edge, memory for tests.
///
/// A commit that returned is on the disk and survives the end of the process and of the machine: write-ahead log,
/// synchronised at each commit. Several processes may have the file open; one writes at a time.
package final class SQLiteStore: FillableStore {
    private let database: any DatabaseWriter
    private let signal = ChangeSignal()
    private let lookInterval: Duration

    init(_ database: any DatabaseWriter, lookInterval: Duration) {
        self.database = database
        self.lookInterval = lookInterval
    }

    package func get(_ kind: RecordKind, _ id: String, in scope: Scope) async throws(StoreError) -> Store.Record {
        try await self.read { db in try RecordTable.get(kind, id, in: scope, db) }
    }

    package func find(
        _ kind: RecordKind,
        _ key: String,
        _ value: String,
        in scope: Scope
    ) async throws(StoreError) -> Store.Record {
        try await self.read { db in try RecordTable.find(kind, key, value, in: scope, db) }
    }

    package func list(_ kind: RecordKind, in scope: Scope, _ page: Page) async throws(StoreError) -> [Store.Record] {
        try await self.read { db in try RecordTable.list(kind, in: scope, page, db) }
    }

    @discardableResult
    package func commit(_ writes: [RecordWrite]) async throws(StoreError) -> [Revision] {
        try StoreLimits.check(writes)
        return try await self.write { db in try writes.map { try RecordTable.perform($0, db) } }
    }

    package func fill(_ records: [Store.Record]) async throws(StoreError) {
        for record in records { try StoreLimits.check([.put(record)]) }
        _ = try await self.write { db in
            try RecordTable.checkIsNew(db)
            return try records.map { try RecordTable.create($0, db) }
        }
    }

    package func changes(after revision: Revision, limit: Int) async throws(StoreError) -> [RecordChange] {
        try await self.read { db in try RecordTable.changes(after: revision, limit: max(limit, 1), db) }
    }

    /// Beside the commits of this store it yields every second, which is when commits of other processes are seen.
    package func wakeups() -> AsyncStream<Void> {
        self.signal.stream(atLeastEvery: self.lookInterval)
    }

    package func eraseRemains() async throws(StoreError) {
        do {
            try await self.database.writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM")
                // The log still has the pages of before.
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// What SQLite finds when it checks the whole file: `ok`, or what is broken.
    package func integrity() async throws(StoreError) -> String {
        try await self.scalar("PRAGMA integrity_check") ?? ""
    }

    /// The result of a statement that gives one value, for instance a PRAGMA; nil when it gives none.
    func scalar(_ sql: String) async throws(StoreError) -> String? {
        do {
            return try await self.database.writeWithoutTransaction { db in try String.fetchOne(db, sql: sql) }
        } catch {
            throw StoreError(error)
        }
    }

    private func write(
        _ body: @escaping @Sendable (Database) throws -> [Revision]
    ) async throws(StoreError) -> [Revision] {
        let revisions: [Revision]
        do {
            revisions = try await self.database.write(body)
        } catch {
            throw StoreError(error)
        }
        self.signal.raise()
        return revisions
    }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await self.database.read(body)
        } catch {
            throw StoreError(error)
        }
    }
}

extension StoreError {
    /// What our own code throws inside a transaction stays as it is; what SQLite and GRDB say makes the store
    /// unavailable.
    init(_ error: any Error) {
        self = error as? StoreError ?? .unavailable("\(error)")
    }
}
