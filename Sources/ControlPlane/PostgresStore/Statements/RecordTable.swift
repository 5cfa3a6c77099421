internal import Foundation
internal import Model
internal import Store

/// The statements that read.
enum RecordTable {
    private static let columns = """
        record.kind, record.id, record.owner, record.revision, record.document,
        (SELECT json_object_agg(name, value)::text FROM unique_key
            WHERE unique_key.kind = record.kind AND unique_key.id = record.id)
        """

    static func get(
        _ kind: RecordKind,
        _ id: String,
        in scope: Scope,
        _ connection: PostgresConnection
    ) throws -> Record {
        let sql = "SELECT \(Self.columns) FROM record WHERE kind = $1::text AND id = $2::text"
        guard StoreLimits.areTexts(kind.name, id) else { throw StoreError.notFound }
        return try Self.found(try connection.run(sql, [.text(kind.name), .text(id)]), in: scope)
    }

    static func find(
        _ kind: RecordKind,
        _ key: String,
        _ value: String,
        in scope: Scope,
        _ connection: PostgresConnection
    ) throws -> Record {
        let sql = """
            SELECT \(Self.columns) FROM record JOIN unique_key AS wanted USING (kind, id)
            WHERE wanted.kind = $1::text AND wanted.name = $2::text AND wanted.value = $3::text
            """
        guard StoreLimits.areTexts(kind.name, key, value) else { throw StoreError.notFound }
        return try Self.found(try connection.run(sql, [.text(kind.name), .text(key), .text(value)]), in: scope)
    }

    private static func found(_ result: QueryResult, in scope: Scope) throws -> Record {
        guard let row = result.rows.first else { throw StoreError.notFound }
        let record = try Self.record(row)
        guard scope.includes(record.owner) else { throw StoreError.notFound }
        return record
    }

    static func list(
        _ kind: RecordKind,
        in scope: Scope,
        _ page: Page,
        _ connection: PostgresConnection
    ) throws -> [Record] {
        var sql = "SELECT \(Self.columns) FROM record WHERE kind = $1::text"
        var parameters: [Parameter] = [.text(kind.name), .number(Int64(page.limit))]
        if case .account(let account) = scope {
            parameters.append(.text(account.text))
            sql += " AND owner = $\(parameters.count)::text"
        }
        if let before = page.bound {
            parameters.append(.text(before.id))
            sql += " AND id \(before.isIncluded ? "<=" : "<") $\(parameters.count)::text"
        }
        sql += " ORDER BY id DESC LIMIT $2::bigint"
        return try connection.run(sql, parameters).rows.map(Self.record)
    }

    static func changes(
        after revision: Revision,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [RecordChange] {
        let sql = """
            (SELECT \(Self.columns) FROM record WHERE revision > $1::bigint ORDER BY revision LIMIT $2::bigint)
            UNION ALL
            (SELECT kind, id, NULL, revision, NULL, NULL FROM deletion WHERE revision > $1::bigint
                ORDER BY revision LIMIT $2::bigint)
            ORDER BY revision LIMIT $2::bigint
            """
        let rows = try connection.run(sql, [.init(revision), .number(Int64(limit))]).rows
        // Asked afterwards: what was forgotten while we read is missing in the rows.
        let forgotten = try connection.run("SELECT forgotten FROM history").rows.first?.number(0) ?? 0
        // Who begins at zero knows no record that could have been deleted.
        guard revision == .zero || revision.number >= forgotten else { throw StoreError.forgotten }
        return try rows.map { row in
            guard let kind = row.text(0), let id = row.text(1), let revision = row.number(3) else {
                throw StoreError.unreadable("a change without kind, id or revision")
            }
            return RecordChange(
                revision: Revision(revision),
                kind: RecordKind(kind),
                id: id,
                record: row.data(4) == nil ? nil : try Self.record(row)
            )
        }
    }

    private static func record(_ row: QueryResult.Row) throws -> Record {
        guard let kind = row.text(0), let id = row.text(1), let revision = row.number(3), let document = row.data(4)
        else { throw StoreError.unreadable("a record without kind, id, revision or document") }
        let owner = row.text(2)
        let account = owner.flatMap { ResourceID<AccountKind>($0) }
        guard (owner == nil) == (account == nil) else {
            throw StoreError.unreadable("the owner of \(kind) \(id)")
        }
        let keys = row.text(5) ?? "{}"
        return Record(
            kind: RecordKind(kind),
            id: id,
            owner: account,
            revision: Revision(revision),
            document: document,
            uniqueKeys: try JSONDecoder().decode([String: String].self, from: Data(keys.utf8))
        )
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
