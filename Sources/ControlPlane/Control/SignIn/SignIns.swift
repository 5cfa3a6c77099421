package import Addressing
internal import Foundation
package import Model
package import Secrets
package import Store

/// Who comes in at the dashboard: passwords, second factors, sessions and links (`spec/identity.md` 2).
///
/// Guesses are bounded by who asks it: a limit of attempts stands in front, and a password takes the one thread that
/// hashes some tenths of a second.
package struct SignIns: Sendable {
    static let idleTime: TimeInterval = 24 * 3600
    static let longestTime: TimeInterval = 14 * 24 * 3600
    /// For the code of the second factor.
    static let patience: TimeInterval = 300
    static let linkTime: TimeInterval = 72 * 3600
    static let sessionsPerUser = 32
    static let passwordLength = 10...256
    /// A session's last use is written when it has changed by so much.
    static let activityStep: TimeInterval = 300

    let store: any RecordStore
    let keys: SealingKeyring
    let workshop: KeyWorkshop
    let now: @Sendable () -> Date

    /// Where a browser is, and what it says it is.
    package struct Browser: Sendable {
        let address: String
        let name: String

        /// What it says of itself is kept as long as its session, and no longer than this.
        package init(address: IPAddress?, userAgent: String) {
            self.address = address.map { "\($0)" } ?? ""
            self.name = String(String.UnicodeScalarView(userAgent.unicodeScalars.prefix(200)))
        }
    }

    /// What came of a right password, or of a link.
    package struct Entry: Sendable {
        /// What the browser keeps.
        package let token: Secret
        /// Whether the code of the second factor is wanted before anything else.
        package let wantsCode: Bool
    }

    init(store: any RecordStore, keys: SealingKeyring, workshop: KeyWorkshop, now: @escaping @Sendable () -> Date) {
        self.store = store
        self.keys = keys
        self.workshop = workshop
        self.now = now
    }

    /// From a terminal: no edge need run.
    package init(store: any RecordStore, keys: SealingKeyring) {
        self.init(store: store, keys: keys, workshop: KeyWorkshop(), now: { Date() })
    }

    // MARK: - Coming in

    /// Takes an e-mail address and a password.
    ///
    /// - Throws: `signInRefused`, in the same time whether there is such a user or not.
    package func enter(email: String, password: Secret, from browser: Browser) async throws(Failure) -> Entry {
        let user = try await self.user(email: email)
        var login: Stored<LoginRecord>?
        if let user { login = try await self.login(of: user.id) }
        let hash = login?.document.password ?? Self.nobody
        let isRight = try await self.workshop.use { () throws(Failure) in hash.matches(password) }
        guard isRight, let user, let login, let account = user.document.firstOpenAccount else {
            throw Failure(.signInRefused, "This e-mail address and password do not belong together.")
        }
        return try await self.begin(user, account, isComplete: login.document.factor == nil, browser)
    }

    /// Takes a code of the second factor, or one of the recovery codes, which is used up.
    ///
    /// - Throws: `secondFactorWrong`, `signedOut`.
    package func complete(_ token: Secret, code: Secret) async throws(Failure) -> Secret {
        var session = try await self.found(token)
        guard !session.document.isComplete, let user = ResourceID<UserKind>(session.document.user),
            var login = try await self.login(of: user), let account = session.owner
        else { throw Failure(.signedOut, "There is no sign-in that waits for a code.") }
        try self.take(code, &login.document)
        // The cookie of someone half in is worth nothing afterwards.
        let new = BearerToken<DashboardSessionKind>.new(at: self.seconds)
        session.document.hash = TokenHash(of: new.secret)
        session.document.isComplete = true
        session.document.expires = self.now().addingTimeInterval(Self.longestTime)
        session.document.lastActive = self.now()
        let (old, document) = (session, session.document)
        try await self.commit { () throws(StoreError) in
            [
                try .update(login), try .create(document, new.id, owner: account),
                .delete(DashboardSessionRecord.recordKind, id: old.id.text, in: .platform, revision: nil),
            ]
        }
        return new.secret
    }

    /// - Throws: `secondFactorWrong` where it is neither a code of now nor a recovery code that is left.
    func take(_ code: Secret, _ login: inout LoginRecord) throws(Failure) {
        let text = code.reveal().filter { !$0.isWhitespace && $0 != "-" }
        if let factor = self.factor(login.factor, of: login.user),
            let step = factor.step(of: Secret(text), at: self.seconds, after: login.lastStep)
        {
            login.lastStep = step
            return
        }
        guard let index = login.recoveryCodes.firstIndex(where: { $0.matches(Secret(text.lowercased())) }) else {
            throw Failure(.secondFactorWrong, "This is neither the code of now nor a recovery code that is left.")
        }
        login.recoveryCodes.remove(at: index)
    }

    func factor(_ sealed: String?, of user: String) -> OneTimeCode? {
        // Without the key that sealed it no code is good; a recovery code still is.
        guard let sealed, let bytes = try? self.keys.open(sealed, for: LoginRecord.purpose(user)) else { return nil }
        return OneTimeCode(secret: bytes)
    }

    func begin(
        _ user: Stored<UserRecord>,
        _ account: ResourceID<AccountKind>,
        isComplete: Bool,
        _ browser: Browser,
        with others: [RecordWrite] = []
    ) async throws(Failure) -> Entry {
        let token = BearerToken<DashboardSessionKind>.new(at: self.seconds)
        let now = self.now()
        let session = DashboardSessionRecord(
            hash: TokenHash(of: token.secret),
            user: user.id.text,
            isComplete: isComplete,
            browser: browser.name,
            address: browser.address,
            created: now,
            lastActive: now,
            expires: now.addingTimeInterval(isComplete ? Self.longestTime : Self.patience)
        )
        let over = try await self.surplus(of: user.id, in: account)
        try await self.commit { () throws(StoreError) in
            others + [try .create(session, token.id, owner: account)] + over
        }
        return Entry(token: token.secret, wantsCode: !isComplete)
    }

    /// What ends when a session more begins: those that are over, and the oldest of very many.
    private func surplus(
        of user: ResourceID<UserKind>,
        in account: ResourceID<AccountKind>
    ) async throws(Failure) -> [RecordWrite] {
        let all = try await self.store.all(DashboardSessionRecord.self, in: .account(account))
        let over = all.filter { !self.isGood($0.document) }
        let own = all.filter { self.isGood($0.document) && $0.document.user == user.text }
        return (over + own.dropFirst(Self.sessionsPerUser - 1)).map {
            .delete(DashboardSessionRecord.recordKind, id: $0.id.text, in: .platform, revision: nil)
        }
    }

    // MARK: - Helpers

    /// What the password of a user who is not there is compared with.
    private static let nobody = PasswordHash(of: Secret("nobody"))

    var seconds: Int64 { Int64(self.now().timeIntervalSince1970) }

    func isGood(_ session: DashboardSessionRecord) -> Bool {
        let now = self.now()
        return session.expires > now && session.lastActive.addingTimeInterval(Self.idleTime) > now
    }

    func user(email: String) async throws(Failure) -> Stored<UserRecord>? {
        guard email.utf8.count <= 254, !email.utf8.contains(0) else { return nil }
        return try await self.store.found(UserRecord.self, "email", email.lowercased(), in: .platform)
    }

    func login(of user: ResourceID<UserKind>) async throws(Failure) -> Stored<LoginRecord>? {
        try await self.store.found(LoginRecord.self, "user", user.text, in: .platform)
    }

    /// - Throws: `signedOut`.
    func found(_ token: Secret) async throws(Failure) -> Stored<DashboardSessionRecord> {
        guard let parsed = try? BearerToken<DashboardSessionKind>(parsing: token),
            let session = try await self.store.found(parsed.id, as: DashboardSessionRecord.self, in: .platform),
            session.document.hash.matches(token), self.isGood(session.document)
        else { throw Failure(.signedOut, "The session has ended.") }
        return session
    }

    func hash(_ password: Secret) async throws(Failure) -> PasswordHash {
        guard Self.passwordLength.contains(password.reveal().count) else {
            throw Failure(.passwordUnfit, "A password has \(Self.passwordLength.lowerBound) to 256 characters.")
        }
        return try await self.workshop.use { () throws(Failure) in PasswordHash(of: password) }
    }

    func commit(_ writes: [RecordWrite]) async throws(Failure) {
        do throws(StoreError) {
            try await self.store.commit(writes)
        } catch {
            throw Failure(store: error)
        }
    }

    func commit(_ writes: () throws(StoreError) -> [RecordWrite]) async throws(Failure) {
        let made: [RecordWrite]
        do throws(StoreError) {
            made = try writes()
        } catch {
            throw Failure(store: error)
        }
        try await self.commit(made)
    }
}

extension UserRecord {
    /// The first account in which the user may do something; nil for none.
    var firstOpenAccount: ResourceID<AccountKind>? { self.accountIDs.first { !self.isDisabled(in: $0) } }
}

extension Control {
    /// Who comes in at the dashboard.
    package nonisolated var signIns: SignIns {
        SignIns(store: self.store, keys: self.keys, workshop: self.workshop, now: self.now)
    }
}
