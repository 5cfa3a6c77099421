import APITypes
import JSON
import Model

/// Service users under their older name: `bot_…` is `service_…` with the same letters behind it.
struct BotUsers: APIResource {
    let shape = ResourceShape.botUsers
    let serviceUsers: StoredResource<ServiceUserRules>

    func create(_ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        self.renamed(try await self.serviceUsers.create(body, by: caller), caller)
    }

    func list(_ query: ListQuery, by caller: Caller) async throws(Failure) -> ListPage {
        var query = query
        query.beforeID = try query.beforeID.map { (id) throws(Failure) in try self.serviceUserID(id) }
        let page = try await self.serviceUsers.list(query, by: caller)
        return ListPage(
            items: page.items.map { self.renamed($0, caller) },
            next: page.next.map(Self.botID)
        )
    }

    func get(_ id: String, by caller: Caller) async throws(Failure) -> JSONObject {
        self.renamed(try await self.serviceUsers.get(self.serviceUserID(id), by: caller), caller)
    }

    func update(_ id: String, _ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        self.renamed(try await self.serviceUsers.update(self.serviceUserID(id), body, by: caller), caller)
    }

    func delete(_ id: String, by caller: Caller) async throws(Failure) {
        try await self.serviceUsers.delete(self.serviceUserID(id), by: caller)
    }

    private func serviceUserID(_ id: String) throws(Failure) -> String {
        "service_\(try self.shape.checkedID(id).dropFirst("bot_".count))"
    }

    private static func botID(_ id: String) -> String { "bot_\(id.dropFirst("service_".count))" }

    private func renamed(_ object: JSONObject, _ caller: Caller) -> JSONObject {
        var object = object
        let id = Self.botID(object["id"]?.string ?? "")
        object.set("id", to: .string(id))
        object.set("uri", to: .string("\(caller.apiURL)/\(self.shape.path)/\(id)"))
        return object
    }
}
