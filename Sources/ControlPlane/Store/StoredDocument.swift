private import Foundation
package import Model

/// A value that is kept as the document of a record.
///
/// Members may be added with a value to assume when they are missing; what a newer version wrote beside them is
/// dropped by an older one when it writes.
package protocol StoredDocument: Codable, Sendable {
    associatedtype Kind: ResourceKind

    static var recordKind: RecordKind { get }
    /// Names with values that no other document of this type may have.
    var uniqueKeys: [String: String] { get }
}

extension StoredDocument {
    package var uniqueKeys: [String: String] { [:] }
}

/// A document as it was read, with what is needed to write it again.
package struct Stored<Document: StoredDocument>: Sendable {
    package let id: ResourceID<Document.Kind>
    package let owner: ResourceID<AccountKind>?
    package let revision: Revision
    package var document: Document

    /// - Throws: `.unreadable` when `record` is of another kind, or its document of another shape.
    package init(_ record: Record) throws(StoreError) {
        guard record.kind == Document.recordKind, let id = ResourceID<Document.Kind>(record.id) else {
            throw .unreadable("\(record.kind) \(record.id) is no \(Document.recordKind)")
        }
        do {
            self.document = try JSONDecoder.forRecords.decode(Document.self, from: record.document)
        } catch {
            throw .unreadable("\(record.kind) \(record.id): \(error)")
        }
        self.id = id
        self.owner = record.owner
        self.revision = record.revision
    }
}

extension RecordWrite {
    /// Stores a document that must not be there yet.
    package static func create<Document: StoredDocument>(
        _ document: Document,
        _ id: ResourceID<Document.Kind>,
        owner: ResourceID<AccountKind>?
    ) throws(StoreError) -> RecordWrite {
        .put(try Record(document, id: id.text, owner: owner, revision: .zero))
    }

    /// Puts a document in the place of what was read.
    package static func update<Document>(_ stored: Stored<Document>) throws(StoreError) -> RecordWrite {
        .put(try Record(stored.document, id: stored.id.text, owner: stored.owner, revision: stored.revision))
    }

    /// Deletes what was read, if nobody wrote it since.
    package static func delete<Document>(_ stored: Stored<Document>) -> RecordWrite {
        .delete(Document.recordKind, id: stored.id.text, in: .platform, revision: stored.revision)
    }
}

extension RecordStore {
    /// - Throws: `.notFound` when there is none in `scope`.
    package func get<Document>(
        _ id: ResourceID<Document.Kind>,
        as type: Document.Type = Document.self,
        in scope: Scope
    ) async throws(StoreError) -> Stored<Document> {
        try Stored(try await self.get(Document.recordKind, id.text, in: scope))
    }

    /// The document that has `value` under the unique key `key`.
    ///
    /// - Throws: `.notFound` when there is none in `scope`.
    package func find<Document: StoredDocument>(
        _ type: Document.Type,
        _ key: String,
        _ value: String,
        in scope: Scope
    ) async throws(StoreError) -> Stored<Document> {
        try Stored(try await self.find(Document.recordKind, key, value, in: scope))
    }

    /// Documents of one type, the newest first.
    package func list<Document: StoredDocument>(
        _ type: Document.Type,
        in scope: Scope,
        _ page: Page = Page()
    ) async throws(StoreError) -> [Stored<Document>] {
        let records = try await self.list(Document.recordKind, in: scope, page)
        return try records.map { (record) throws(StoreError) in try Stored(record) }
    }
}

extension Record {
    fileprivate init(
        _ document: some StoredDocument,
        id: String,
        owner: ResourceID<AccountKind>?,
        revision: Revision
    ) throws(StoreError) {
        let data: Data
        do {
            data = try JSONEncoder.forRecords.encode(document)
        } catch {
            throw .unreadable("\(type(of: document).recordKind) \(id): \(error)")
        }
        self.init(
            kind: type(of: document).recordKind,
            id: id,
            owner: owner,
            revision: revision,
            document: data,
            uniqueKeys: document.uniqueKeys
        )
    }
}

extension JSONEncoder {
    /// Equal documents have equal bytes.
    fileprivate static var forRecords: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }
}

extension JSONDecoder {
    fileprivate static var forRecords: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}
