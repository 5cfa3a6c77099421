import APITypes
import JSON
import Model
import Secrets
import Store

/// Secrets of vaults (`spec/api.md` 5.2). Their values are sealed before they reach the store.
struct VaultSecretRules: ResourceRules {
    static let shape = ResourceShape.vaultSecrets

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> VaultSecretRecord {
        let name = try Self.checkedName(body.text("name") ?? "")
        let vault = try await Self.vault(body, change)
        // A secret must not outlive a vault that is deleted at the same moment.
        try change.rely(on: vault)
        let creator = change.caller.principal.owner.id
        return VaultSecretRecord(
            vault: vault.id.text,
            name: name,
            sealed: Self.sealed(body.text("value") ?? "", in: vault.id.text, change),
            created: change.now,
            updated: change.now,
            creator: creator,
            editor: creator
        )
    }

    func update(_ document: inout VaultSecretRecord, _ body: CheckedBody, _ change: inout Change) throws(Failure) {
        if let name = body.text("name") { document.name = try Self.checkedName(name) }
        if let value = body.text("value") {
            guard !value.isEmpty else { throw Failure(.secretValueMissing, "The value is empty.") }
            document.sealed = Self.sealed(value, in: document.vault, change)
        }
        document.updated = change.now
        document.editor = change.caller.principal.owner.id
    }

    func members(
        of stored: Stored<VaultSecretRecord>,
        _ view: ResourceView
    ) async throws(Failure) -> [String: JSONValue] {
        let secret = stored.document
        let vault = try await view.find(secret.vault, as: VaultRecord.self)
        return [
            "name": .string(secret.name),
            "updated_at": .time(secret.updated),
            "vault": view.reference(to: secret.vault, .vaults),
            "vault_name": .string(vault?.document.name ?? ""),
            "created_by": view.reference(toUser: secret.creator),
            "last_updated_by": view.reference(toUser: secret.editor),
        ]
    }

    func duplicate(_ key: String, _ document: VaultSecretRecord, _ change: Change) -> Failure? {
        Failure(.secretNameTaken, "The vault has a secret \"\(document.name)\" already.")
    }

    // MARK: - Values

    private static func sealed(_ value: String, in vault: String, _ change: Change) -> String {
        change.context.keys.seal(Array(value.utf8), for: Self.purpose(vault))
    }

    /// The value of a secret.
    ///
    /// - Throws: `secretSealed` when no key of the edge sealed it.
    static func value(of secret: VaultSecretRecord, _ keys: SealingKeyring) throws(Failure) -> Secret {
        do throws(SealError) {
            return Secret(
                String(decoding: try keys.open(secret.sealed, for: Self.purpose(secret.vault)), as: UTF8.self)
            )
        } catch {
            throw Failure(.secretSealed, "The secret \"\(secret.name)\" does not open.", cause: error)
        }
    }

    /// A value that was sealed for one vault does not open in another.
    fileprivate static func purpose(_ vault: String) -> SealPurpose { SealPurpose("secret of \(vault)") }

    // MARK: - Names

    private static func checkedName(_ name: String) throws(Failure) -> String {
        guard !name.isEmpty else { throw Failure(.secretNameMissing, "The name is empty.") }
        guard VaultNames.isGood(name) else {
            throw Failure(.secretName, "\"\(name)\" is no name of a secret.")
        }
        return name
    }

    /// The vault that the request names by its identifier, by its name, or by both.
    private static func vault(_ body: CheckedBody, _ change: Change) async throws(Failure) -> Stored<VaultRecord> {
        let name = body.filledText("vault_name")
        if let id = body.filledText("vault_id") {
            guard let vault = try await change.find(id, as: VaultRecord.self),
                name ?? vault.document.name == vault.document.name
            else { throw Failure(.secretVaultUnknown, "The account has no vault \"\(id.prefix(64))\".") }
            return vault
        }
        guard let name else { throw Failure(.secretVaultMissing, "Neither vault_id nor vault_name is given.") }
        let key = VaultRecord.key(name, in: change.account.text)
        let vault = try await change.context.store.found(VaultRecord.self, "name", key, in: change.caller.scope)
        guard let vault else {
            throw Failure(.secretVaultNameUnknown, "The account has no vault \"\(name.prefix(255))\".")
        }
        return vault
    }
}

extension VaultSecretRecord: SealedDocument {
    mutating func reseal(_ keys: SealingKeyring, of id: String) throws(SealError) -> Bool {
        guard let sealed = try keys.resealed(self.sealed, for: VaultSecretRules.purpose(self.vault)) else {
            return false
        }
        self.sealed = sealed
        return true
    }
}
