internal import Crypto
internal import Foundation
internal import Model
internal import Store

/// A digest of what a store holds, the same for two stores with the same records, whatever their kind and history.
struct ContentDigest {
    private var records: [RecordName: SHA256Digest] = [:]

    var count: Int { self.records.count }

    mutating func put(_ record: Record) {
        var hash = SHA256()
        let owner = record.owner?.text
        for text in [record.kind.name, record.id, owner == nil ? "platform" : "account", owner ?? ""] {
            Self.add(text.utf8, to: &hash)
        }
        Self.add(record.document, to: &hash)
        for (name, value) in record.uniqueKeys.sorted(by: { $0.key < $1.key }) {
            Self.add(name.utf8, to: &hash)
            Self.add(value.utf8, to: &hash)
        }
        self.records[RecordName(kind: record.kind.name, id: record.id)] = hash.finalize()
    }

    mutating func remove(_ name: RecordName) {
        self.records[name] = nil
    }

    /// 64 hexadecimal digits.
    var text: String {
        var hash = SHA256()
        for (_, digest) in self.records.sorted(by: { $0.key < $1.key }) {
            digest.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Each part with its length, so that no two lists of parts give the same bytes.
    private static func add(_ bytes: some Collection<UInt8>, to hash: inout SHA256) {
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: Array(bytes))
    }
}
