import Foundation
import GRDB
import Model
import Secrets
import Store
import StoreContract
import Testing

@testable import SQLiteStore

@Suite struct SQLiteFileTests {
    private func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `What was committed is there after the file was opened again`() async throws {
        try await withDatabasePath { path in
            let record = thing("t1", owner: try account("a"), #"{"a":1}"#, keys: ["n": "x"])
            let revision = try await SQLiteStore.create(at: path).commit([.put(record)])[0]
            let again = try SQLiteStore.open(at: path)
            #expect(try await again.find(.thing, "n", "x", in: .platform).document == record.document)
            #expect(try await again.commit([.put(thing("t2"))])[0] > revision)
        }
    }

    /// What makes a commit that returned survive a kill and a power loss.
    @Test(arguments: [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0")])
    func `The settings are the durable ones`(pragma: String, value: String) async throws {
        try await withDatabasePath { path in
            for store in [try SQLiteStore.create(at: path), try SQLiteStore.open(at: path)] {
                #expect(try await store.scalar("PRAGMA \(pragma)") == value)
            }
        }
    }

    @Test func `A copy of file and log taken after a commit holds the commit`() async throws {
        try await withDatabasePath { path in
            let store = try SQLiteStore.create(at: path)
            try await store.commit([.put(thing("t1"))])
            // What the disk holds when the process is killed here.
            let copy = URL(fileURLWithPath: path).deletingLastPathComponent().path + "/copy.db"
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
            #expect(try await SQLiteStore.open(at: copy).get(.thing, "t1", in: .platform).id == "t1")
            #expect(try await store.scalar("PRAGMA integrity_check") == "ok")
        }
    }

    @Test func `File, log and folder are their owner's alone`() async throws {
        try await withDatabasePath { path in
            let store = try SQLiteStore.create(at: path)
            try await store.commit([.put(thing("t1"))])
            for suffix in ["", "-wal", "-shm"] {
                #expect(try self.mode(of: path + suffix) == 0o600, "\(suffix)")
            }
            #expect(try self.mode(of: URL(fileURLWithPath: path).deletingLastPathComponent().path) == 0o700)
        }
    }

    @Test func `A database that is there is never made anew, one that is not is not opened`() async throws {
        try await withDatabasePath { path in
            #expect(throws: SQLiteStoreError.self) { try SQLiteStore.open(at: path) }
            try await SQLiteStore.create(at: path).commit([.put(thing("t1"))])
            #expect(throws: SQLiteStoreError.self) { try SQLiteStore.create(at: path) }
            #expect(try await SQLiteStore.open(at: path).get(.thing, "t1", in: .platform).id == "t1")
        }
    }

    @Test func `A file that others may read is not opened`() async throws {
        try await withDatabasePath { path in
            _ = try SQLiteStore.create(at: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(throws: SQLiteStoreError.self) { try SQLiteStore.open(at: path) }
        }
    }

    @Test func `A schema that is newer than known is refused with both numbers`() async throws {
        try await withDatabasePath { path in
            _ = try await SQLiteStore.create(at: path).scalar("PRAGMA user_version = 99")
            let error = #expect(throws: SQLiteStoreError.self) { try SQLiteStore.open(at: path) }
            guard case .newer(path, 99, let known) = error else {
                Issue.record("got \(String(describing: error))")
                return
            }
            #expect(known < 99)
        }
    }

    @Test func `A file of something else is refused`() async throws {
        try await withDatabasePath { path in
            try PrivateFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path).create()
            try PrivateFile(path).create(Array(String(repeating: "no database ", count: 100).utf8))
            let error = #expect(throws: SQLiteStoreError.self) { try SQLiteStore.open(at: path) }
            guard case .foreign = error else {
                Issue.record("got \(String(describing: error))")
                return
            }
        }
    }

    @Test func `A database of another program is refused and keeps its tables`() async throws {
        try await withDatabasePath { path in
            try PrivateFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path).create()
            try PrivateFile(path).create([])
            try await DatabaseQueue(path: path).write { db in try db.execute(sql: "CREATE TABLE theirs (a)") }
            let error = #expect(throws: SQLiteStoreError.self) { try SQLiteStore.open(at: path) }
            guard case .foreign = error else {
                Issue.record("got \(String(describing: error))")
                return
            }
        }
    }

    @Test func `A change of another process is seen`() async throws {
        try await withDatabasePath { path in
            let writer = try SQLiteStore.create(at: path)
            let reader = try SQLiteStore.open(at: path, lookInterval: .milliseconds(5))
            var feed = reader.changes(after: .zero).makeAsyncIterator()
            async let commit = writer.commit([.put(thing("t1"))])
            #expect(try await feed.next()?.map(\.id) == ["t1"])
            _ = try await commit
        }
    }
}
