internal import APITypes
internal import EdgeLink
package import JSON
package import Model
internal import Store

extension Control {
    /// What `GET /self` tells of the caller (`spec/api.md` 6.4).
    package nonisolated func description(of caller: Caller) async throws(Failure) -> JSONObject {
        guard let account = try await self.store.found(caller.account, as: AccountRecord.self, in: .platform) else {
            throw Failure(.apiUnknown, "The account is gone.")
        }
        var key = JSONValue.null
        if case .apiKey(let id) = caller.principal.credential {
            let keys = StoredResource(rules: APIKeyRules(), context: self.resourceContext)
            key = .object(try await keys.get(id.text, by: caller))
        }
        return [
            "account": [
                "id": .string(account.id.text),
                "name": .string(account.document.name),
                "created_at": .time(account.document.created),
                "suspended": .bool(account.document.isSuspended),
                "enforce_sso": false,
                "min_api_version": 2,
                "min_agent_version": "",
                "user_mfa_required": false,
                "traffic_full_capture": .bool(account.document.traffic?.mode == .full),
            ],
            "api_key": key,
            "user": .string(caller.principal.subject),
        ]
    }

    nonisolated var resourceContext: ResourceContext {
        ResourceContext(
            store: self.store,
            configuration: self.configuration,
            keys: self.keys,
            workshop: self.workshop,
            now: self.now
        )
    }
}
