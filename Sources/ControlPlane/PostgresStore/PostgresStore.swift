internal import Foundation
internal import Model
package import Store

/// Records in one schema of a PostgreSQL database, which several nodes may share.
///
/// A commit that returned is on the disk of the server, and of its standbys where it is told to wait for them. Each
/// node has a few connections of its own, and one more that hears of other nodes' commits (`LISTEN`). While the server
/// is away every call says so; nothing need be opened again when it is back.
package final class PostgresStore: FillableStore {
    private let address: PostgresAddress
    private let pool: ConnectionPool
    private let signal: ChangeSignal
    private let listener: ChangeListener
    private let lookInterval: Duration

    init(
        _ address: PostgresAddress,
        _ pool: ConnectionPool,
        _ signal: ChangeSignal,
        _ listener: ChangeListener,
        lookInterval: Duration
    ) {
        self.address = address
        self.pool = pool
        self.signal = signal
        self.listener = listener
        self.lookInterval = lookInterval
    }

    deinit {
        self.listener.stop()
    }

    package func get(_ kind: RecordKind, _ id: String, in scope: Scope) async throws(StoreError) -> Record {
        try await self.pool.run { connection, _ in try RecordTable.get(kind, id, in: scope, connection) }
    }

    package func find(
        _ kind: RecordKind,
        _ key: String,
        _ value: String,
        in scope: Scope
    ) async throws(StoreError) -> Record {
        try await self.pool.run { connection, _ in try RecordTable.find(kind, key, value, in: scope, connection) }
    }

    package func list(_ kind: RecordKind, in scope: Scope, _ page: Page) async throws(StoreError) -> [Record] {
        try await self.pool.run { connection, _ in try RecordTable.list(kind, in: scope, page, connection) }
    }

    @discardableResult
    package func commit(_ writes: [RecordWrite]) async throws(StoreError) -> [Revision] {
        try StoreLimits.check(writes)
        let address = self.address
        let revisions = try await self.pool.run { connection, attempt in
            try RecordTable.commit(writes, address, connection, attempt)
        }
        self.signal.raise()
        return revisions
    }

    package func fill(_ records: [Record]) async throws(StoreError) {
        for record in records { try StoreLimits.check([.put(record)]) }
        let address = self.address
        try await self.pool.run { connection, attempt in
            try RecordTable.fill(records, address, connection, attempt)
        }
        self.signal.raise()
    }

    package func changes(after revision: Revision, limit: Int) async throws(StoreError) -> [RecordChange] {
        try await self.pool.run { connection, _ in
            try RecordTable.changes(after: revision, limit: max(limit, 1), connection)
        }
    }

    /// What PostgreSQL keeps for replication and for recovery, its write-ahead log, is left as it is.
    package func eraseRemains() async throws(StoreError) {
        try await self.pool.run { connection, _ in try connection.runScript("VACUUM (FULL) record") }
    }

    /// Yields after each commit of this and other nodes, and every second besides.
    package func wakeups() -> AsyncStream<Void> {
        self.signal.stream(atLeastEvery: self.lookInterval)
    }

    /// What PostgreSQL has in force on our connections.
    func setting(_ name: String) async throws(StoreError) -> String? {
        try await self.pool.run { connection, _ in
            try connection.run("SELECT current_setting($1::text)", [.text(name)]).rows.first?.text(0)
        }
    }
}
