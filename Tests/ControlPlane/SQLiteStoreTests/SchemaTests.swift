import GRDB
import Store
import StoreContract
import Testing

@testable import SQLiteStore

@Suite struct SchemaTests {
    /// What SQLite says that it will do for a statement.
    private static func plan(_ statement: String, of path: String) throws -> String {
        try DatabaseQueue(path: path).read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(statement)").map { $0["detail"] as String }
                .joined(separator: "; ")
        }
    }

    /// Reading ten thousand records went through fifty million keys before there was an index that the planner takes.
    @Test func `The keys of a record are found by the record`() async throws {
        try await withDatabasePath { path in
            _ = try SQLiteStore.create(at: path)
            for statement in [
                "SELECT (SELECT max(name) FROM unique_key AS k WHERE k.kind = record.kind AND k.id = record.id) FROM record",
                "DELETE FROM unique_key WHERE kind = 'a' AND id = 'b'",
            ] {
                #expect(try Self.plan(statement, of: path).contains("unique_key_by_record (kind=? AND id=?)"))
            }
        }
    }

    @Test func `A database of the first version is brought to this one, with its records`() async throws {
        try await withDatabasePath { path in
            let store = try SQLiteStore.create(at: path)
            try await store.commit([.put(thing("one"))])
            _ = try await store.scalar("DROP INDEX unique_key_by_record")
            _ = try await store.scalar("PRAGMA user_version = 1")
            let again = try SQLiteStore.open(at: path)
            #expect(try await again.get(.thing, "one", in: .platform).id == "one")
            #expect(try await again.scalar("SELECT name FROM sqlite_schema WHERE name = 'unique_key_by_record'") != nil)
        }
    }
}
