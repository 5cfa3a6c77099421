import Control
import Foundation
package import Model
import Store

/// The API keys of an edge, as its operator sees them at a terminal. The edge may run meanwhile.
package struct APIKeys: Sendable {
    private let store: any RecordStore

    /// - Throws: `dataFolderMissing` when `portico-edge init` was not run.
    package init(_ location: StoreLocation) async throws(Failure) {
        self.store = try await location.open()
    }

    /// Makes an API key.
    ///
    /// - Parameters:
    ///   - email: whose; nil for the account's first user.
    ///   - accountID: in which account; nil for the user's first, or the edge's where no user is named.
    ///   - description: for people, at most 255 bytes.
    /// - Returns: the id, and the token, which is shown now and never again.
    /// - Throws: when there is no such user or account, or the description is too long.
    package func create(
        email: String?,
        accountID: String?,
        description: String
    ) async throws(Failure) -> (id: ResourceID<APIKeyKind>, token: Secret) {
        let owner = try await People(store: self.store).member(email: email, accountID: accountID)
        let new = try await APIKeyProvisioning(store: self.store).create(
            account: owner.account,
            user: owner.user,
            description: description
        )
        return (new.id, new.token)
    }

    /// One line for each, the newest first.
    package func lines() async throws(Failure) -> [String] {
        try await self.store.all(APIKeyRecord.self).map { key in
            let facts = [
                key.id.text, key.document.created.formatted(.iso8601), key.owner?.text ?? "", key.document.ownerID,
                key.document.description,
            ]
            return LineText.plain(facts.filter { !$0.isEmpty }.joined(separator: "  "))
        }
    }

    /// From now on the key is good for nothing.
    ///
    /// - Throws: `apiKeyGone` when `id` is none, or of no key.
    package func delete(_ id: String) async throws(Failure) {
        guard let key = ResourceID<APIKeyKind>(id) else {
            throw Failure(.apiKeyGone, "\"\(id.prefix(80))\" is no id of an API key")
        }
        do throws(StoreError) {
            try await self.store.commit([.delete(APIKeyRecord.recordKind, id: key.text, in: .platform, revision: nil)])
        } catch .notFound {
            throw Failure(.apiKeyGone, "There is no API key \(key)")
        } catch {
            throw Failure(error)
        }
    }
}
