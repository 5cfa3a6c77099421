package import Foundation
package import Model
internal import Secrets
package import Store

/// Makes accounts, users and authtokens in a store, from a terminal: no edge need run.
package struct Provisioning: Sendable {
    private let store: any RecordStore
    private let now: @Sendable () -> Date

    package init(store: any RecordStore, now: @escaping @Sendable () -> Date = { Date() }) {
        self.store = store
        self.now = now
    }

    /// What the first start of an edge makes.
    package struct FirstAccount: Sendable {
        package let account: ResourceID<AccountKind>
        package let user: ResourceID<UserKind>
        package let authtoken: NewAuthtoken
    }

    /// An authtoken that was just made.
    package struct NewAuthtoken: Sendable {
        package let credential: ResourceID<CredentialKind>
        /// Shown now and never again: only its hash is kept.
        package let token: Secret
    }

    /// Makes the first account, its first user and an authtoken of theirs that may bind everything.
    ///
    /// - Throws: `.dataFolderInUse` when there is an account already.
    package func createFirstAccount(
        named name: String,
        user userName: String,
        email: String
    ) async throws(Failure) -> FirstAccount {
        let account = ResourceID<AccountKind>.new(at: self.seconds)
        let user = ResourceID<UserKind>.new(at: self.seconds)
        let token = Authtoken.new(at: self.seconds)
        let now = self.now()
        try await self.stored { () throws(StoreError) in
            guard try await self.store.list(AccountRecord.self, in: .platform, Page(limit: 1)).isEmpty else {
                throw .conflict(.zero)
            }
            try await self.store.commit([
                .create(AccountRecord(name: name, created: now), account, owner: account),
                .create(UserRecord(name: userName, email: email, accounts: [account], created: now), user, owner: nil),
                .create(
                    CredentialRecord(
                        hash: TokenHash(of: token.secret),
                        user: user,
                        rules: [],
                        description: "made with the edge",
                        created: now
                    ),
                    token.credential,
                    owner: account
                ),
            ])
        } onConflict: {
            Failure(.dataFolderInUse, "There is an account already.")
        }
        return FirstAccount(
            account: account,
            user: user,
            authtoken: NewAuthtoken(credential: token.credential, token: token.secret)
        )
    }

    /// Makes an authtoken of `user` in `account`.
    ///
    /// `rules` are those of `AccessRules`; none for everything. The description has 255 bytes at most.
    ///
    /// - Throws: when a rule is none, the account or the user is not there, or the user is no member.
    package func createAuthtoken(
        account: ResourceID<AccountKind>,
        user: ResourceID<UserKind>,
        rules: [String] = [],
        description: String = ""
    ) async throws(Failure) -> NewAuthtoken {
        _ = try AccessRules(rules)
        guard description.utf8.count <= 255 else {
            throw Failure(.metadataTooLong, "The description has more than 255 bytes.")
        }
        let token = Authtoken.new(at: self.seconds)
        let record = CredentialRecord(
            hash: TokenHash(of: token.secret),
            user: user,
            rules: rules,
            description: description,
            created: self.now()
        )
        try await self.stored { () throws(StoreError) in
            let member = try await self.store.get(user, as: UserRecord.self, in: .platform)
            guard member.document.accounts.contains(account.text) else { throw .notFound }
            try await self.store.commit([.create(record, token.credential, owner: account)])
        } onConflict: {
            Failure(.storeUnusable, "The authtoken's id is in use.")
        }
        return NewAuthtoken(credential: token.credential, token: token.secret)
    }

    /// Revokes an authtoken. An edge that runs ends its sessions within seconds.
    package func revoke(
        _ credential: ResourceID<CredentialKind>,
        in scope: Scope = .platform
    ) async throws(Failure) {
        try await self.stored { () throws(StoreError) in
            var stored = try await self.store.get(credential, as: CredentialRecord.self, in: scope)
            guard stored.document.revoked == nil else { return }
            stored.document.revoked = self.now()
            try await self.store.commit([.update(stored)])
        } onConflict: {
            Failure(.storeUnusable, "Someone else changed the authtoken at the same moment.")
        }
    }

    private var seconds: Int64 { Int64(self.now().timeIntervalSince1970) }

    /// Runs `body`, and says as a failure what the store could not do.
    private func stored(
        _ body: () async throws(StoreError) -> Void,
        onConflict conflict: () -> Failure
    ) async throws(Failure) {
        do throws(StoreError) {
            try await body()
        } catch {
            switch error {
            case .conflict, .duplicateKey: throw conflict()
            case .notFound: throw Failure(.authtokenUnknown, "There is no such authtoken, user or account.")
            case .unavailable:
                throw Failure(.storeUnavailable, "The database does not answer.", detail: "\(error)", cause: error)
            case .forgotten, .refused, .unreadable:
                throw Failure(.storeUnusable, "The database did not do it.", detail: "\(error)", cause: error)
            }
        }
    }
}
