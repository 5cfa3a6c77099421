internal import Foundation
internal import Model
internal import Store

extension RecordTable {
    /// Makes the writes, all or none, and tells the other nodes.
    ///
    /// - Returns: the revision of each.
    static func commit(
        _ writes: [RecordWrite],
        _ address: PostgresAddress,
        _ connection: PostgresConnection,
        _ attempt: ConnectionPool.Attempt
    ) throws -> [Revision] {
        guard !writes.isEmpty else { return [] }
        return try Self.transaction(address, connection, attempt) {
            let revisions = try Self.nextRevisions(writes.count, connection)
            for (write, revision) in zip(writes, revisions) { try Self.perform(write, revision, connection) }
            if writes.contains(where: \.isDeletion) { try Self.forgetDeletions(connection) }
            return revisions
        }
    }

    /// Writes all of the records, or none when something was written before.
    static func fill(
        _ records: [Record],
        _ address: PostgresAddress,
        _ connection: PostgresConnection,
        _ attempt: ConnectionPool.Attempt
    ) throws {
        guard !records.isEmpty else { return }
        try Self.transaction(address, connection, attempt) {
            let revisions = try Self.nextRevisions(records.count, connection)
            guard revisions.first == Revision(1) else { throw StoreError.conflict(revisions[0]) }
            for (record, revision) in zip(records, revisions) { try Self.create(record, revision, connection) }
        }
    }

    private static func transaction<Value>(
        _ address: PostgresAddress,
        _ connection: PostgresConnection,
        _ attempt: ConnectionPool.Attempt,
        _ body: () throws -> Value
    ) throws -> Value {
        try connection.runScript("BEGIN")
        do {
            let value = try body()
            try connection.run("SELECT pg_notify($1::text, '')", [.text(address.schema)])
            attempt.isFinal = true
            try connection.runScript("COMMIT")
            return value
        } catch let error as StoreError {
            try connection.runScript("ROLLBACK")
            throw error
        }
    }

    /// Writers wait for each other here, so that revisions appear in their order.
    private static func nextRevisions(_ count: Int, _ connection: PostgresConnection) throws -> [Revision] {
        let sql = "UPDATE history SET last = last + $1::bigint RETURNING last"
        guard let last = try connection.run(sql, [.number(Int64(count))]).rows.first?.number(0) else {
            throw StoreError.unreadable("the history of the store is missing")
        }
        return (last - Int64(count) + 1...last).map { Revision($0) }
    }

    private static func perform(
        _ write: RecordWrite,
        _ revision: Revision,
        _ connection: PostgresConnection
    ) throws {
        switch write {
        case .put(let record) where record.revision == .zero: try Self.create(record, revision, connection)
        case .put(let record): try Self.update(record, revision, connection)
        case .delete(let kind, let id, let scope, let expected):
            try Self.delete(kind, id, in: scope, expected, revision, connection)
        }
    }

    private static func create(_ record: Record, _ revision: Revision, _ connection: PostgresConnection) throws {
        let sql = """
            INSERT INTO record (kind, id, owner, revision, document)
            VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::bytea) ON CONFLICT (kind, id) DO NOTHING RETURNING 1
            """
        let inserted = try connection.run(
            sql,
            [
                .text(record.kind.name), .text(record.id), .init(record.owner?.text), .init(revision),
                .bytes(record.document),
            ]
        )
        guard inserted.rowCount == 1 else {
            throw StoreError.conflict(try Self.get(record.kind, record.id, in: .platform, connection).revision)
        }
        try Self.insertKeys(of: record, connection)
    }

    private static func update(_ record: Record, _ revision: Revision, _ connection: PostgresConnection) throws {
        let found = try Self.get(record.kind, record.id, in: .platform, connection)
        guard found.owner == record.owner else { throw StoreError.notFound }
        guard found.revision == record.revision else { throw StoreError.conflict(found.revision) }
        try connection.run(
            "UPDATE record SET revision = $1::bigint, document = $2::bytea WHERE kind = $3::text AND id = $4::text",
            [.init(revision), .bytes(record.document), .text(record.kind.name), .text(record.id)]
        )
        guard found.uniqueKeys != record.uniqueKeys else { return }
        try connection.run(
            "DELETE FROM unique_key WHERE kind = $1::text AND id = $2::text",
            [.text(record.kind.name), .text(record.id)]
        )
        try Self.insertKeys(of: record, connection)
    }

    private static func delete(
        _ kind: RecordKind,
        _ id: String,
        in scope: Scope,
        _ expected: Revision?,
        _ revision: Revision,
        _ connection: PostgresConnection
    ) throws {
        let found = try Self.get(kind, id, in: scope, connection)
        guard expected == nil || expected == found.revision else { throw StoreError.conflict(found.revision) }
        let name: [Parameter] = [.text(kind.name), .text(id)]
        try connection.run("DELETE FROM record WHERE kind = $1::text AND id = $2::text", name)
        try connection.run(
            "INSERT INTO deletion (kind, id, revision) VALUES ($1::text, $2::text, $3::bigint)",
            name + [.init(revision)]
        )
    }

    private static func insertKeys(of record: Record, _ connection: PostgresConnection) throws {
        guard !record.uniqueKeys.isEmpty else { return }
        let sql = """
            INSERT INTO unique_key (kind, name, value, id)
            SELECT $1::text, key, value, $2::text FROM json_each_text($3::json)
            ON CONFLICT (kind, name, value) DO NOTHING RETURNING name
            """
        let keys = String(decoding: try JSONEncoder().encode(record.uniqueKeys), as: UTF8.self)
        let rows = try connection.run(sql, [.text(record.kind.name), .text(record.id), .text(keys)]).rows
        let taken = Set(record.uniqueKeys.keys).subtracting(rows.compactMap { $0.text(0) })
        if let name = taken.min() { throw StoreError.duplicateKey(name) }
    }

    private static func forgetDeletions(_ connection: PostgresConnection) throws {
        let sql = "SELECT revision FROM deletion ORDER BY revision DESC OFFSET $1::bigint LIMIT 1"
        let found = try connection.run(sql, [.number(Int64(StoreLimits.rememberedDeletions))])
        guard let last = found.rows.first?.number(0) else { return }
        try connection.run("DELETE FROM deletion WHERE revision <= $1::bigint", [.number(last)])
        try connection.run("UPDATE history SET forgotten = $1::bigint", [.number(last)])
    }
}

extension RecordWrite {
    fileprivate var isDeletion: Bool {
        if case .delete = self { true } else { false }
    }
}
