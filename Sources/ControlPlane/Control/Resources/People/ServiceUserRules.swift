import APITypes
import JSON
import Model
import Store

/// Service users (`spec/api.md` 4.4). One that is deleted takes all of its credentials with it.
struct ServiceUserRules: ResourceRules {
    static let shape = ResourceShape.serviceUsers

    func make(_ body: CheckedBody, _ change: inout Change) -> ServiceUserRecord {
        ServiceUserRecord(
            name: body.text("name") ?? "",
            isActive: body.flag("active") ?? true,
            created: change.now,
            account: change.account.text
        )
    }

    func update(_ document: inout ServiceUserRecord, _ body: CheckedBody, _ change: inout Change) throws(Failure) {
        if let name = body.text("name") {
            guard !name.isEmpty else { throw Failure(.serviceUserNameMissing, "The name cannot be taken away.") }
            document.name = name
        }
        document.isActive = body.flag("active") ?? document.isActive
    }

    func willDelete(_ stored: Stored<ServiceUserRecord>, _ change: inout Change) async throws(Failure) {
        let store = change.context.store
        for key in try await store.all(APIKeyRecord.self, in: change.caller.scope)
        where key.document.ownerID == stored.id.text {
            change.delete(key)
        }
        for key in try await store.all(SSHCredentialRecord.self, in: change.caller.scope)
        where key.document.ownerID == stored.id.text {
            change.delete(key)
        }
        for credential in try await store.all(CredentialRecord.self, in: change.caller.scope)
        where credential.document.user == stored.id.text {
            change.delete(credential)
        }
    }

    func members(of stored: Stored<ServiceUserRecord>, _ view: ResourceView) -> [String: JSONValue] {
        ["name": .string(stored.document.name), "active": .bool(stored.document.isActive)]
    }

    func duplicate(_ key: String, _ document: ServiceUserRecord, _ change: Change) -> Failure? {
        Failure(.serviceUserNameTaken, "There is a service user \"\(document.name)\" already.")
    }
}
