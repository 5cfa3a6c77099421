package import APITypes
package import JSON
package import Model

/// A kind of resource, as the API server asks for it: one function for each verb of the shape.
///
/// Most are a ``StoredResource`` with rules. Those that live outside the store (sessions of agents, say) conform
/// themselves. Verbs that the shape does not have are never asked for.
package protocol APIResource: Sendable {
    var shape: ResourceShape { get }

    func create(_ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject
    func list(_ query: ListQuery, by caller: Caller) async throws(Failure) -> ListPage
    func get(_ id: String, by caller: Caller) async throws(Failure) -> JSONObject
    func update(_ id: String, _ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject
    func delete(_ id: String, by caller: Caller) async throws(Failure)
    /// One of the shape's operations, but for those that answer with a list.
    ///
    /// - Returns: the body of the answer; nil for none.
    func perform(_ call: OperationCall, by caller: Caller) async throws(Failure) -> JSONObject?
    /// One of the shape's operations that answer with a list.
    func list(_ call: OperationCall, _ query: ListQuery, by caller: Caller) async throws(Failure) -> ListPage
}

/// A call of an operation that a shape has beside its verbs.
package struct OperationCall: Sendable {
    package let name: String
    /// What the path has for the names in braces.
    package let parameters: [String: String]
    package let body: CheckedBody

    package init(name: String, parameters: [String: String], body: CheckedBody) {
        self.name = name
        self.parameters = parameters
        self.body = body
    }

    /// The identifier in the path.
    package var id: String { self.parameters["id"] ?? "" }
}

extension APIResource {
    package func create(_ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        throw .noSuchVerb
    }

    package func list(_ query: ListQuery, by caller: Caller) async throws(Failure) -> ListPage {
        throw .noSuchVerb
    }

    package func get(_ id: String, by caller: Caller) async throws(Failure) -> JSONObject {
        throw .noSuchVerb
    }

    package func update(_ id: String, _ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        throw .noSuchVerb
    }

    package func delete(_ id: String, by caller: Caller) async throws(Failure) {
        throw .noSuchVerb
    }

    package func perform(_ call: OperationCall, by caller: Caller) async throws(Failure) -> JSONObject? {
        throw .noSuchVerb
    }

    package func list(
        _ call: OperationCall,
        _ query: ListQuery,
        by caller: Caller
    ) async throws(Failure) -> ListPage {
        throw .noSuchVerb
    }
}

extension Failure {
    fileprivate static let noSuchVerb = Failure(.apiMethod, "This cannot be done with this kind of resource.")
}
