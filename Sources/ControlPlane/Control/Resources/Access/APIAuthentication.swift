package import Foundation
package import Model
internal import Secrets
package import Store

/// Finds out who calls the API.
package struct APIAuthentication: Sendable {
    private let store: any RecordStore
    private let now: @Sendable () -> Date

    package init(store: any RecordStore, now: @escaping @Sendable () -> Date = { Date() }) {
        self.store = store
        self.now = now
    }

    /// Whose a token is, which was found good.
    private struct Proof {
        let credential: Principal.Credential
        let account: ResourceID<AccountKind>
        let ownerID: String
    }

    /// Whom an API key or a personal access token acts for; `token` is what the request carries.
    ///
    /// - Throws: `apiKeyMalformed`, `apiKeyUnknown` and their kin, which may be guesses; `apiAccountSuspended`,
    ///   `apiOwnerInactive`; `apiStoreAway`.
    package func principal(for token: Secret) async throws(Failure) -> Principal {
        guard let parsed = try? BearerToken<APIKeyKind>(parsing: token) else { throw Self.refusal(of: token) }
        var proof = try await self.apiKey(parsed)
        if proof == nil { proof = try await self.personalToken(token) }
        guard let proof else { throw try await self.refusal(unknown: token) }
        try await self.check(proof.account)
        let owner = try await Owners(store: self.store).owner(proof.ownerID, in: proof.account)
        guard let owner, owner.isActive else {
            throw Failure(.apiOwnerInactive, "The owner of this API key is not active.")
        }
        return Principal(
            account: proof.account,
            owner: owner.id,
            subject: owner.subject,
            credential: proof.credential,
            rights: owner.rights
        )
    }

    /// nil when there is no API key of this name.
    private func apiKey(_ token: BearerToken<APIKeyKind>) async throws(Failure) -> Proof? {
        guard let key = try await self.store.found(token.id, as: APIKeyRecord.self, in: .platform) else { return nil }
        guard key.document.hash.matches(token.secret), let account = key.owner else { throw Self.unknown }
        return Proof(credential: .apiKey(key.id), account: account, ownerID: key.document.ownerID)
    }

    /// nil when there is no personal access token of this name.
    private func personalToken(_ secret: Secret) async throws(Failure) -> Proof? {
        guard let parsed = try? BearerToken<PersonalAccessTokenKind>(parsing: secret),
            let token = try await self.store.found(parsed.id, as: PersonalAccessTokenRecord.self, in: .platform)
        else { return nil }
        guard token.document.hash.matches(secret), let account = token.owner else { throw Self.unknown }
        guard token.document.isGood(at: self.now()) else {
            throw Failure(.apiKeyUnknown, "This personal access token was revoked, or has expired.")
        }
        return Proof(credential: .personalToken(token.id), account: account, ownerID: token.document.owner)
    }

    private func check(_ id: ResourceID<AccountKind>) async throws(Failure) {
        let account = try await self.store.found(id, as: AccountRecord.self, in: .platform)
        guard let account, !account.document.isSuspended else {
            throw Failure(.apiAccountSuspended, "The account of this API key may do nothing at the moment.")
        }
    }

    private static let unknown = Failure(.apiKeyUnknown, "This API key is not known here.")

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
        return Self.unknown
    }
}
