internal import Foundation
internal import Model
internal import Store

/// A line of a backup: one JSON object.
enum BackupLine: Equatable {
    /// The first line.
    case head(format: Int)
    case record(Record)
    /// That an earlier line's record was deleted meanwhile.
    case deletion(RecordName)
    /// The last line: how many records are left of those above, and their digest.
    case end(records: Int, digest: String)

    /// What this version writes, and all that it reads.
    static let format = 1
}

/// What is one record's alone.
struct RecordName: Hashable, Comparable {
    let kind: String
    let id: String

    static func < (left: RecordName, right: RecordName) -> Bool {
        left.kind == right.kind ? left.id < right.id : left.kind < right.kind
    }
}

extension BackupLine: Codable {
    private enum Key: String, CodingKey {
        case format = "portico_backup"
        case kind, id, owner, document, keys
        case isDeleted = "deleted"
        case records, digest
    }

    init(from decoder: any Decoder) throws {
        let line = try decoder.container(keyedBy: Key.self)
        if let format = try line.decodeIfPresent(Int.self, forKey: .format) {
            self = .head(format: format)
            return
        }
        if let digest = try line.decodeIfPresent(String.self, forKey: .digest) {
            self = .end(records: try line.decode(Int.self, forKey: .records), digest: digest)
            return
        }
        let name = RecordName(
            kind: try line.decode(String.self, forKey: .kind),
            id: try line.decode(String.self, forKey: .id)
        )
        if try line.decodeIfPresent(Bool.self, forKey: .isDeleted) ?? false {
            self = .deletion(name)
            return
        }
        let owner = try line.decodeIfPresent(String.self, forKey: .owner)
        let account = owner.flatMap { ResourceID<AccountKind>($0) }
        guard (owner == nil) == (account == nil) else {
            throw DecodingError.dataCorruptedError(forKey: .owner, in: line, debugDescription: "it is no account's id")
        }
        self = .record(
            Record(
                kind: RecordKind(name.kind),
                id: name.id,
                owner: account,
                document: try line.decode(Data.self, forKey: .document),
                uniqueKeys: try line.decodeIfPresent([String: String].self, forKey: .keys) ?? [:]
            )
        )
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: Key.self)
        switch self {
        case .head(let format): try line.encode(format, forKey: .format)
        case .record(let record):
            try line.encode(record.kind.name, forKey: .kind)
            try line.encode(record.id, forKey: .id)
            try line.encodeIfPresent(record.owner?.text, forKey: .owner)
            try line.encode(record.document, forKey: .document)
            if !record.uniqueKeys.isEmpty { try line.encode(record.uniqueKeys, forKey: .keys) }
        case .deletion(let name):
            try line.encode(name.kind, forKey: .kind)
            try line.encode(name.id, forKey: .id)
            try line.encode(true, forKey: .isDeleted)
        case .end(let records, let digest):
            try line.encode(records, forKey: .records)
            try line.encode(digest, forKey: .digest)
        }
    }
}
