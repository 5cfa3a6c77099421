import Foundation
import Model
import Store
import Testing

extension StoreRule {
    /// Commits of several writes, unique keys, lists.
    static let commits = [
        StoreRule("A unique key is one record's until that lets go of it") { store in
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
        },
        StoreRule("A commit is made whole or not at all") { store in
            try await store.commit([.put(thing("t1", keys: ["n": "x"]))])
            await #expect(throws: StoreError.duplicateKey("n")) {
                try await store.commit([
                    .put(thing("t2")), .delete(.thing, id: "t1", in: .platform, revision: nil),
                    .put(thing("t3", keys: ["n": "y"])), .put(thing("t4", keys: ["n": "y"])),
                ])
            }
            #expect(try await store.list(.thing, in: .platform, Page()).map(\.id) == ["t1"])
            #expect(try await store.changes(after: .zero, limit: 10).count == 1)
        },
        StoreRule("A list is walked page by page, the newest first") { store in
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
        },
    ]
}
