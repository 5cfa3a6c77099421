package import Model
internal import Secrets
internal import Store

extension Control {
    /// The value of a secret of an account, by the names of vault and secret (`secrets.get` of policies).
    ///
    /// - Throws: `secretVaultNameUnknown` or `secretUnknown` when the account has no such thing, `secretSealed` when it
    ///   does not open, `apiStoreAway` when the database does not answer.
    package nonisolated func secret(
        account: ResourceID<AccountKind>,
        vault: String,
        name: String
    ) async throws(Failure) -> Secret {
        let scope = Scope.account(account)
        let key = VaultRecord.key(vault, in: account.text)
        guard let found = try await self.store.found(VaultRecord.self, "name", key, in: scope) else {
            throw Failure(.secretVaultNameUnknown, "The account has no vault \"\(vault.prefix(255))\".")
        }
        let secretKey = VaultSecretRecord.key(name, in: found.id.text)
        guard let secret = try await self.store.found(VaultSecretRecord.self, "name", secretKey, in: scope) else {
            throw Failure(.secretUnknown, "The vault \"\(vault.prefix(255))\" has no secret \"\(name.prefix(255))\".")
        }
        return try VaultSecretRules.value(of: secret, self.keys)
    }
}
