import Foundation
import Model
import Store
import Testing

extension StoreRule {
    /// What a record is, and whose.
    static let records = [
        StoreRule("A record is read as it was written") { store in
            let owner = try account("a")
            let keys = ["name": "Ä \"quoted\"", "mail": "a@b.test"]
            let revisions = try await store.commit([.put(thing("t1", owner: owner, #"{"a":1}"#, keys: keys))])
            let read = try await store.get(.thing, "t1", in: .platform)
            #expect(read == thing("t1", owner: owner, revision: revisions[0], #"{"a":1}"#, keys: keys))
        },
        StoreRule("A record that is not there is not found") { store in
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
        },
        StoreRule("Records of other accounts are not found") { store in
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
        },
        StoreRule("A record changes owner never") { store in
            let revision = try await store.commit([.put(thing("t1", owner: try account("a")))])[0]
            await #expect(throws: StoreError.notFound) {
                try await store.commit([.put(thing("t1", owner: try account("b"), revision: revision))])
            }
        },
        StoreRule("An update or deletion of what was written since is a conflict") { store in
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
        },
        StoreRule("Of many that update one revision, one wins") { store in
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
        },
    ]
}
