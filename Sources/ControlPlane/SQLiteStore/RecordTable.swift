internal import Foundation
internal import GRDB
internal import Model
internal import Store

/// GRDB has a type of this name too.
typealias Record = Store.Record

/// The statements. Each runs inside a transaction of its caller.
enum RecordTable {
    private static let columns = """
        record.kind, record.id, record.owner, record.revision, record.document,
        (SELECT json_group_object(name, value) FROM unique_key
            WHERE unique_key.kind = record.kind AND unique_key.id = record.id) AS keys
        """

    static func get(_ kind: RecordKind, _ id: String, in scope: Scope, _ db: Database) throws -> Record {
        // A text would be cut at its NUL.
        guard StoreLimits.areTexts(kind.name, id) else { throw StoreError.notFound }
        let row = try Row.fetchOne(
            db,
            sql: "SELECT \(Self.columns) FROM record WHERE kind = ? AND id = ?",
            arguments: [kind.name, id]
        )
        return try Self.found(row, in: scope)
    }

    static func find(
        _ kind: RecordKind,
        _ key: String,
        _ value: String,
        in scope: Scope,
        _ db: Database
    ) throws -> Record {
        guard StoreLimits.areTexts(kind.name, key, value) else { throw StoreError.notFound }
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT \(Self.columns) FROM record JOIN unique_key AS wanted USING (kind, id)
                WHERE wanted.kind = ? AND wanted.name = ? AND wanted.value = ?
                """,
            arguments: [kind.name, key, value]
        )
        return try Self.found(row, in: scope)
    }

    private static func found(_ row: Row?, in scope: Scope) throws -> Record {
        guard let row else { throw StoreError.notFound }
        let record = try Self.record(row)
        guard scope.includes(record.owner) else { throw StoreError.notFound }
        return record
    }

    static func list(_ kind: RecordKind, in scope: Scope, _ page: Page, _ db: Database) throws -> [Record] {
        var sql = "SELECT \(Self.columns) FROM record WHERE kind = ?"
        var arguments: StatementArguments = [kind.name]
        if case .account(let account) = scope {
            sql += " AND owner = ?"
            arguments += [account.text]
        }
        if let before = page.bound {
            sql += " AND id \(before.isIncluded ? "<=" : "<") ?"
            arguments += [before.id]
        }
        sql += " ORDER BY id DESC LIMIT ?"
        arguments += [page.limit]
        return try Row.fetchAll(db, sql: sql, arguments: arguments).map(Self.record)
    }

    static func changes(after revision: Revision, limit: Int, _ db: Database) throws -> [RecordChange] {
        let forgotten = try Int64.fetchOne(db, sql: "SELECT forgotten FROM history") ?? 0
        // Who begins at zero knows no record that could have been deleted.
        guard revision == .zero || revision.number >= forgotten else { throw StoreError.forgotten }
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT \(Self.columns) FROM record WHERE revision > :after
                UNION ALL SELECT kind, id, NULL, revision, NULL, NULL FROM deletion WHERE revision > :after
                ORDER BY revision LIMIT :limit
                """,
            arguments: ["after": revision.number, "limit": limit]
        )
        return try rows.map { row in
            RecordChange(
                revision: Revision(row["revision"]),
                kind: RecordKind(row["kind"]),
                id: row["id"],
                record: row["document"] == nil ? nil : try Self.record(row)
            )
        }
    }

    private static func record(_ row: Row) throws -> Record {
        let keys: String = row["keys"]
        let owner: String? = row["owner"]
        let account = owner.flatMap(ResourceID<AccountKind>.init)
        guard owner == nil || account != nil else { throw StoreError.unreadable("the owner of a record is none") }
        return Record(
            kind: RecordKind(row["kind"]),
            id: row["id"],
            owner: account,
            revision: Revision(row["revision"]),
            document: row["document"],
            uniqueKeys: try JSONDecoder().decode([String: String].self, from: Data(keys.utf8))
        )
    }
}

// MARK: - Writing

extension RecordTable {
    /// - Returns: the write's revision.
    static func perform(_ write: RecordWrite, _ db: Database) throws -> Revision {
        switch write {
        case .put(let record):
            record.revision == .zero ? try Self.create(record, db) : try Self.update(record, db)
        case .delete(let kind, let id, let scope, let revision):
            try Self.delete(kind, id, in: scope, revision, db)
        }
    }

