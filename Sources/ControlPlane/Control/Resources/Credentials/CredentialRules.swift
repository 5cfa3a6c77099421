import APITypes
import JSON
import Model
import Secrets
import Store

/// Authtokens (`spec/api.md` 4.1). Whoever follows the store's changes ends the sessions of those that are deleted.
struct CredentialRules: ResourceRules {
    static let shape = ResourceShape.credentials

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> CredentialRecord {
        guard body.filledText("precomputed_token") == nil else {
            throw Failure(.tokenPrecomputed, "A token cannot be brought along.")
        }
        let rules = body.texts("acl") ?? []
        _ = try AccessRules(rules)
        let owner = try await CredentialOwner.of(body, change)
        let token = Authtoken.new(named: change.name)
        change.shown["token"] = .string(token.secret.reveal())
        return CredentialRecord(
            hash: TokenHash(of: token.secret),
            ownerID: owner.id,
            rules: rules,
            created: change.now
        )
    }

    func update(_ document: inout CredentialRecord, _ body: CheckedBody, _ change: inout Change) throws(Failure) {
        guard let rules = body.texts("acl") else { return }
        _ = try AccessRules(rules)
        document.rules = rules
    }

    func members(of stored: Stored<CredentialRecord>, _ view: ResourceView) -> [String: JSONValue] {
        ["acl": .texts(stored.document.rules), "owner_id": .string(stored.document.user)]
    }
}
