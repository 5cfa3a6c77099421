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
        change.seals(of: VaultSecretRecord.self).seal(Secret(value), as: Self.member(vault))
    }

    /// The value of a secret.
    ///
    /// - Throws: `secretSealed` when no key of the edge sealed it, `sealForged` when it is another's.
    static func value(of stored: Stored<VaultSecretRecord>, _ keys: SealingKeyring) throws(Failure) -> Secret {
        let secret = stored.document
        do throws(SealError) {
            return try stored.seals(keys).open(secret.sealed, as: Self.member(secret.vault))
        } catch {
            throw Failure(error, .secretSealed, "The secret \"\(secret.name)\"")
        }
    }

    /// The vault too: a secret that is put into another vault does not open there.
    fileprivate static func member(_ vault: String) -> String { "sealed in \(vault)" }

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
    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        let member = VaultSecretRules.member(self.vault)
        let unbound = SealPurpose("secret of \(self.vault)")
        guard let sealed = try seals.resealed(self.sealed, as: member, unbound: unbound) else { return false }
        self.sealed = sealed
        return true
    }
}
