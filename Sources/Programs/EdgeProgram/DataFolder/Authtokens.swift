import Control
package import Foundation
package import Model
import Store

/// The authtokens of an edge, as its operator sees them at a terminal. The edge may run meanwhile.
package struct Authtokens: Sendable {
    private let store: any RecordStore
    private let provisioning: Provisioning

    /// - Throws: `dataFolderMissing` when `portico-edge init` was not run.
    package init(_ location: StoreLocation) async throws(Failure) {
        self.store = try await location.open()
        self.provisioning = Provisioning(store: self.store)
    }

    /// An authtoken as it is listed: without its secret, which nobody has.
    package struct Entry: Sendable {
        package let id: ResourceID<CredentialKind>
        let account: ResourceID<AccountKind>?
        /// The user or service user who answers for what is done with it.
        let owner: String
        package let description: String
        /// What it may bind; empty for everything.
        package let rules: [String]
        package let created: Date
        /// nil while it is good.
        package let revoked: Date?

        /// The entry on one line, for a terminal.
        package var line: String {
            let state = self.revoked.map { "revoked \($0.formatted(.iso8601))" } ?? "good"
            let rules = self.rules.isEmpty ? "everything" : self.rules.joined(separator: ",")
            let facts = [
                self.id.text, self.created.formatted(.iso8601), state, rules, self.account?.text ?? "", self.owner,
                self.description,
            ]
            return LineText.plain(facts.filter { !$0.isEmpty }.joined(separator: "  "))
        }
    }

    /// The authtokens of an account, or of all where it is nil, the newest first. Throws `accountUnknown`.
    package func list(accountID: String? = nil) async throws(Failure) -> [Entry] {
        let account = try await self.account(accountID)
        return try await self.store.all(CredentialRecord.self).filter { account == nil || $0.owner == account }.map {
            stored in
            Entry(
                id: stored.id,
                account: stored.owner,
                owner: stored.document.user,
                description: stored.document.description,
                rules: stored.document.rules,
                created: stored.document.created,
                revoked: stored.document.revoked
            )
        }
    }

    private func account(_ id: String?) async throws(Failure) -> ResourceID<AccountKind>? {
        guard let id else { return nil }
        return try await People(store: self.store).account(id)
    }

    /// Makes an authtoken.
    ///
    /// - Parameters:
    ///   - email: whose; nil for the account's first user.
    ///   - accountID: in which account; nil for the user's first, or the edge's where no user is named.
    ///   - rules: what it may bind, as `bind:*.example.com`; none for everything.
    ///   - description: for people, at most 255 bytes.
    /// - Returns: the id, and the token, which is shown now and never again.
    /// - Throws: when there is no such user or account, a rule is none, or the description too long.
    package func create(
        email: String? = nil,
        accountID: String? = nil,
        rules: [String],
        description: String
    ) async throws(Failure) -> (id: ResourceID<CredentialKind>, token: Secret) {
        let owner = try await People(store: self.store).member(email: email, accountID: accountID)
        let new = try await self.provisioning.createAuthtoken(
            account: owner.account,
            user: owner.user,
            rules: rules,
            description: description
        )
        return (new.credential, new.token)
    }

    /// Ends what was started with it within seconds, where an edge runs.
    ///
    /// - Throws: when `id` is none, or of no authtoken.
    package func revoke(_ id: String) async throws(Failure) {
        try await self.provisioning.revoke(Self.credential(id))
    }

    /// Ends what was started with it, as revoking does, and forgets it.
    ///
    /// - Throws: when `id` is none, or of no authtoken.
    package func delete(_ id: String) async throws(Failure) {
        let credential = try Self.credential(id)
        do throws(StoreError) {
            try await self.store.commit([
                .delete(CredentialRecord.recordKind, id: credential.text, in: .platform, revision: nil)
            ])
        } catch .notFound {
            throw Failure(.authtokenUnknown, "There is no authtoken \(credential)")
        } catch {
            throw Failure(error)
        }
    }

    private static func credential(_ id: String) throws(Failure) -> ResourceID<CredentialKind> {
        guard let credential = ResourceID<CredentialKind>(id) else {
            throw Failure(
                .authtokenUnknown,
                "\"\(id.prefix(80))\" is no id of an authtoken; 'portico-edge token list' shows them"
            )
        }
        return credential
    }
}
