package import Foundation
package import Model
internal import Secrets
internal import Store

/// A browser that is signed in, as a page asks for it.
package struct DashboardSession: Sendable {
    package let id: ResourceID<DashboardSessionKind>
    package let user: ResourceID<UserKind>
    package let email: String
    /// The e-mail address where the user has given no name.
    package let name: String
    package let accountName: String
    package let principal: Principal
    /// The other accounts of the user, in which they may do something.
    package let otherAccounts: [OtherAccount]
    /// Whether single keys do nothing on pages.
    package let restsKeys: Bool

    package struct OtherAccount: Sendable {
        package let id: ResourceID<AccountKind>
        package let name: String
    }
}

/// A session as its user is shown it.
package struct SessionFacts: Sendable {
    package let id: ResourceID<DashboardSessionKind>
    package let account: ResourceID<AccountKind>
    package let browser: String
    package let address: String
    package let created: Date
    package let lastActive: Date
}

extension SignIns {
    /// Whose a session is.
    ///
    /// - Throws: `signedOut`; `apiAccountSuspended`.
    package func session(_ token: Secret) async throws(Failure) -> DashboardSession {
        let session = try await self.found(token)
        guard session.document.isComplete, let account = session.owner,
            let userID = ResourceID<UserKind>(session.document.user),
            let user = try await self.store.found(userID, as: UserRecord.self, in: .platform),
            user.document.accounts.contains(account.text), !user.document.isDisabled(in: account)
        else { throw Failure(.signedOut, "The session has ended.") }
        guard let tenant = try await self.store.found(account, as: AccountRecord.self, in: .platform),
            !tenant.document.isSuspended
        else { throw Failure(.apiAccountSuspended, "The account may do nothing at the moment.") }
        await self.noteUse(of: session)
        let login = try await self.login(of: user.id)
        var others: [DashboardSession.OtherAccount] = []
        for id in user.document.accountIDs where id != account && !user.document.isDisabled(in: id) {
            let other = try await self.store.found(id, as: AccountRecord.self, in: .platform)
            if let other { others.append(.init(id: id, name: other.document.name)) }
        }
        return DashboardSession(
            id: session.id,
            user: user.id,
            email: user.document.email,
            name: user.document.name.isEmpty ? user.document.email : user.document.name,
            accountName: tenant.document.name,
            principal: Principal(
                account: account,
                owner: .user(user.id),
                subject: user.document.email,
                credential: .dashboard(session.id),
                rights: user.document.rights(in: account)
            ),
            otherAccounts: others,
            restsKeys: login?.document.restsKeys ?? false
        )
    }

    private func noteUse(of session: Stored<DashboardSessionRecord>) async {
        guard self.now().timeIntervalSince(session.document.lastActive) >= Self.activityStep else { return }
        var session = session
        session.document.lastActive = self.now()
        guard let write = try? RecordWrite.update(session) else { return }
        // Someone else noted it, or the store is away: the next page tries again.
        _ = try? await self.store.commit([write])
    }

    /// Goes on in another account of the user; the browser keeps a new token.
    package func change(_ token: Secret, to account: ResourceID<AccountKind>) async throws(Failure) -> Secret {
        let session = try await self.found(token)
        guard session.document.isComplete, let user = ResourceID<UserKind>(session.document.user),
            let stored = try await self.store.found(user, as: UserRecord.self, in: .platform),
            stored.document.accounts.contains(account.text), !stored.document.isDisabled(in: account)
        else { throw Failure(.memberUnknown, "You are no member of this account.") }
        let new = BearerToken<DashboardSessionKind>.new(at: self.seconds)
        var document = session.document
        document.hash = TokenHash(of: new.secret)
        let moved = document
        try await self.commit { () throws(StoreError) in
            [
                try .create(moved, new.id, owner: account),
                .delete(DashboardSessionRecord.recordKind, id: session.id.text, in: .platform, revision: nil),
            ]
        }
        return new.secret
    }

    /// Ends a session; one that has ended stays so.
    package func end(_ token: Secret) async throws(Failure) {
        guard let session = try? await self.found(token) else { return }
        try await self.end([session.id])
    }

    /// Those of a user, in all accounts, the last used first.
    package func sessions(of user: ResourceID<UserKind>) async throws(Failure) -> [SessionFacts] {
        guard let stored = try await self.store.found(user, as: UserRecord.self, in: .platform) else { return [] }
        var found: [SessionFacts] = []
        for account in stored.document.accountIDs {
            for session in try await self.store.all(DashboardSessionRecord.self, in: .account(account))
            where session.document.user == user.text && session.document.isComplete && self.isGood(session.document) {
                found.append(
                    SessionFacts(
                        id: session.id,
                        account: account,
                        browser: session.document.browser,
                        address: session.document.address,
                        created: session.document.created,
                        lastActive: session.document.lastActive
                    )
                )
            }
        }
        return found.sorted { $0.lastActive > $1.lastActive }
    }

    /// Ends one of a user's sessions.
    ///
    /// - Throws: `memberUnknown` where it is none of theirs.
    package func end(
        _ id: String,
        of user: ResourceID<UserKind>
    ) async throws(Failure) {
        guard let one = try await self.sessions(of: user).first(where: { $0.id.text == id }) else {
            throw Failure(.memberUnknown, "There is no such session of yours.")
        }
        try await self.end([one.id])
    }

    /// Ends all sessions of a user but one.
    package func endSessions(
        of user: ResourceID<UserKind>,
        in account: ResourceID<AccountKind>? = nil,
        but kept: ResourceID<DashboardSessionKind>? = nil
    ) async throws(Failure) {
        let all = try await self.sessions(of: user)
        try await self.end(all.filter { $0.id != kept && (account == nil || $0.account == account) }.map(\.id))
    }

    private func end(_ ids: [ResourceID<DashboardSessionKind>]) async throws(Failure) {
        for id in ids {
            do throws(StoreError) {
                try await self.store.commit([
                    .delete(DashboardSessionRecord.recordKind, id: id.text, in: .platform, revision: nil)
                ])
            } catch .notFound {
                continue
            } catch {
                throw Failure(store: error)
            }
        }
    }
}
