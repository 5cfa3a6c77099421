import Foundation
import Model
import PostgresStore
import SQLiteStore
import Store
import StoreContract
import TestDatabase
import Testing

@testable import Backup

@Suite struct BackupTests {
    @Test(arguments: TestStoreKind.allCases, TestStoreKind.allCases)
    func `A store is filled with what another held`(from: TestStoreKind, to: TestStoreKind) async throws {
        try await from.withStore { old in
            try await fill(old)
            let (bytes, summary) = try await saved(old)
            #expect(summary.records == 1203)
            try await to.withStore { new in
                #expect(try await restore(new, bytes) == summary)
                #expect(try await saved(new).summary == summary)
                let found = try await new.find(.thing, "name", "thing 7", in: .account(account("a")))
                #expect(found.document == Data(#"{"a":["é",7]}"#.utf8))
                // It is a store like any other then.
                try await new.commit([.put(thing("later"))])
                let changes = try await new.changes(after: .zero, limit: 5000)
                #expect(changes.last?.id == "later")
                #expect(changes.count == 1204)
            }
        }
    }

    @Test func `What is written during a backup is in it or not, and the backup is whole`() async throws {
        let store = try SQLiteStore.inMemory()
        try await fill(store)
        var bytes = Data()
        var number = 0
        let summary = try await Backup.save(WritingStore(inner: store)) { more in
            bytes += more
            number += 1
        }
        let new = try SQLiteStore.inMemory()
        #expect(try await restore(new, bytes) == summary)
        #expect(try await saved(new).summary == summary)
        #expect(try await saved(store).summary == summary)
    }

    @Test(arguments: TestStoreKind.allCases)
    func `A store with a record is not filled, nor one with a past`(kind: TestStoreKind) async throws {
        try await kind.withStore { store in
            try await store.commit([.put(thing("t1"))])
            await #expect(throws: StoreError.self) { try await store.fill([thing("t2")]) }
            try await store.commit([.delete(.thing, id: "t1", in: .platform, revision: nil)])
            await #expect(throws: StoreError.self) { try await store.fill([thing("t2")]) }
            #expect(try await store.list(.thing, in: .platform, Page()).isEmpty)
        }
    }

    @Test(arguments: TestStoreKind.allCases)
    func `A store is filled with all or nothing`(kind: TestStoreKind) async throws {
        try await kind.withStore { store in
            await #expect(throws: StoreError.duplicateKey("n")) {
                try await store.fill([thing("t1", keys: ["n": "x"]), thing("t2", keys: ["n": "x"])])
            }
            #expect(try await store.changes(after: .zero, limit: 10).isEmpty)
            try await store.fill([thing("t1", keys: ["n": "x"])])
        }
    }

    @Test func `A backup that was cut anywhere fills nothing`() async throws {
        let store = try SQLiteStore.inMemory()
        try await store.commit([.put(thing("t1")), .put(thing("t2"))])
        let bytes = try await saved(store).bytes
        for length in 0..<bytes.count {
            let new = try SQLiteStore.inMemory()
            await #expect(throws: BackupError.self) { _ = try await restore(new, bytes.prefix(length)) }
            #expect(try await new.changes(after: .zero, limit: 1).isEmpty)
        }
    }

    @Test func `A backup whose lines were changed, doubled or left out fills nothing`() async throws {
        let store = try SQLiteStore.inMemory()
        try await store.commit([.put(thing("t1", owner: try account("a"))), .put(thing("t2"))])
        let lines = try await saved(store).bytes.split(separator: 0x0A).map { Data($0) }
        let broken: [[Data]] = [
            [lines[0], lines[2], lines[3]],
            [lines[0], lines[1], lines[2], lines[3], lines[3]],
            [lines[0], lines[1], lines[2], lines[3], lines[1]],
            [lines[1], lines[2], lines[3]],
            [lines[0], Data("{}".utf8), lines[3]],
            [lines[0], Data(String(decoding: lines[1], as: UTF8.self).replacing("ac_a", with: "ac_b").utf8)]
                + lines[2...],
            [Data(#"{"portico_backup":2}"#.utf8)] + lines[1...],
            [Data("SQLite format 3".utf8)],
            [Data(repeating: 0x78, count: 5 << 20)],
        ]
        for lines in broken {
            let new = try SQLiteStore.inMemory()
            let bytes = Data(lines.map { $0 + [0x0A] }.joined())
            await #expect(throws: BackupError.self) { _ = try await restore(new, bytes) }
            #expect(try await new.changes(after: .zero, limit: 1).isEmpty)
        }
    }
}

private func saved(_ store: any RecordStore) async throws -> (bytes: Data, summary: Backup.Summary) {
    var bytes = Data()
    let summary = try await Backup.save(store) { bytes += $0 }
    return (bytes, summary)
}

/// Gives the backup in pieces of a size that no line has.
private func restore(_ store: any FillableStore, _ bytes: Data) async throws -> Backup.Summary {
    var rest = bytes[...]
    return try await Backup.restore(store) {
        defer { rest = rest.dropFirst(977) }
        return Data(rest.prefix(977))
    }
}

/// 1,203 records, and some that are not there any more.
private func fill(_ store: any RecordStore) async throws {
    let owner = try account("a")
    for start in stride(from: 0, to: 1200, by: 300) {
        try await store.commit(
            (start..<start + 300).map { number in
                .put(thing("t\(number)", owner: owner, #"{"a":["é",\#(number)]}"#, keys: ["name": "thing \(number)"]))
            }
        )
    }
    let odd = try await store.commit([
        .put(thing("odd \"1\"\n", "", keys: ["k \u{7F}": "v\n"])), .put(thing("odd2", "{}")), .put(thing("gone")),
        .put(Record(kind: RecordKind("other"), id: "t1", owner: nil, document: Data([0xFF, 0, 0x0A]))),
    ])
    try await store.commit([
        .put(thing("odd2", revision: odd[1], "[]")), .delete(.thing, id: "gone", in: .platform, revision: nil),
    ])
}

/// A store in which something is written between any two looks.
private struct WritingStore: RecordStore {
    let inner: SQLiteStore

    func get(_ kind: RecordKind, _ id: String, in scope: Scope) async throws(StoreError) -> Record {
        try await self.inner.get(kind, id, in: scope)
    }

    func find(_ kind: RecordKind, _ key: String, _ value: String, in scope: Scope) async throws(StoreError) -> Record {
        try await self.inner.find(kind, key, value, in: scope)
    }

    func list(_ kind: RecordKind, in scope: Scope, _ page: Page) async throws(StoreError) -> [Record] {
        try await self.inner.list(kind, in: scope, page)
    }

    func commit(_ writes: [RecordWrite]) async throws(StoreError) -> [Revision] {
        try await self.inner.commit(writes)
    }

    func changes(after revision: Revision, limit: Int) async throws(StoreError) -> [RecordChange] {
        let batch = try await self.inner.changes(after: revision, limit: limit)
        guard batch.count == limit else { return batch }
        // A new record with the key of one that was read already, which is deleted.
        guard let old = batch.compactMap(\.record).first(where: { !$0.uniqueKeys.isEmpty }) else { return batch }
        try await self.inner.commit([
            .delete(old.kind, id: old.id, in: .platform, revision: nil),
            .put(thing("new-\(revision)", owner: old.owner, keys: old.uniqueKeys)),
        ])
        return batch
    }

    func wakeups() -> AsyncStream<Void> { self.inner.wakeups() }
}
