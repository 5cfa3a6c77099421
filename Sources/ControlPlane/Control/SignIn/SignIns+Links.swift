internal import Foundation
package import Model
internal import Secrets
internal import Store

/// What a link is for, as the page behind it tells.
package struct DoorLink: Sendable {
    package let email: String
    package let accountName: String
    /// Whether whoever opens it is a user of the edge already.
    package let isKnown: Bool
    /// Whether they have a password, with which they sign in to take the invitation up.
    package let hasPassword: Bool
    /// Whether it makes somebody a member, in place of giving one back their password.
    package let isInvitation: Bool
}

extension SignIns {
    /// Makes a link for a user who is there: the first of an edge, or one who forgot their password.
    ///
    /// - Returns: the token of the link.
    package func makeLink(
        for user: ResourceID<UserKind>,
        in account: ResourceID<AccountKind>,
        by maker: String = ""
    ) async throws(Failure) -> Secret {
        guard let stored = try await self.store.found(user, as: UserRecord.self, in: .platform),
            stored.document.accounts.contains(account.text)
        else { throw Failure(.memberUnknown, "The account has no such member.") }
        return try await self.make(
            DoorLinkRecord(
                hash: TokenHash(of: Secret("")),
                email: stored.document.email,
                rights: nil,
                user: user.text,
                madeBy: maker,
                created: self.now(),
                expires: self.now().addingTimeInterval(Self.linkTime)
            ),
            account
        )
    }

    func make(_ link: DoorLinkRecord, _ account: ResourceID<AccountKind>) async throws(Failure) -> Secret {
        let token = BearerToken<DoorLinkKind>.new(at: self.seconds)
        var link = link
        link.hash = TokenHash(of: token.secret)
        let record = link
        try await self.commit { () throws(StoreError) in [try .create(record, token.id, owner: account)] }
        return token.secret
    }

    /// - Throws: `doorLinkSpent`.
    package func link(_ token: Secret) async throws(Failure) -> DoorLink {
        let (stored, account) = try await self.foundLink(token)
        let user = try await self.user(email: stored.document.email)
        let login = if let user { try await self.login(of: user.id) } else { Stored<LoginRecord>?.none }
        let name = try await self.store.found(account, as: AccountRecord.self, in: .platform)?.document.name
        return DoorLink(
            email: stored.document.email,
            accountName: name ?? "",
            isKnown: user != nil,
            hasPassword: login != nil && stored.document.user == nil,
            isInvitation: stored.document.user == nil
        )
    }

    private func foundLink(
        _ token: Secret
    ) async throws(Failure) -> (Stored<DoorLinkRecord>, ResourceID<AccountKind>) {
        guard let parsed = try? BearerToken<DoorLinkKind>(parsing: token),
            let link = try await self.store.found(parsed.id, as: DoorLinkRecord.self, in: .platform),
            link.document.hash.matches(token), link.document.expires > self.now(), let account = link.owner
        else { throw Failure(.doorLinkSpent, "This link was used, was withdrawn, or has expired.") }
        return (link, account)
    }

    /// Lets in whoever has the link: sets the password that they choose, and signs them in. The link is spent.
    ///
    /// Someone who has a password gives that one, and their second factor afterwards: an invitation to another account
    /// proves nothing of who they are.
    ///
    /// - Parameters:
    ///   - token: of the link.
    ///   - name: how the user wants to be called; empty leaves what is there.
    ///   - password: a new one, or the one that the user has.
    ///   - browser: where the session begins.
    /// - Returns: what the browser keeps.
    /// - Throws: `doorLinkSpent`, `passwordUnfit`, `signInRefused`.
    package func redeem(
        _ token: Secret,
        name: String,
        password: Secret,
        from browser: Browser
    ) async throws(Failure) -> Entry {
        let (link, account) = try await self.foundLink(token)
        var user =
            try await self.user(email: link.document.email)
            ?? Stored(
                new: UserRecord(name: "", email: link.document.email, accounts: [], created: self.now()),
                .new(at: self.seconds),
                owner: nil
            )
        let login = try await self.login(of: user.id)
        let isReset = link.document.user != nil
        var writes: [RecordWrite] = []
        var wantsCode = false
        if let login, !isReset {
            let hash = login.document.password
            guard try await self.workshop.use({ () throws(Failure) in hash.matches(password) }) else {
                throw Failure(.signInRefused, "This is not the password with which you sign in.")
            }
            wantsCode = login.document.factor != nil
        } else {
            let hash = try await self.hash(password)
            wantsCode = login?.document.factor != nil
            writes.append(try self.write(hash, of: user.id, over: login))
        }
        if let rights = link.document.rights, !user.document.accounts.contains(account.text) {
            user.document.accounts.append(account.text)
            user.document.rights = (user.document.rights ?? [:]).merging([account.text: rights]) { $1 }
        }
        if !name.isEmpty { user.document.name = String(name.prefix(100)) }
        let spent = RecordWrite.delete(
            DoorLinkRecord.recordKind,
            id: link.id.text,
            in: .platform,
            revision: link.revision
        )
        do throws(StoreError) {
            writes += [try .update(user), spent]
        } catch {
            throw Failure(store: error)
        }
        // Whoever knew the old password may be the reason for a new one.
        if isReset { try await self.endSessions(of: user.id) }
        return try await self.begin(user, account, isComplete: !wantsCode, browser, with: writes)
    }

    func write(
        _ hash: PasswordHash,
        of user: ResourceID<UserKind>,
        over login: Stored<LoginRecord>?
    ) throws(Failure) -> RecordWrite {
        do throws(StoreError) {
            guard var login else {
                return try .create(
                    LoginRecord(user: user, password: hash, at: self.now()),
                    .new(at: self.seconds),
                    owner: nil
                )
            }
            login.document.password = hash
            login.document.changed = self.now()
            return try .update(login)
        } catch {
            throw Failure(store: error)
        }
    }
}
