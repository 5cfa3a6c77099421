import Foundation
import Model
import Store
import Testing

extension StoreRule {
    /// Sizes, odd texts, and what is forgotten.
    static let limits = [
        StoreRule("Records of the largest size are kept") { store in
            let text = String(repeating: "é", count: StoreLimits.documentBytes / 2)
            let id = String(repeating: "i", count: StoreLimits.nameBytes)
            // Of random bytes: a text that can be compressed fits in an index where another doesn't.
            let value = String(
                (0..<StoreLimits.keyValueBytes).map { _ in Character(UnicodeScalar(UInt8.random(in: 33...126))) }
            )
            let keys = Dictionary(
                uniqueKeysWithValues: (0..<StoreLimits.keysPerRecord).map { ("k\($0)", "\($0)" + value.dropFirst(2)) }
            )
            let record = thing(id, text, keys: keys)
            try await store.commit([.put(record)])
            let read = try await store.find(.thing, "k9", "9" + value.dropFirst(2), in: .platform)
            #expect(read.document == record.document)
            #expect(read.uniqueKeys == keys)
        },
        StoreRule("What is larger than the limits is refused, and nothing written") { store in
            let large = [
                thing("t1", String(repeating: "x", count: StoreLimits.documentBytes + 1)),
                thing(String(repeating: "t", count: StoreLimits.nameBytes + 1)),
                thing(""),
                thing("t1", keys: ["k": String(repeating: "x", count: StoreLimits.keyValueBytes + 1)]),
                thing("t1", keys: [String(repeating: "k", count: StoreLimits.nameBytes + 1): "x"]),
                thing(
                    "t1",
                    keys: Dictionary(uniqueKeysWithValues: (0...StoreLimits.keysPerRecord).map { ("k\($0)", "x") })
                ),
            ]
            for record in large { await Self.expectRefused(store, [.put(thing("t0")), .put(record)]) }
            await Self.expectRefused(
                store,
                (0...StoreLimits.writesPerCommit).map { .delete(.thing, id: "t\($0)", in: .platform, revision: nil) }
            )
            let changes = try await store.changes(after: .zero, limit: 10)
            #expect(changes.isEmpty)
        },
        StoreRule("Text with a NUL is refused when written, and found nowhere") { store in
            for record in [thing("t\0"), thing("t1", keys: ["k\0": "x"]), thing("t1", keys: ["k": "\0x"])] {
                await Self.expectRefused(store, [.put(record)])
            }
            try await store.commit([.put(thing("t", keys: ["k": "x"]))])
            await #expect(throws: StoreError.notFound) { try await store.get(.thing, "t\0", in: .platform) }
            await #expect(throws: StoreError.notFound) { try await store.find(.thing, "k", "x\0", in: .platform) }
            await #expect(throws: StoreError.notFound) { try await store.find(.thing, "k\0", "x", in: .platform) }
            await #expect(throws: StoreError.notFound) {
                try await store.commit([.delete(.thing, id: "t\0", in: .platform, revision: nil)])
            }
            #expect(try await store.list(.thing, in: .platform, Page(before: "t\0")).map(\.id) == ["t"])
        },
        StoreRule("Ids and keys are bytes: case, accents and order are those of UTF-8") { store in
            let ids = ["B", "a", "b", "Z", "z", "é", "e\u{301}", "ä", "_", "-", "1", "\u{1F600}", "\u{FFFD}"]
            try await store.commit(ids.map { .put(thing($0, keys: ["n": $0])) })
            let sorted = ids.sorted { $1.utf8.lexicographicallyPrecedes($0.utf8) }
            let listed = try await store.list(.thing, in: .platform, Page()).map(\.id)
            #expect(listed.map { Array($0.utf8) } == sorted.map { Array($0.utf8) })
            for id in ids {
                let found = try await store.find(.thing, "n", id, in: .platform)
                #expect(Array(found.id.utf8) == Array(id.utf8))
            }
        },
        StoreRule("Texts that look like statements are texts") { store in
            let text = #"'; DROP TABLE record; -- " \ $1 :id %s ? {"a":[1]}"#
            try await store.commit([.put(thing(text, text, keys: [text: text]))])
            let read = try await store.find(.thing, text, text, in: .platform)
            #expect(read.id == text)
            #expect(read.document == Data(text.utf8))
            #expect(read.uniqueKeys == [text: text])
        },
        StoreRule("Deletions are forgotten in the end, and who missed them is told") { store in
            let first = try await store.commit([.put(thing("t0"))])[0]
            let count = StoreLimits.rememberedDeletions + 1
            for start in stride(from: 0, to: count, by: 1000) {
                let ids = (start..<min(start + 1000, count)).map { "t\($0 + 1)" }
                try await store.commit(
                    ids.flatMap { [.put(thing($0)), .delete(.thing, id: $0, in: .platform, revision: nil)] }
                )
            }
            await #expect(throws: StoreError.forgotten) { try await store.changes(after: first, limit: 1) }
            let all = try await store.changes(after: .zero, limit: 100_000)
            #expect(all.count == StoreLimits.rememberedDeletions + 1)
            #expect(all.first?.id == "t0")
            #expect(try await store.changes(after: all[1].revision, limit: 1).count == 1)
        },
    ]

    private static func expectRefused(_ store: any RecordStore, _ writes: [RecordWrite]) async {
        do throws(StoreError) {
            try await store.commit(writes)
            Issue.record("a commit of \(writes.count) writes was not refused")
        } catch {
            guard case .refused = error else {
                Issue.record("it is not refused, but \(error)")
                return
            }
        }
    }
}
