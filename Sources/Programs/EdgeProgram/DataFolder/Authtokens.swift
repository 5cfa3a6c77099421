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
            let facts = [self.id.text, self.created.formatted(.iso8601), state, rules, self.description]
            return LineText.plain(facts.filter { !$0.isEmpty }.joined(separator: "  "))
        }
    }

    /// The newest first.
    package func list() async throws(Failure) -> [Entry] {
        try await self.store.all(CredentialRecord.self).map { stored in
            Entry(
                id: stored.id,
                description: stored.document.description,
                rules: stored.document.rules,
                created: stored.document.created,
                revoked: stored.document.revoked
            )
        }
    }

    /// Makes an authtoken of the first account's first user.
    ///
    /// - Parameters:
    ///   - rules: what it may bind, as `bind:*.example.com`; none for everything.
    ///   - description: for people, at most 255 bytes.
    /// - Returns: the id, and the token, which is shown now and never again.
    /// - Throws: when a rule is none, or the description too long.
    package func create(
        rules: [String],
        description: String
    ) async throws(Failure) -> (id: ResourceID<CredentialKind>, token: Secret) {
        let owner = try await People(store: self.store).member()
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
        guard let credential = ResourceID<CredentialKind>(id) else {
            throw Failure(
                .authtokenUnknown,
                "\"\(id.prefix(80))\" is no id of an authtoken; 'portico-edge authtoken list' shows them"
            )
        }
        try await self.provisioning.revoke(credential)
    }
}
