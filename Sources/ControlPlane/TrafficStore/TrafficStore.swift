package import Capture
package import Foundation
internal import GRDB
package import Model
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import Secrets

/// Captured exchanges in a SQLite file of their own, apart from what an edge is configured by: appended in batches,
/// searched, and deleted when they are old or too many. Messages are sealed; by what stands in the clear one searches.
///
/// A batch that was appended may be lost when the machine loses its power: nothing waits for the disk.
package final class TrafficStore: Sendable {
    /// How much is kept.
    package struct Retention: Sendable {
        /// From the end of an exchange on.
        package var time: Duration = .seconds(72 * 3600)
        /// What all of it may take, about; beyond that the account that has most loses its oldest.
        package var bytes = 1 << 30

        package init() {}
    }

    /// What there is.
    package struct Holdings: Sendable, Equatable {
        package let exchanges: Int
        package let bytes: Int
    }

    let database: any DatabaseWriter
    let keys: TrafficKeys
    private let retention: NIOLockedValueBox<Retention>

    init(_ database: any DatabaseWriter, keyring: SealingKeyring, retention: Retention) throws {
        self.database = database
        self.keys = TrafficKeys(keyring)
        self.retention = NIOLockedValueBox(retention)
        try database.write { [keys] db in try keys.resealAll(db) }
    }

    package func setRetention(_ retention: Retention) {
        self.retention.withLockedValue { $0 = retention }
    }

    // MARK: Writing

    /// Stores exchanges, which have been masked, and deletes the oldest where there are too many.
    package func append(_ exchanges: [TrafficExchange], now: Date = Date()) async throws(TrafficStoreError) {
        guard !exchanges.isEmpty else { return }
        let (key, made) = self.keys.current(now: now)
        // Sealed here, while nobody waits for the database.
        let rows = exchanges.map { TrafficRow($0, key: key) }
        let mostBytes = self.retention.withLockedValue(\.bytes)
        do throws(TrafficStoreError) {
            try await self.write { db in
                if let made { try made.insert(db) }
                for row in rows { try row.insert(db) }
                try TrafficRow.trim(to: mostBytes, db)
            }
        } catch {
            self.keys.forgetCurrent()
            throw error
        }
        self.keys.note(sealed: rows.count)
    }

    /// Deletes what is older than it may be.
    ///
    /// - Returns: how many exchanges that were.
    @discardableResult
    package func expire(now: Date = Date()) async throws(TrafficStoreError) -> Int {
        let retention = self.retention.withLockedValue { $0 }
        let oldest = now.addingTimeInterval(-Double(retention.time.components.seconds))
        var count = 0
        while true {
            let deleted = try await self.write { db in try TrafficRow.deleteOldest(before: oldest, db) }
            count += deleted
            guard deleted > 0 else { break }
        }
        try await self.write { db in try TrafficRow.trim(to: retention.bytes, db) }
        try await self.write { [keys] db in
            try keys.deleteUnused(db)
            try TrafficRow.forgetEmptyAccounts(db)
        }
        do {
            try await self.database.writeWithoutTransaction { db in
                // Gives pages back to the file system, a few thousand at a time.
                try db.execute(sql: "PRAGMA incremental_vacuum(4000)")
            }
        } catch {
            throw TrafficStoreError(error)
        }
        return count
    }

    /// Deletes all of an account.
    package func clear(_ account: ResourceID<AccountKind>) async throws(TrafficStoreError) {
        try await self.write { db in try TrafficRow.deleteAll(of: account, db) }
    }

    /// Of an account; of all where it is nil.
    package func holdings(
        of account: ResourceID<AccountKind>? = nil
    ) async throws(TrafficStoreError) -> Holdings {
        try await self.read { db in try TrafficRow.holdings(of: account, db) }
    }

    // MARK: Reading

    /// One exchange with its messages; nil where the account has none of this identifier.
    package func exchange(
        _ id: String,
        of account: ResourceID<AccountKind>
    ) async throws(TrafficStoreError) -> TrafficExchange? {
        let row = try await self.read { db in try TrafficRow.find(id, of: account, db) }
        guard let row else { return nil }
        return try self.open(row)
    }

    /// A part of what a query finds, the newest first.
    package func page(_ query: TrafficQuery) async throws(TrafficStoreError) -> TrafficPage {
        try await self.read { db in try TrafficSearch(query).page(db) }
    }

    /// The same with messages, as far as they were captured. Messages that cannot be opened any more are left out.
    package func batch(_ query: TrafficQuery) async throws(TrafficStoreError) -> TrafficBatch {
        let (rows, next) = try await self.read { db in try TrafficSearch(query).rows(db) }
        var exchanges: [TrafficExchange] = []
        for row in rows { exchanges.append(try self.open(row)) }
        return TrafficBatch(exchanges: exchanges, next: next)
    }

    private func open(_ row: TrafficRow) throws(TrafficStoreError) -> TrafficExchange {
        guard let sealed = row.detail, let key = row.key else { return TrafficExchange(facts: row.facts) }
        // A key that is gone, or a row that was tampered with: there are no messages then.
        guard let data = try? self.keys.key(key, self.database),
            let bytes = try? data.open([UInt8](sealed), named: TrafficRow.name(of: row.facts)),
            let detail = try? TrafficDetail(reading: ByteBuffer(bytes: bytes))
        else { return TrafficExchange(facts: row.facts) }
        return TrafficExchange(facts: row.facts, detail: detail)
    }

    // MARK: The database

    @discardableResult
    private func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(TrafficStoreError) -> Value {
        do {
            return try await self.database.write(body)
        } catch {
            throw TrafficStoreError(error)
        }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(TrafficStoreError) -> Value {
        do {
            return try await self.database.read(body)
        } catch {
            throw TrafficStoreError(error)
        }
    }
}

/// Why the store did not do what was asked.
package struct TrafficStoreError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ what: String) { self.description = what }

    init(_ error: any Error) { self.description = (error as? TrafficStoreError)?.description ?? "\(error)" }
}
