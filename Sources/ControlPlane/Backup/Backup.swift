package import Foundation
package import Store

/// The records of a store as lines of text, which a store of either kind can be filled from.
///
/// What is sealed stays sealed: a backup is of no use without the sealing key, which is not in it.
package enum Backup {
    /// What a backup holds.
    package struct Summary: Sendable, Equatable {
        package let records: Int
        /// SHA-256 of the records, in hexadecimal digits; equal for stores with equal records.
        package let digest: String
    }

    private static let batch = 500
    /// Above the longest line: a document of the largest size in base64, its keys escaped.
    private static let lineBytes = 4 << 20

    /// Writes what `store` holds, as it is at one moment at the end of the walk; others may write meanwhile.
    ///
    /// The walk follows the feed of changes to its end, so no transaction is held open. A record that is written
    /// during the walk stands there twice, the later line being the one that counts.
    ///
    /// - Parameters:
    ///   - store: what is saved.
    ///   - write: takes the next bytes; what it throws ends the walk.
    /// - Returns: what the backup holds.
    /// - Throws: a `StoreError`, or what `write` throws. Without its last line a backup is none.
    package static func save(
        _ store: any RecordStore,
        to write: (Data) throws -> Void
    ) async throws -> Summary {
        var digest = ContentDigest()
        try write(Self.text(.head(format: BackupLine.format)))
        var revision = Revision.zero
        while true {
            let changes = try await store.changes(after: revision, limit: Self.batch)
            for change in changes {
                let name = RecordName(kind: change.kind.name, id: change.id)
                if let record = change.record {
                    digest.put(record)
                    try write(Self.text(.record(record)))
                } else {
                    digest.remove(name)
                    try write(Self.text(.deletion(name)))
                }
            }
            revision = changes.last?.revision ?? revision
            guard changes.count == Self.batch else { break }
        }
        let summary = Summary(records: digest.count, digest: digest.text)
        try write(Self.text(.end(records: summary.records, digest: summary.digest)))
        return summary
    }

    /// Fills an empty store from a backup: with all of it, or with nothing.
    ///
    /// - Parameters:
    ///   - store: has no record.
    ///   - read: gives the next bytes of the backup, some at a time; none at its end.
    /// - Returns: what the store holds then.
    /// - Throws: a `BackupError` when the backup is none or not whole, a `StoreError`, or what `read` throws.
    package static func restore(
        _ store: any FillableStore,
        from read: () throws -> Data
    ) async throws -> Summary {
        var content = BackupContent()
        var lines = LineSplitter(limit: Self.lineBytes)
        while true {
            let bytes = try read()
            guard !bytes.isEmpty else { break }
            for line in try lines.add(bytes) { try content.add(line) }
        }
        guard lines.isEmpty else { throw BackupError.cut }
        let (records, summary) = try content.finish()
        try await store.fill(records)
        return summary
    }

    private static func text(_ line: BackupLine) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(line) + [0x0A]
    }
}

/// Why a backup is of no use.
package enum BackupError: Error, Sendable, Equatable {
    /// It does not begin as one.
    case foreign
    /// It was written by a newer version of this program.
    case newer(format: Int)
    /// The line of this number, from 1, is not as it was written.
    case line(Int)
    /// It ends too early.
    case cut
    /// Its records are not those that were saved.
    case changed
}

extension BackupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .foreign: "this is no backup of an edge"
        case .newer(let format): "the backup has format \(format), and this version knows \(BackupLine.format) at most"
        case .line(let number): "line \(number) of the backup is not as it was written"
        case .cut: "the backup ends too early: it was not written to its end, or was cut"
        case .changed: "the backup's records are not those that were saved: its digest is another"
        }
    }
}
