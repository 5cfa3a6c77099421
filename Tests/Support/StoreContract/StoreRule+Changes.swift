import Foundation
import Model
import Store
import Testing

extension StoreRule {
    /// The feed of changes.
    static let changes = [
        StoreRule("Changes tell the last state of each record, in order") { store in
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
        },
        StoreRule("A feed gives what is there, then what comes") { store in
            try await store.commit([.put(thing("t1"))])
            var feed = store.changes(after: .zero).makeAsyncIterator()
            #expect(try await feed.next()?.map(\.id) == ["t1"])
            async let later = store.commit([.put(thing("t2")), .put(thing("t3"))])
            #expect(try await feed.next()?.map(\.id) == ["t2", "t3"])
            _ = try await later
        },
        StoreRule("A feed ends with its task") { store in
            let reader = Task {
                var count = 0
                for try await changes in store.changes(after: .zero) { count += changes.count }
                return count
            }
            reader.cancel()
            let seen = try await reader.value
            #expect(seen == 0)
        },
    ]
}
