import APITypes
package import Foundation
import JSON
import Model
package import Store

/// The rules of one kind of resource that lies in the store. All that the kinds have in common is in
/// ``StoredResource``; what is here is what they have not.
///
/// docs/adding-a-resource.md goes through one, step by step.
protocol ResourceRules: Sendable {
    associatedtype Document: ResourceDocument

    static var shape: ResourceShape { get }
    /// The code of a call that names one which is not there.
    static var unknown: ErrorCode { get }

    /// Makes the document of a new resource. Description, metadata and time are filled in afterwards.
    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> Document

    /// Changes the document by an update that says something.
    func update(
        _ document: inout Document,
        _ body: CheckedBody,
        _ change: inout Change
    ) async throws(Failure)

    /// Refuses a deletion, or adds what goes with it to the change.
    func willDelete(_ stored: Stored<Document>, _ change: inout Change) async throws(Failure)

    /// Members of an answer beside `id`, `uri`, `created_at`, `description` and `metadata`.
    func members(of stored: Stored<Document>, _ view: ResourceView) async throws(Failure) -> [String: JSONValue]

    /// What a value that another document has already means to the caller; nil to decide anew, where the rules chose
    /// the value.
    func duplicate(_ key: String, _ document: Document, _ change: Change) async throws(Failure) -> Failure?

    /// One of the shape's operations beside the verbs that only looks: a `GET` that answers with an object.
    func read(
        _ call: OperationCall,
        of stored: Stored<Document>,
        _ view: ResourceView
    ) async throws(Failure) -> JSONObject

    /// One of the shape's operations that list what is inside.
    func list(
        _ call: OperationCall,
        in stored: Stored<Document>,
        _ query: ListQuery,
        _ view: ResourceView
    ) async throws(Failure) -> ListPage

    /// One of the shape's operations beside the verbs, which changes the document.
    func perform(
        _ call: OperationCall,
        on document: inout Document,
        _ change: inout Change
    ) async throws(Failure)

    /// Brings what was written into force; the call is answered afterwards. What it throws is the answer, and the
    /// change is taken back.
    func enforce(_ written: WrittenResource<Document>, by caller: Caller) async throws(Failure)
}

/// A resource as it was just written.
enum WrittenResource<Document: ResourceDocument>: Sendable {
    case saved(Stored<Document>)
    case deleted(ResourceID<Document.Kind>, at: Revision)
}

/// What the document of every resource has. A kind without description and metadata leaves them out.
package protocol ResourceDocument: StoredDocument {
    var description: String { get set }
    var metadata: String { get set }
    var created: Date { get set }
}

extension ResourceDocument {
    package var description: String {
        get { "" }
        set {}
    }

    package var metadata: String {
        get { "" }
        set {}
    }
}

extension ResourceRules {
    static var unknown: ErrorCode { .apiUnknown }

    var shape: ResourceShape { Self.shape }

    func update(
        _ document: inout Document,
        _ body: CheckedBody,
        _ change: inout Change
    ) async throws(Failure) {}

    func willDelete(_ stored: Stored<Document>, _ change: inout Change) async throws(Failure) {}

    func members(of stored: Stored<Document>, _ view: ResourceView) async throws(Failure) -> [String: JSONValue] { [:] }

    func duplicate(_ key: String, _ document: Document, _ change: Change) async throws(Failure) -> Failure? {
        Failure(.apiConflict, "Another \(Self.shape.name) has the same \(key).")
    }

    func read(
        _ call: OperationCall,
        of stored: Stored<Document>,
        _ view: ResourceView
    ) async throws(Failure) -> JSONObject {
        throw Failure(.apiMethod, "This cannot be done with a \(Self.shape.name).")
    }

    func list(
        _ call: OperationCall,
        in stored: Stored<Document>,
        _ query: ListQuery,
        _ view: ResourceView
    ) async throws(Failure) -> ListPage {
        throw Failure(.apiMethod, "This cannot be done with a \(Self.shape.name).")
    }

    func perform(
        _ call: OperationCall,
        on document: inout Document,
        _ change: inout Change
    ) async throws(Failure) {
        throw Failure(.apiMethod, "This cannot be done with a \(Self.shape.name).")
    }

    func enforce(_ written: WrittenResource<Document>, by caller: Caller) async throws(Failure) {}
}
