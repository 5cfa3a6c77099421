import Foundation
import Model
import PostgresStore
import SQLiteStore
import Store
import TestDatabase
import Testing

enum TestStoreKind: CaseIterable, CustomTestStringConvertible {
    case sqlite, postgres

    var testDescription: String { "\(self)" }

    /// Runs `body` with an empty store of the kind.
    func withStore(_ body: (any FillableStore) async throws -> Void) async throws {
        switch self {
        case .sqlite: try await body(SQLiteStore.inMemory())
        case .postgres:
            try await TestPostgres.withDatabase { url in
                try await body(PostgresStore.create(at: PostgresAddress(Secret(url))))
            }
        }
    }
}
