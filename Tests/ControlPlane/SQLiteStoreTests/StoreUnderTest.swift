import Testing
import Foundation
import Model
import Store

@testable import SQLiteStore

/// The implementations that one suite of tests runs against.
enum StoreUnderTest: CaseIterable, CustomTestStringConvertible {
    case sqliteInMemory, sqliteOnDisk

    var testDescription: String { "\(self)" }

    func withStore(_ body: (any RecordStore) async throws -> Void) async throws {
        switch self {
        case .sqliteInMemory:
            try await body(SQLiteStore.inMemory())
        case .sqliteOnDisk:
            try await withDatabasePath { path in try await body(SQLiteStore.create(at: path)) }
        }
    }
}

/// Runs `body` with the path of a database that is not there yet, in a folder that is gone afterwards.
func withDatabasePath(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body("\(folder)/portico.db")
}

func account(_ name: String) throws -> ResourceID<AccountKind> {
    guard let id = ResourceID<AccountKind>("ac_\(name)") else { throw StoreError.unreadable(name) }
    return id
}

/// A record of kind `thing`.
func thing(
    _ id: String,
    owner: ResourceID<AccountKind>? = nil,
    revision: Revision = .zero,
    _ text: String = "{}",
    keys: [String: String] = [:]
) -> Record {
    Record(
        kind: RecordKind("thing"),
        id: id,
        owner: owner,
        revision: revision,
        document: Data(text.utf8),
        uniqueKeys: keys
    )
}

extension RecordKind {
    static let thing = RecordKind("thing")
}
