package import Model
internal import Secrets
package import Store

/// Finds out who calls the API.
package struct APIAuthentication: Sendable {
    private let store: any RecordStore

    package init(store: any RecordStore) {
        self.store = store
    }

    /// Whom an API key acts for; `token` is what the request carries.
    ///
    /// - Throws: `apiKeyMalformed`, `apiKeyUnknown` and their kin, which may be guesses; `apiAccountSuspended`,
    ///   `apiOwnerInactive`; `apiStoreAway`.
    package func principal(for token: Secret) async throws(Failure) -> Principal {
        guard let parsed = try? BearerToken<APIKeyKind>(parsing: token) else { throw Self.refusal(of: token) }
        guard let key = try await self.store.found(parsed.id, as: APIKeyRecord.self, in: .platform) else {
            throw try await self.refusal(unknown: token)
        }
        guard key.document.hash.matches(token), let account = key.owner else {
            throw Failure(.apiKeyUnknown, "This API key is not known here.")
        }
        try await self.check(account)
        let owner = try await Owners(store: self.store).owner(key.document.ownerID, in: account)
        guard let owner, owner.isActive else {
            throw Failure(.apiOwnerInactive, "The owner of this API key is not active.")
        }
        return Principal(
            account: account,
            owner: owner.id,
            subject: owner.subject,
            key: key.id,
            rights: owner.rights
        )
    }

    private func check(_ id: ResourceID<AccountKind>) async throws(Failure) {
        let account = try await self.store.found(id, as: AccountRecord.self, in: .platform)
        guard let account, !account.document.isSuspended else {
            throw Failure(.apiAccountSuspended, "The account of this API key may do nothing at the moment.")
        }
    }

    private static func refusal(of token: Secret) -> Failure {
        guard ResourceID<APIKeyKind>(token.reveal()) == nil else {
            return Failure(.apiKeyIsIdentifier, "This is the identifier of an API key and not its token.")
        }
        return Failure(.apiKeyMalformed, "This has not the form of an API key.")
    }

    /// What is wrong with a token of the right form that is no API key.
    private func refusal(unknown token: Secret) async throws(Failure) -> Failure {
        if let parsed = try? Authtoken(parsing: token),
            let credential = try await self.store.found(parsed.id, as: CredentialRecord.self, in: .platform),
            credential.document.hash.matches(token)
        {
            return Failure(.apiKeyIsAuthtoken, "This is an authtoken, with which agents connect.")
        }
        return Failure(.apiKeyUnknown, "This API key is not known here.")
    }
}
