import Foundation
import StoreContract
import Testing

@testable import SQLiteStore

@Suite struct StoreContractTests {
    @Test(arguments: StoreRule.all)
    func `A database on the disk keeps the contract`(rule: StoreRule) async throws {
        try await withDatabasePath { path in try await rule.check(SQLiteStore.create(at: path)) }
    }

    @Test(arguments: StoreRule.all)
    func `A database in memory keeps the contract`(rule: StoreRule) async throws {
        try await rule.check(SQLiteStore.inMemory())
    }
}

/// Runs `body` with the path of a database that is not there yet, in a folder that is gone afterwards.
func withDatabasePath(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body("\(folder)/portico.db")
}