    /// - Throws: `.conflict` when something was written before.
    static func checkIsNew(_ db: Database) throws {
        let last = try Int64.fetchOne(db, sql: "SELECT last FROM history") ?? 0
        guard last == 0 else { throw StoreError.conflict(Revision(last)) }
    }

    static func create(_ record: Record, _ db: Database) throws -> Revision {
        if let revision = try Self.revision(of: record.kind, record.id, db) { throw StoreError.conflict(revision) }
        let revision = try Self.nextRevision(db)
        try db.execute(
            sql: "INSERT INTO record (kind, id, owner, revision, document) VALUES (?, ?, ?, ?, ?)",
            arguments: [record.kind.name, record.id, record.owner?.text, revision.number, record.document]
        )
        try Self.insertKeys(of: record, db)
        return revision
    }

    private static func update(_ record: Record, _ db: Database) throws -> Revision {
        let found = try Self.get(record.kind, record.id, in: .platform, db)
        guard found.owner == record.owner else { throw StoreError.notFound }
        guard found.revision == record.revision else { throw StoreError.conflict(found.revision) }
        let revision = try Self.nextRevision(db)
        try db.execute(
            sql: "UPDATE record SET revision = ?, document = ? WHERE kind = ? AND id = ?",
            arguments: [revision.number, record.document, record.kind.name, record.id]
        )
        try db.execute(
            sql: "DELETE FROM unique_key WHERE kind = ? AND id = ?",
            arguments: [record.kind.name, record.id]
        )
        try Self.insertKeys(of: record, db)
        return revision
    }

    private static func delete(
        _ kind: RecordKind,
        _ id: String,
        in scope: Scope,
        _ expected: Revision?,
        _ db: Database
    ) throws -> Revision {
        let found = try Self.get(kind, id, in: scope, db)
        guard expected == nil || expected == found.revision else { throw StoreError.conflict(found.revision) }
        let revision = try Self.nextRevision(db)
        try db.execute(sql: "DELETE FROM record WHERE kind = ? AND id = ?", arguments: [kind.name, id])
        try db.execute(
            sql: "INSERT INTO deletion (revision, kind, id) VALUES (?, ?, ?)",
            arguments: [revision.number, kind.name, id]
        )
        try Self.forgetDeletions(db)
        return revision
    }

    private static func insertKeys(of record: Record, _ db: Database) throws {
        for (name, value) in record.uniqueKeys.sorted(by: { $0.key < $1.key }) {
            let isTaken = try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM unique_key WHERE kind = ? AND name = ? AND value = ?)",
                arguments: [record.kind.name, name, value]
            )
            guard isTaken != true else { throw StoreError.duplicateKey(name) }
            try db.execute(
                sql: "INSERT INTO unique_key (kind, name, value, id) VALUES (?, ?, ?, ?)",
                arguments: [record.kind.name, name, value, record.id]
            )
        }
    }

    private static func revision(of kind: RecordKind, _ id: String, _ db: Database) throws -> Revision? {
        try Int64.fetchOne(
            db,
            sql: "SELECT revision FROM record WHERE kind = ? AND id = ?",
            arguments: [kind.name, id]
        ).map(Revision.init)
    }

    private static func nextRevision(_ db: Database) throws -> Revision {
        try db.execute(sql: "UPDATE history SET last = last + 1")
        guard let number = try Int64.fetchOne(db, sql: "SELECT last FROM history") else {
            throw StoreError.unreadable("the history of the store is missing")
        }
        return Revision(number)
    }

    private static func forgetDeletions(_ db: Database) throws {
        let last = try Int64.fetchOne(
            db,
            sql: "SELECT revision FROM deletion ORDER BY revision DESC LIMIT 1 OFFSET ?",
            arguments: [StoreLimits.rememberedDeletions]
        )
        guard let last else { return }
        try db.execute(sql: "DELETE FROM deletion WHERE revision <= ?", arguments: [last])
        try db.execute(sql: "UPDATE history SET forgotten = ?", arguments: [last])
    }
}

extension Scope {
    fileprivate func includes(_ owner: ResourceID<AccountKind>?) -> Bool {
        switch self {
        case .platform: true
        case .account(let account): account == owner
        }
    }
}
