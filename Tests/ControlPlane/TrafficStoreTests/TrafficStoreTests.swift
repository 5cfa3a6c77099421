import Addressing
import Capture
import Foundation
import GRDB
import Model
import Secrets
import TestSupport
import Testing

@testable import TrafficStore

@Suite struct TrafficStoreTests {
    private static func store(
        _ keyring: SealingKeyring = SealingKeyring(.random()),
        bytes: Int = 1 << 30
    ) throws -> TrafficStore {
        var retention = TrafficStore.Retention()
        retention.bytes = bytes
        return try TrafficStore.inMemory(keyring: keyring, retention: retention)
    }

    @Test func `What was appended is found, with its messages where they were captured`() async throws {
        let store = try Self.store()
        let (plain, full) = (Samples.exchange(1), Samples.exchange(2, isFull: true))
        try await store.append([plain, full])
        #expect(try await store.exchange("req_1", of: Samples.account) == plain)
        #expect(try await store.exchange("req_2", of: Samples.account) == full)
        #expect(try await store.holdings().exchanges == 2)
        let page = try await store.page(TrafficQuery(Samples.account))
        #expect(page.exchanges.map(\.id) == ["req_2", "req_1"])
        #expect(page.exchanges.map(\.isFull) == [true, false])
        #expect(page.next == nil)
    }

    @Test func `Another account sees nothing of it`() async throws {
        let store = try Self.store()
        try await store.append([Samples.exchange(1, isFull: true)])
        let other = ResourceID<AccountKind>.random()
        #expect(try await store.exchange("req_1", of: other) == nil)
        #expect(try await store.page(TrafficQuery(other)).exchanges.isEmpty)
        var query = TrafficQuery(other)
        query.before = "req_1"
        #expect(try await store.page(query).exchanges.isEmpty)
    }

    @Test func `Pages follow one another, the newest first, and none is left out`() async throws {
        let store = try Self.store()
        try await store.append((1...250).map { Samples.exchange($0) })
        var query = TrafficQuery(Samples.account)
        query.limit = 100
        var found: [String] = []
        while true {
            let page = try await store.page(query)
            found += page.exchanges.map(\.id)
            guard let next = page.next else { break }
            query.before = next
        }
        #expect(found == (1...250).reversed().map { "req_\($0)" })
        query.before = nil
        query.after = "req_247"
        #expect(try await store.page(query).exchanges.map(\.id) == ["req_248", "req_249", "req_250"])
    }

