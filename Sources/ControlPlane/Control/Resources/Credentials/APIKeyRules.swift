import APITypes
import JSON
import Model
import Secrets
import Store

/// API keys (`spec/api.md` 4.2).
struct APIKeyRules: ResourceRules {
    static let shape = ResourceShape.apiKeys

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> APIKeyRecord {
        let owner = try await CredentialOwner.of(body, change)
        let token = BearerToken<APIKeyKind>.new(named: change.name)
        change.shown["token"] = .string(token.secret.reveal())
        return APIKeyRecord(hash: TokenHash(of: token.secret), ownerID: owner.id, created: change.now)
    }

    func members(of stored: Stored<APIKeyRecord>, _ view: ResourceView) -> [String: JSONValue] {
        ["owner_id": .string(stored.document.ownerID)]
    }
}
