package import Foundation
package import Model
internal import Secrets
package import Store

/// Makes API keys in a store, from a terminal: no edge need run.
package struct APIKeyProvisioning: Sendable {
    private let store: any RecordStore
    private let now: @Sendable () -> Date

    package init(store: any RecordStore, now: @escaping @Sendable () -> Date = { Date() }) {
        self.store = store
        self.now = now
    }

    /// An API key that was just made.
    package struct NewKey: Sendable {
        package let id: ResourceID<APIKeyKind>
        /// Shown now and never again: only its hash is kept.
        package let token: Secret
    }

    /// Makes an API key of `user` in `account`.
    ///
    /// - Throws: `ownerUnknown` when the user is no member of the account.
    package func create(
        account: ResourceID<AccountKind>,
        user: ResourceID<UserKind>,
        description: String = ""
    ) async throws(Failure) -> NewKey {
        guard description.utf8.count <= 255 else {
            throw Failure(.credentialDescriptionLong, "The description has more than 255 bytes.")
        }
        guard try await Owners(store: self.store).owner(user.text, in: account) != nil else {
            throw Failure(.ownerUnknown, "The account has no member \(user).")
        }
        let now = self.now()
        let token = BearerToken<APIKeyKind>.new(at: Int64(now.timeIntervalSince1970))
        let record = APIKeyRecord(
            hash: TokenHash(of: token.secret),
            ownerID: user.text,
            created: now,
            description: description
        )
        do throws(StoreError) {
            try await self.store.commit([.create(record, token.id, owner: account)])
        } catch {
            throw Failure(store: error)
        }
        return NewKey(id: token.id, token: token.secret)
    }
}
