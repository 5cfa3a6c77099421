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
