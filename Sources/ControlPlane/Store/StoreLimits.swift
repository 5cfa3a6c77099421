/// What every store bounds, so that no record of a tenant can take a store, or who reads it, down.
///
/// Far above what any rule of the control plane lets through: a write that meets one of these is a mistake there.
package enum StoreLimits {
    /// Of a document.
    package static let documentBytes = 2 << 20
    /// Of a kind, an id, and the name of a unique key.
    package static let nameBytes = 255
    /// Of the value of a unique key; PostgreSQL indexes no more than about 2,700.
    package static let keyValueBytes = 2000
    package static let keysPerRecord = 64
    package static let writesPerCommit = 10_000
    /// Of all documents of one commit.
    package static let commitBytes = 64 << 20
    /// How many deletions are remembered for those who follow the changes.
    package static let rememberedDeletions = 10_000

    /// - Throws: `.refused` when the writes have more than that, or a NUL in a text.
    package static func check(_ writes: [RecordWrite]) throws(StoreError) {
        guard writes.count <= Self.writesPerCommit else {
            throw .refused("a commit of \(writes.count) writes; \(Self.writesPerCommit) at most")
        }
        var bytes = 0
        for case .put(let record) in writes {
            try Self.check(record)
            bytes += record.document.count
        }
        guard bytes <= Self.commitBytes else {
            throw .refused("a commit of \(bytes) bytes; \(Self.commitBytes) at most")
        }
    }

    private static func check(_ record: Record) throws(StoreError) {
        let name = "\(record.kind) \(record.id.prefix(Self.nameBytes))"
        guard record.document.count <= Self.documentBytes else {
            throw .refused("\(name) has \(record.document.count) bytes; \(Self.documentBytes) at most")
        }
        guard record.uniqueKeys.count <= Self.keysPerRecord else {
            throw .refused("\(name) has \(record.uniqueKeys.count) unique keys; \(Self.keysPerRecord) at most")
        }
        for text in [record.kind.name, record.id] + record.uniqueKeys.keys where !Self.fits(text, Self.nameBytes) {
            throw .refused("\(name) has a kind, id or key that is empty, longer than \(Self.nameBytes) bytes or binary")
        }
        for (key, value) in record.uniqueKeys where value.utf8.count > Self.keyValueBytes || value.utf8.contains(0) {
            throw .refused("the key \(key) of \(name) is longer than \(Self.keyValueBytes) bytes or binary")
        }
    }

    /// Whether no text has a NUL, which no store keeps: what is asked for by one that has is not there.
    package static func areTexts(_ texts: String...) -> Bool {
        texts.allSatisfy { !$0.utf8.contains(0) }
    }

    private static func fits(_ text: String, _ limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count) && !text.utf8.contains(0)
    }
}
