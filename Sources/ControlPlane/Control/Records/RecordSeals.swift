package import Model
package import Secrets
package import Store

/// Seals and opens the members of one record that only the edge can read.
///
/// What was sealed for one record and member opens in no other: whoever can write the database, and nothing more, cannot
/// put a private key in the place of another.
package struct RecordSeals: Sendable {
    let keys: SealingKeyring
    /// Of the record.
    let id: String
    private let kind: RecordKind
    private let takesUnbound: Bool

    /// - Parameters:
    ///   - keys: of the edge.
    ///   - type: of the record's document.
    ///   - id: of the record.
    ///   - takesUnbound: whether to seal anew what an earlier version sealed for all records of the kind alike.
    package init<Document: StoredDocument>(
        _ keys: SealingKeyring,
        _ type: Document.Type,
        _ id: ResourceID<Document.Kind>,
        takesUnbound: Bool = false
    ) {
        self.keys = keys
        self.kind = type.recordKind
        self.id = id.text
        self.takesUnbound = takesUnbound
    }

    /// Neither kinds nor identifiers have spaces, so that no two records have one purpose.
    private func purpose(_ member: String) -> SealPurpose { SealPurpose("record \(self.kind) \(self.id) \(member)") }

    package func seal(_ text: Secret, as member: String) -> String {
        self.keys.seal(Array(text.reveal().utf8), for: self.purpose(member))
    }

    /// - Throws: `.forged` for what was sealed for another record or member, or by an earlier version.
    package func open(_ sealed: String, as member: String) throws(SealError) -> Secret {
        Secret(String(decoding: try self.keys.open(sealed, for: self.purpose(member)), as: UTF8.self))
    }

    /// The same, sealed with the newest key for this record; nil where it is.
    ///
    /// - Parameters:
    ///   - sealed: the member as it stands in the record.
    ///   - member: its name.
    ///   - unbound: what earlier versions sealed it for.
    /// - Throws: when no key opens it, or it was sealed for another record.
    /// - Returns: nil for nothing to do.
    func resealed(_ sealed: String, as member: String, unbound: SealPurpose) throws(SealError) -> String? {
        do throws(SealError) {
            return try self.keys.resealed(sealed, for: self.purpose(member))
        } catch .forged where self.takesUnbound {
            return self.keys.seal(try self.keys.open(sealed, for: unbound), for: self.purpose(member))
        }
    }
}

extension Stored {
    package func seals(_ keys: SealingKeyring, takesUnbound: Bool = false) -> RecordSeals {
        RecordSeals(keys, Document.self, self.id, takesUnbound: takesUnbound)
    }
}

extension Change {
    /// Seals for the resource that is made or changed.
    func seals<Document: StoredDocument>(of type: Document.Type) -> RecordSeals {
        let changed = self.target.flatMap { ResourceID<Document.Kind>($0) }
        return RecordSeals(self.context.keys, type, changed ?? ResourceID(self.name))
    }
}

extension Failure {
    /// A sealed member of a record did not open.
    ///
    /// - Parameters:
    ///   - error: why.
    ///   - code: where the key is missing that sealed it.
    ///   - what: the member and its record, as a sentence begins.
    init(_ error: SealError, _ code: ErrorCode, _ what: String) {
        switch error {
        case .unknownKey, .malformed:
            let message = "\(what) does not open: the sealing key that it was sealed with is not there."
            self.init(code, message, detail: "\(error)", cause: error)
        case .forged:
            let message = "\(what) does not open: it was sealed for another record, or changed in the database."
            self.init(.sealForged, message, detail: "\(error)", cause: error)
        }
    }
}
