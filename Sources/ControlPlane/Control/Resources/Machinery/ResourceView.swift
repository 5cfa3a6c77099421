import APITypes
import JSON
import Model
import Store

/// How resources are shown to one caller.
struct ResourceView: Sendable {
    let context: ResourceContext
    let caller: Caller

    /// The document of this identifier, if it is the caller's; nil for none.
    func find<Document>(
        _ id: String,
        as type: Document.Type = Document.self
    ) async throws(Failure) -> Stored<Document>? {
        guard let id = ResourceID<Document.Kind>(id) else { return nil }
        return try await self.context.store.found(id, as: type, in: self.caller.scope)
    }

    /// Where a resource of this kind is found.
    func uri(_ shape: ResourceShape, _ id: String) -> String {
        "\(self.caller.apiURL)/\(shape.path)/\(id)"
    }

    /// `{"id": …, "uri": …}`.
    func reference(to id: String, _ shape: ResourceShape) -> JSONValue {
        ["id": .string(id), "uri": .string(self.uri(shape, id))]
    }

    /// Users have no address in the API.
    func reference(toUser id: String) -> JSONValue {
        ["id": .string(id), "uri": ""]
    }
}

extension ResourceShape {
    /// The members that answers have, in the shape's order; those that are not given are null.
    func answer(_ members: [String: JSONValue]) -> JSONObject {
        JSONObject(
            self.fields.filter(\.isRead).map { field in JSONObject.Member(field.name, members[field.name] ?? .null) }
        )
    }
}