    @Test func `Each way to search finds what it should`() async throws {
        let store = try Self.store()
        try await store.append((1...9).map { Samples.exchange($0) })
        func count(_ change: (inout TrafficQuery) throws -> Void) async throws -> Int {
            var query = TrafficQuery(Samples.account)
            try change(&query)
            return try await store.page(query).exchanges.count
        }
        #expect(try await count { $0.status = 500...599 } == 9)
        #expect(try await count { $0.status = 200...299 } == 0)
        #expect(try await count { $0.method = "POST" } == 9)
        #expect(try await count { $0.path = "orders/7" } == 1)
        #expect(try await count { $0.host = "SHOP.example.com" } == 9)
        #expect(try await count { $0.errorCode = "ERR_PORTICO_3004" } == 9)
        #expect(try await count { $0.endpoint = "https://other.example.com" } == 0)
        #expect(try await count { $0.endpointID = Samples.endpoint } == 9)
        #expect(try await count { $0.client = try IPPrefix(parsing: "192.0.2.0/24") } == 9)
        #expect(try await count { $0.client = try IPPrefix(parsing: "192.0.3.0/24") } == 0)
        #expect(try await count { $0.from = Samples.time.addingTimeInterval(2.75) } == 4)
        #expect(try await count { $0.to = Samples.time.addingTimeInterval(2.75) } == 5)
        #expect(
            try await count {
                $0.filter = try TrafficFilter("obj.path.endsWith('/3') || obj.path.endsWith('/4')")
            } == 2
        )
        #expect(try await count { $0.isFullOnly = true } == 0)
    }

    @Test func `Messages are sealed on the disk, and open with the edge's key alone`() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/inner/traffic.db"
            let keyring = SealingKeyring(.random())
            do {
                let store = try TrafficStore.open(at: path, keyring: keyring)
                try await store.append([Samples.exchange(1, isFull: true)])
            }
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/inner") {
                let bytes = try Data(contentsOf: URL(filePath: "\(folder)/inner/\(name)"))
                #expect(bytes.firstRange(of: Data("canary-in-a-header".utf8)) == nil, "\(name)")
                let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/inner/\(name)")[
                    .posixPermissions
                ]
                #expect(mode as? Int == 0o600, "\(name)")
            }
            let again = try TrafficStore.open(at: path, keyring: keyring)
            #expect(try await again.exchange("req_1", of: Samples.account)?.detail != nil)
            let strange = try TrafficStore.open(at: path, keyring: SealingKeyring(.random()))
            let found = try await strange.exchange("req_1", of: Samples.account)
            #expect(found?.facts.path == "/orders/1")
            #expect(found?.detail == nil)
        }
    }

    @Test func `A new key of the edge opens what an older one has sealed`() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/traffic.db"
            let (old, new) = (SealingKey.random(), SealingKey.random())
            let store = try TrafficStore.open(at: path, keyring: SealingKeyring(old))
            try await store.append([Samples.exchange(1, isFull: true)])
            // Opening reseals; from then on the old key is not needed.
            _ = try TrafficStore.open(at: path, keyring: SealingKeyring(new, older: [old]))
            let last = try TrafficStore.open(at: path, keyring: SealingKeyring(new))
            #expect(try await last.exchange("req_1", of: Samples.account)?.detail != nil)
        }
    }

    @Test func `What is too old goes, and keys that nothing needs with it`() async throws {
        let store = try Self.store()
        let old = Samples.time.addingTimeInterval(-80 * 3600)
        try await store.append(
            (1...2500).map { Samples.exchange($0, at: old, isFull: $0 < 3) },
            now: old
        )
        try await store.append([Samples.exchange(9001, isFull: true)], now: Samples.time)
        #expect(try await store.expire(now: Samples.time.addingTimeInterval(10)) == 2500)
        #expect(try await store.page(TrafficQuery(Samples.account)).exchanges.map(\.id) == ["req_9001"])
        let keys = try await store.database.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM data_key")
        }
        #expect(keys == 1)
    }

    @Test func `The oldest make room for new ones`() async throws {
        let store = try Self.store(bytes: 200_000)
        for start in stride(from: 0, to: 1000, by: 100) {
            try await store.append(
                (start..<start + 100).map { Samples.exchange($0, isFull: true, bodyBytes: 1000) }
            )
        }
        let holdings = try await store.holdings()
        #expect(holdings.bytes <= 200_000)
        #expect(holdings.exchanges > 50)
        let newest = try await store.page(TrafficQuery(Samples.account)).exchanges.first
        #expect(newest?.id == "req_999")
        try await store.clear(Samples.account)
        #expect(try await store.holdings() == TrafficStore.Holdings(exchanges: 0, bytes: 0))
    }

    @Test func `An account with very much traffic takes no room from one with little`() async throws {
        let store = try Self.store(bytes: 200_000)
        let quiet = ResourceID<AccountKind>.random()
        try await store.append([Samples.exchange(1, of: quiet)])
        for number in 2..<400 { try await store.append([Samples.exchange(number, isFull: true, bodyBytes: 3000)]) }
        #expect(try await store.exchange("req_1", of: quiet) != nil)
        let (own, all) = (try await store.holdings(of: quiet), try await store.holdings())
        #expect(own.exchanges == 1 && all.exchanges > 1 && all.bytes <= 200_000)
        // The newest of the other are there.
        #expect(try await store.exchange("req_399", of: Samples.account) != nil)
        try await store.clear(quiet)
        #expect(try await store.holdings(of: quiet) == TrafficStore.Holdings(exchanges: 0, bytes: 0))
    }

    @Test func `What comes after an exchange that is gone is all that there is`() async throws {
        let store = try Self.store()
        try await store.append([Samples.exchange(1), Samples.exchange(2)])
        var query = TrafficQuery(Samples.account)
        query.after = "req_0"
        #expect(try await store.page(query).exchanges.map(\.id) == ["req_1", "req_2"])
    }

    @Test func `A file of the version before is taken over with what is in it`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "traffic-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (path, keyring) = ("\(folder)/inner/traffic.db", SealingKeyring(.random()))
        let store = try TrafficStore.open(at: path, keyring: keyring)
        try await store.append([Samples.exchange(1), Samples.exchange(2)])
        // As the version before kept totals.
        try await store.database.write { db in
            try db.execute(
                sql: """
                    DROP TRIGGER exchange_added; DROP TRIGGER exchange_deleted; DROP TABLE account_total;
                    CREATE TABLE total (one INTEGER PRIMARY KEY CHECK (one = 1), exchanges INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
                    CREATE TRIGGER exchange_added AFTER INSERT ON exchange BEGIN UPDATE total SET exchanges = exchanges + 1; END;
                    CREATE TRIGGER exchange_deleted AFTER DELETE ON exchange BEGIN UPDATE total SET exchanges = exchanges - 1; END;
                    PRAGMA user_version = 1;
                    """
            )
        }
        let again = try TrafficStore.open(at: path, keyring: keyring)
        let before = try await again.holdings()
        #expect(before.exchanges == 2 && before.bytes > 600)
        try await again.append([Samples.exchange(3)])
        #expect(try await again.holdings(of: Samples.account).exchanges == 3)
    }

    @Test func `A file of something else is left alone`() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/traffic.db"
            try Data("no database, and long enough to be looked at".utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(throws: TrafficStoreError.self) {
                try TrafficStore.open(at: path, keyring: SealingKeyring(.random()))
            }
            #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8).hasPrefix("no database"))
        }
    }
}

private enum TemporaryFolder {
    static func with(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "traffic-\(UUID().uuidString)"
        ).path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
}
