import Foundation
import Model
import Store
import StoreContract
import TestDatabase
import Testing

@testable import PostgresStore

@Suite struct PostgresContractTests {
    @Test(arguments: StoreRule.all)
    func `A PostgreSQL database keeps the contract`(rule: StoreRule) async throws {
        try await withPostgres { address in try await rule.check(PostgresStore.create(at: address)) }
    }
}

/// Runs `body` with a schema that is not there yet, on the server that tests share; it is dropped afterwards.
func withPostgres(_ body: (PostgresAddress) async throws -> Void) async throws {
    let server = try await TestPostgres.shared
    let schema = "t \"\(UUID().uuidString)"
    let address = try PostgresAddress(Secret(server.url), schema: schema)
    do {
        try await body(address)
    } catch {
        try drop(address)
        throw error
    }
    try drop(address)
}

private func drop(_ address: PostgresAddress) throws {
    let connection = try PostgresConnection(address, patience: .seconds(30))
    try connection.runScript("DROP SCHEMA IF EXISTS \(address.quotedSchema) CASCADE")
}
