import Foundation
import Model
import Store
import StoreContract
import Testing

@testable import SQLiteStore

@Suite struct StoredDocumentTests {
    struct Thing: StoredDocument, Equatable {
        typealias Kind = CredentialKind
        static let recordKind = RecordKind("credential")
        var name: String
        var made: Date
        var uniqueKeys: [String: String] { ["name": self.name] }
    }

    @Test func `A document is read and written with its revision`() async throws {
        let store = try SQLiteStore.inMemory()
        let id = try #require(ResourceID<CredentialKind>("cr_1"))
        let owner = try account("a")
        let made = Date(timeIntervalSince1970: 1_800_000_000)
        try await store.commit([.create(Thing(name: "first", made: made), id, owner: owner)])
        var read = try await store.get(id, as: Thing.self, in: .account(owner))
        #expect(read.document == Thing(name: "first", made: made))
        read.document.name = "second"
        try await store.commit([.update(read)])
        #expect(try await store.list(Thing.self, in: .platform).map(\.document.name) == ["second"])
        let stale = read
        await #expect(throws: StoreError.self) { try await store.commit([.update(stale)]) }
    }

    @Test func `A document of another shape or kind is unreadable`() throws {
        let record = Record(kind: Thing.recordKind, id: "cr_1", owner: nil, document: Data("{}".utf8))
        #expect(throws: StoreError.self) { try Stored<Thing>(record) }
        let other = thing("cr_1", #"{"name":"x","made":"2026-01-01T00:00:00Z"}"#)
        #expect(throws: StoreError.self) { try Stored<Thing>(other) }
    }

    @Test(arguments: [(0, 1), (1, 1), (1000, 1000), (5000, 1000), (-1, 1)])
    func `A page has 1 to 1,000 records`(asked: Int, given: Int) {
        #expect(Page(limit: asked).limit == given)
    }
}
