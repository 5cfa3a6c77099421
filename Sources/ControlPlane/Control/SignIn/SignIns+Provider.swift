internal import Foundation
internal import JSON
package import Model
internal import Secrets
internal import Store

/// A person as an identity provider has proven them.
package struct ProvenPerson: Sendable {
    /// The provider's issuer, and what it calls the person for ever.
    package let issuer: String
    package let subject: String
    package let email: String
    package let name: String
    /// What the groups that the provider names give them; nil where they give nothing.
    package let rights: MemberRights?
    /// The account in which these rights are; nil for the edge's only one.
    package let account: ResourceID<AccountKind>?

    package init(
        issuer: String,
        subject: String,
        email: String,
        name: String,
        rights: MemberRights?,
        account: ResourceID<AccountKind>?
    ) {
        self.issuer = issuer
        self.subject = subject
        self.email = email.lowercased()
        self.name = name
        self.rights = rights
        self.account = account
    }
}

extension SignIns {
    /// Lets in whom the operator's identity provider has proven: a member, somebody who was invited, or somebody whose
    /// groups make them one. A second factor that was set up here is asked for here, too.
    ///
    /// - Throws: `signInUninvited` for who is no member and was not invited; `signInRefused` where the e-mail address has
    ///   come with another person of the provider before.
    package func enter(_ person: ProvenPerson, from browser: Browser) async throws(Failure) -> Entry {
        let known = try await self.user(email: person.email)
        var user =
            known
            ?? Stored(
                new: UserRecord(name: person.name, email: person.email, accounts: [], created: self.now()),
                .new(at: self.seconds),
                owner: nil
            )
        let before = user.document
        try Self.bind(person, to: &user.document)
        var writes = try await self.takeInvitations(&user.document)
        try await self.takeRights(of: person, &user)
        guard let account = user.document.firstOpenAccount else {
            throw Failure(.signInUninvited, "Nobody has invited \(person.email).")
        }
        if user.document.name.isEmpty { user.document.name = String(person.name.prefix(100)) }
        if user.document != before || known == nil {
            let written = user
            writes += try self.writes { () throws(StoreError) in [try .update(written)] }
            for joined in user.document.accountIDs {
                let old = before.accounts.contains(joined.text) ? before.rights(in: joined) : nil
                let new = user.document.rights(in: joined)
                guard old != new else { continue }
                writes.append(try self.event(of: user.id, person.email, old, new, in: joined, from: browser))
            }
        }
        let login = try await self.login(of: user.id)
        return try await self.begin(
            user,
            account,
            isComplete: login?.document.factor == nil,
            browser,
            with: writes
        )
    }

    /// An address that a provider gives to another person later lets that one not in as the first.
    private static func bind(_ person: ProvenPerson, to user: inout UserRecord) throws(Failure) {
        if let bound = user.subjects?[person.issuer] {
            guard bound == person.subject else {
                throw Failure(.signInRefused, "\(person.email) was another person of the provider before.")
            }
        } else {
            user.subjects = (user.subjects ?? [:]).merging([person.issuer: person.subject]) { $1 }
        }
    }

    /// Whoever was invited under this address is a member now.
    ///
    /// - Returns: the end of the invitations.
    private func takeInvitations(_ user: inout UserRecord) async throws(Failure) -> [RecordWrite] {
        var spent: [RecordWrite] = []
        for link in try await self.store.all(DoorLinkRecord.self, in: .platform)
        where link.document.email == user.email && link.document.user == nil && link.document.expires > self.now() {
            guard let rights = link.document.rights, let account = link.owner else { continue }
            if !user.accounts.contains(account.text) {
                user.accounts.append(account.text)
                user.rights = (user.rights ?? [:]).merging([account.text: rights]) { $1 }
            }
            spent.append(
                .delete(DoorLinkRecord.recordKind, id: link.id.text, in: .platform, revision: link.revision)
            )
        }
        return spent
    }

    /// What the provider says of a role counts from this sign-in on, but that nobody is left who administers.
    private func takeRights(of person: ProvenPerson, _ user: inout Stored<UserRecord>) async throws(Failure) {
        guard let rights = person.rights, let account = try await self.account(of: person) else { return }
        let isMember = user.document.accounts.contains(account.text)
        if isMember, !rights.isAdministrator, user.document.rights(in: account).isAdministrator {
            let others = try await self.store.all(UserRecord.self, in: .platform).filter { [user] other in
                other.id != user.id && other.document.accounts.contains(account.text)
                    && !other.document.isDisabled(in: account)
            }
            guard others.contains(where: { $0.document.rights(in: account).isAdministrator }) else { return }
        }
        if !isMember { user.document.accounts.append(account.text) }
        user.document.rights = (user.document.rights ?? [:]).merging([account.text: rights]) { $1 }
    }

    private func account(of person: ProvenPerson) async throws(Failure) -> ResourceID<AccountKind>? {
        if let account = person.account {
            return try await self.store.found(account, as: AccountRecord.self, in: .platform)?.id
        }
        let all = try await self.store.all(AccountRecord.self, in: .platform)
        return all.count == 1 ? all[0].id : nil
    }

    private func event(
        of user: ResourceID<UserKind>,
        _ email: String,
        _ old: MemberRights?,
        _ new: MemberRights,
        in account: ResourceID<AccountKind>,
        from browser: Browser
    ) throws(Failure) -> RecordWrite {
        let actor = AuditActor(principal: user.text, subject: email, address: browser.address, source: .dashboard)
        let object: JSONObject = ["email": .string(email), "role": .string(new.word), "by": "identity provider"]
        let type = old == nil ? "user_created.v0" : "user_updated.v0"
        let record = AuditRecord(type, by: actor, at: self.now(), of: user.text, object)
        let seconds = self.seconds
        return try self.writes { () throws(StoreError) in
            [try .create(record, ResourceID<EventKind>(KSUID(at: seconds)), owner: account)]
        }[0]
    }

    private func writes(_ make: () throws(StoreError) -> [RecordWrite]) throws(Failure) -> [RecordWrite] {
        do throws(StoreError) {
            return try make()
        } catch {
            throw Failure(store: error)
        }
    }
}
