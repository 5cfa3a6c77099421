import Foundation
import Model
import Store
import Testing

/// What every store must do.
@Suite struct RecordStoreTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `A record is read as it was written`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            let owner = try account("a")
            let keys = ["name": "Ä \"quoted\"", "mail": "a@b.test"]
            let revisions = try await store.commit([.put(thing("t1", owner: owner, #"{"a":1}"#, keys: keys))])
            let read = try await store.get(.thing, "t1", in: .platform)
            #expect(read == thing("t1", owner: owner, revision: revisions[0], #"{"a":1}"#, keys: keys))
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `A record that is not there is not found`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            try await store.commit([.put(thing("t1"))])
            await #expect(throws: StoreError.notFound) { try await store.get(.thing, "t2", in: .platform) }
            await #expect(throws: StoreError.notFound) { try await store.get(RecordKind("other"), "t1", in: .platform) }
            await #expect(throws: StoreError.notFound) { try await store.find(.thing, "name", "x", in: .platform) }
            await #expect(throws: StoreError.notFound) {
                try await store.commit([.put(thing("t2", revision: Revision(1)))])
            }
            await #expect(throws: StoreError.notFound) {
                try await store.commit([.delete(.thing, id: "t2", in: .platform, revision: nil)])
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `Records of other accounts are not found`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            let (mine, theirs) = (try account("mine"), try account("theirs"))
            try await store.commit([
                .put(thing("t1", owner: mine)), .put(thing("t2", owner: theirs, keys: ["n": "x"])), .put(thing("t3")),
            ])
            for id in ["t2", "t3"] {
                await #expect(throws: StoreError.notFound) { try await store.get(.thing, id, in: .account(mine)) }
                await #expect(throws: StoreError.notFound) {
                    try await store.commit([.delete(.thing, id: id, in: .account(mine), revision: nil)])
                }
            }
            await #expect(throws: StoreError.notFound) { try await store.find(.thing, "n", "x", in: .account(mine)) }
            #expect(try await store.find(.thing, "n", "x", in: .account(theirs)).id == "t2")
            #expect(try await store.list(.thing, in: .account(mine), Page()).map(\.id) == ["t1"])
            #expect(try await store.list(.thing, in: .platform, Page()).map(\.id) == ["t3", "t2", "t1"])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `A record changes owner never`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            let revision = try await store.commit([.put(thing("t1", owner: try account("a")))])[0]
            await #expect(throws: StoreError.notFound) {
                try await store.commit([.put(thing("t1", owner: try account("b"), revision: revision))])
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `An update or deletion of what was written since is a conflict`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            let first = try await store.commit([.put(thing("t1", "1"))])[0]
            let second = try await store.commit([.put(thing("t1", revision: first, "2"))])[0]
            #expect(second > first)
            await #expect(throws: StoreError.conflict(second)) {
                try await store.commit([.put(thing("t1", revision: first, "3"))])
            }
            await #expect(throws: StoreError.conflict(second)) { try await store.commit([.put(thing("t1", "3"))]) }
            await #expect(throws: StoreError.conflict(second)) {
                try await store.commit([.delete(.thing, id: "t1", in: .platform, revision: first)])
            }
            #expect(try await store.get(.thing, "t1", in: .platform).document == Data("2".utf8))
            try await store.commit([.delete(.thing, id: "t1", in: .platform, revision: second)])
            await #expect(throws: StoreError.notFound) { try await store.get(.thing, "t1", in: .platform) }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `Of many that update one revision, one wins`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            let first = try await store.commit([.put(thing("t1"))])[0]
            let winners = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        // A conflict is what the others get.
                        (try? await store.commit([.put(thing("t1", revision: first, "\(number)"))])) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(winners == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `A unique key is one record's until that lets go of it`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            let first = try await store.commit([.put(thing("t1", keys: ["mail": "x", "name": "n"]))])[0]
            await #expect(throws: StoreError.duplicateKey("mail")) {
                try await store.commit([.put(thing("t2", keys: ["mail": "x"]))])
            }
            await #expect(throws: StoreError.notFound) { try await store.get(.thing, "t2", in: .platform) }
            #expect(try await store.find(.thing, "mail", "x", in: .platform).id == "t1")

            let second = try await store.commit([.put(thing("t1", revision: first, keys: ["mail": "y"]))])[0]
            try await store.commit([.put(thing("t2", keys: ["mail": "x"]))])
            #expect(try await store.find(.thing, "mail", "x", in: .platform).id == "t2")

            try await store.commit([.delete(.thing, id: "t1", in: .platform, revision: second)])
            try await store.commit([.put(thing("t3", keys: ["mail": "y"]))])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `A commit is made whole or not at all`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            try await store.commit([.put(thing("t1", keys: ["n": "x"]))])
            await #expect(throws: StoreError.duplicateKey("n")) {
                try await store.commit([
                    .put(thing("t2")), .delete(.thing, id: "t1", in: .platform, revision: nil),
                    .put(thing("t3", keys: ["n": "y"])), .put(thing("t4", keys: ["n": "y"])),
                ])
            }
            #expect(try await store.list(.thing, in: .platform, Page()).map(\.id) == ["t1"])
            #expect(try await store.changes(after: .zero, limit: 10).count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `A list is walked page by page, the newest first`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            let ids = (0..<25).map { "t\(100 + $0)" }
            try await store.commit(ids.map { .put(thing($0)) })
            var seen: [String] = []
            var page = Page(limit: 10)
            while true {
                let records = try await store.list(.thing, in: .platform, page)
                guard let last = records.last else { break }
                #expect(records.count <= 10)
                seen += records.map(\.id)
                page = Page(before: last.id, limit: 10)
            }
            #expect(seen == ids.reversed())
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `Changes tell the last state of each record, in order`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            let first = try await store.commit([.put(thing("t1", "1")), .put(thing("t2")), .put(thing("t3"))])
            let second = try await store.commit([
                .put(thing("t1", revision: first[0], "2", keys: ["n": "x"])),
                .delete(.thing, id: "t2", in: .platform, revision: nil),
            ])
            let changes = try await store.changes(after: .zero, limit: 10)
            #expect(changes.map(\.id) == ["t3", "t1", "t2"])
            #expect(changes.map(\.revision) == [first[2], second[0], second[1]])
            #expect(changes[1].record == thing("t1", revision: second[0], "2", keys: ["n": "x"]))
            #expect(changes[2].record == nil)
            #expect(try await store.changes(after: first[2], limit: 10).map(\.id) == ["t1", "t2"])
            #expect(try await store.changes(after: .zero, limit: 1).map(\.id) == ["t3"])
            #expect(try await store.changes(after: second[1], limit: 10).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `A feed gives what is there, then what comes`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            try await store.commit([.put(thing("t1"))])
            var feed = store.changes(after: .zero).makeAsyncIterator()
            #expect(try await feed.next()?.map(\.id) == ["t1"])
            async let later = store.commit([.put(thing("t2")), .put(thing("t3"))])
            #expect(try await feed.next()?.map(\.id) == ["t2", "t3"])
            _ = try await later
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `A feed ends with its task`(which: StoreUnderTest) async throws {
        try await which.withStore { store in
            let reader = Task {
                var count = 0
                for try await changes in store.changes(after: .zero) { count += changes.count }
                return count
            }
            reader.cancel()
            let seen = try await reader.value
            #expect(seen == 0)
        }
    }
}

@Suite struct StoredDocumentTests {
    struct Thing: StoredDocument, Equatable {
        typealias Kind = CredentialKind
        static let recordKind = RecordKind("credential")
        var name: String
        var made: Date
        var uniqueKeys: [String: String] { ["name": self.name] }
    }

    @Test func `A document is read and written with its revision`() async throws {
        try await StoreUnderTest.sqliteInMemory.withStore { store in
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
