import Foundation
import Model
import PostgresStore
import SQLiteStore
import Store
import StoreContract
import TestDatabase
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A process that writes is killed (SIGKILL) at random moments.
@Suite struct StoreCrashTests {
    /// `PORTICO_CRASH_ROUNDS` says how many; else 200 in full counts, a few without.
    private static let rounds: Int = {
        let environment = ProcessInfo.processInfo.environment
        if let rounds = environment["PORTICO_CRASH_ROUNDS"].flatMap(Int.init) { return rounds }
        return environment["PORTICO_FULL_COUNTS"] == "1" ? 200 : 3
    }()

    @Test func `SQLite loses no acknowledged write, and opens without repair`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "crash-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/portico.db"
        _ = try SQLiteStore.create(at: path)
        for round in 0..<Self.rounds {
            let ids = try await Self.writeUntilKilled(path, round)
            let store = try SQLiteStore.open(at: path)
            #expect(try await store.integrity() == "ok")
            try await Self.check(store, ids)
        }
    }

    @Test func `PostgreSQL loses no acknowledged write of a node that is killed`() async throws {
        try await TestPostgres.withDatabase { url in
            _ = try await PostgresStore.create(at: PostgresAddress(Secret(url)))
            for round in 0..<Self.rounds {
                let ids = try await Self.writeUntilKilled(url, round)
                try await Self.check(PostgresStore.open(at: PostgresAddress(Secret(url))), ids)
            }
        }
    }

    /// - Returns: the ids whose commits had returned.
    private static func writeUntilKilled(_ place: String, _ round: Int) async throws -> [String] {
        let moment = Int.random(in: 1...120)
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try self.run([place, "r\(round)"], killAfter: moment) })
            }
        }
    }

    private static func run(_ arguments: [String], killAfter moment: Int) throws -> [String] {
        let process = Process()
        // Beside the tests, where the build puts it.
        process.executableURL = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "store-writer")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var text = Data()
        var isKilled = false
        while true {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            text += more
            guard !isKilled, text.count(where: { $0 == 0x0A }) >= moment else { continue }
            kill(process.processIdentifier, SIGKILL)
            isKilled = true
        }
        try #require(isKilled, "store-writer ended by itself")
        return text.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Each commit is there whole, and nothing is there in halves.
    private static func check(_ store: any RecordStore, _ ids: [String]) async throws {
        for id in ids {
            #expect(try await store.find(.thing, "n", id, in: .platform).id == id)
            #expect(try await store.get(.thing, "\(id)-pair", in: .platform).uniqueKeys == ["n": "\(id)-pair"])
        }
        var last = Revision.zero
        var count = 0
        while true {
            let changes = try await store.changes(after: last, limit: 1000)
            count += changes.count
            #expect(zip(changes, changes.dropFirst()).allSatisfy { $0.revision < $1.revision })
            guard let end = changes.last else { break }
            last = end.revision
        }
        #expect(count.isMultiple(of: 2))
        #expect(last == Revision(Int64(count)))
        try await store.commit([.put(thing("after-\(last)")), .put(thing("after-\(last)-pair"))])
    }
}
