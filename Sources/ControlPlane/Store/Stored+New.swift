package import Model

extension Stored {
    /// A document that was not written yet.
    package init(new document: Document, _ id: ResourceID<Document.Kind>, owner: ResourceID<AccountKind>?) {
        self.id = id
        self.owner = owner
        self.revision = .zero
        self.document = document
    }
}

extension Stored {
    /// The same, as it is after it was written.
    package func written(at revision: Revision) -> Stored {
        Stored(id: self.id, owner: self.owner, revision: revision, document: self.document)
    }

    private init(
        id: ResourceID<Document.Kind>,
        owner: ResourceID<AccountKind>?,
        revision: Revision,
        document: Document
    ) {
        self.id = id
        self.owner = owner
        self.revision = revision
        self.document = document
    }
}
