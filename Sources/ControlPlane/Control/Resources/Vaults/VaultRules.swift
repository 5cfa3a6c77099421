import APITypes
import JSON
import Model
import Store

/// Vaults (`spec/api.md` 5.1). One that holds secrets cannot be deleted.
struct VaultRules: ResourceRules {
    static let shape = ResourceShape.vaults

    func make(_ body: CheckedBody, _ change: inout Change) throws(Failure) -> VaultRecord {
        let creator = change.caller.principal.owner.id
        return VaultRecord(
            name: try Self.checkedName(body.text("name") ?? ""),
            created: change.now,
            updated: change.now,
            creator: creator,
            editor: creator,
            account: change.account.text
        )
    }

    func update(_ document: inout VaultRecord, _ body: CheckedBody, _ change: inout Change) throws(Failure) {
        if let name = body.text("name") { document.name = try Self.checkedName(name) }
        document.updated = change.now
        document.editor = change.caller.principal.owner.id
    }

    func willDelete(_ stored: Stored<VaultRecord>, _ change: inout Change) async throws(Failure) {
        let secrets = try await change.context.store.all(VaultSecretRecord.self, in: change.caller.scope)
        let count = secrets.count { $0.document.vault == stored.id.text }
        guard count == 0 else {
            throw Failure(.vaultNotEmpty, "The vault \"\(stored.document.name)\" holds \(count) secrets.")
        }
    }

    func list(
        _ call: OperationCall,
        in stored: Stored<VaultRecord>,
        _ query: ListQuery,
        _ view: ResourceView
    ) async throws(Failure) -> ListPage {
        let secrets = StoredResource(rules: VaultSecretRules(), context: view.context)
        return try await secrets.list(query, by: view.caller) { $0.vault == stored.id.text }
    }

    func members(of stored: Stored<VaultRecord>, _ view: ResourceView) -> [String: JSONValue] {
        let vault = stored.document
        return [
            "name": .string(vault.name), "updated_at": .time(vault.updated), "created_by": .string(vault.creator),
            "last_updated_by": .string(vault.editor),
        ]
    }

    func duplicate(_ key: String, _ document: VaultRecord, _ change: Change) -> Failure? {
        Failure(.vaultNameTaken, "There is a vault \"\(document.name)\" already.")
    }

    private static func checkedName(_ name: String) throws(Failure) -> String {
        guard !name.isEmpty else { throw Failure(.vaultNameMissing, "The name is empty.") }
        guard VaultNames.isGood(name) else {
            throw Failure(.vaultName, "\"\(name)\" is no name of a vault.")
        }
        return name
    }
}

/// The names of vaults and of secrets.
enum VaultNames {
    /// Whether all of its bytes may stand in a name.
    static func isGood(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & ~0x20) || "_/.-".utf8.contains(byte)
        }
    }
}
