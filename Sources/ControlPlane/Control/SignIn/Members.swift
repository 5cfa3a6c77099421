package import Foundation
internal import JSON
package import Model
internal import Secrets
internal import Store

/// A member of an account, as other members see them.
package struct Member: Sendable {
    package let id: ResourceID<UserKind>
    package let email: String
    package let name: String
    package let rights: MemberRights
    package let isDisabled: Bool
    /// nil for one who has never signed in.
    package let hasSecondFactor: Bool?
    package let created: Date
}

/// Someone who was invited and has not come yet.
package struct Invitation: Sendable {
    package let id: ResourceID<DoorLinkKind>
    package let email: String
    package let rights: MemberRights?
    package let madeBy: String
    package let expires: Date
}

/// The people of an account (`spec/identity.md` 4 and 5). Whoever may look at it sees them; administrators alone change
/// them.
package struct Members: Sendable {
    private let signIns: SignIns
    private var store: any RecordStore { self.signIns.store }

    init(_ signIns: SignIns) {
        self.signIns = signIns
    }

    // MARK: - Looking

    package func list(for caller: Caller) async throws(Failure) -> [Member] {
        var members: [Member] = []
        for user in try await self.store.all(UserRecord.self, in: .platform)
        where user.document.accounts.contains(caller.account.text) {
            members.append(try await self.member(user, caller))
        }
        return members
    }

    package func invitations(for caller: Caller) async throws(Failure) -> [Invitation] {
        let now = self.signIns.now()
        return try await self.store.all(DoorLinkRecord.self, in: caller.scope).filter { $0.document.expires > now }.map
        {
            Invitation(
                id: $0.id,
                email: $0.document.email,
                rights: $0.document.rights,
                madeBy: $0.document.madeBy,
                expires: $0.document.expires
            )
        }
    }

    /// - Throws: `memberUnknown`.
    package func get(_ id: String, for caller: Caller) async throws(Failure) -> Member {
        try await self.member(try await self.user(id, caller), caller)
    }

    private func user(_ id: String, _ caller: Caller) async throws(Failure) -> Stored<UserRecord> {
        guard let id = ResourceID<UserKind>(id),
            let user = try await self.store.found(id, as: UserRecord.self, in: .platform),
            user.document.accounts.contains(caller.account.text)
        else { throw Failure(.memberUnknown, "The account has no member \(id.prefix(64)).") }
        return user
    }

    private func member(_ user: Stored<UserRecord>, _ caller: Caller) async throws(Failure) -> Member {
        let login = try await self.signIns.login(of: user.id)
        return Member(
            id: user.id,
            email: user.document.email,
            name: user.document.name,
            rights: user.document.rights(in: caller.account),
            isDisabled: user.document.isDisabled(in: caller.account),
            hasSecondFactor: login.map { $0.document.factor != nil },
            created: user.document.created
        )
    }

    // MARK: - Changing

    /// Invites someone by a link, which they are sent or told.
    ///
    /// - Returns: the token of the link, shown now and never again.
    /// - Throws: `roleMissing`, `userEmailInvalid`, `userExists`.
    package func invite(email: String, rights: MemberRights, by caller: Caller) async throws(Failure) -> Secret {
        try caller.mayAdminister()
        try PeopleProvisioning.check(email)
        let user = try await self.signIns.user(email: email)
        guard !(user?.document.accounts.contains(caller.account.text) ?? false) else {
            throw Failure(.userExists, "\(email) is a member already.")
        }
        let now = self.signIns.now()
        let token = BearerToken<DoorLinkKind>.new(at: self.signIns.seconds)
        let link = DoorLinkRecord(
            hash: TokenHash(of: token.secret),
            email: email.lowercased(),
            rights: rights,
            user: nil,
            madeBy: caller.principal.subject,
            created: now,
            expires: now.addingTimeInterval(SignIns.linkTime)
        )
        let event = self.event(
            "user_invitation_created.v0",
            token.id.text,
            ["email": .string(email), "role": .string(rights.word)],
            caller
        )
        try await self.signIns.commit { () throws(StoreError) in
            [try .create(link, token.id, owner: caller.account), try event()]
        }
        return token.secret
    }

    /// Withdraws an invitation, or a link.
    package func withdraw(_ id: String, by caller: Caller) async throws(Failure) {
        try caller.mayAdminister()
        guard let id = ResourceID<DoorLinkKind>(id),
            let link = try await self.store.found(id, as: DoorLinkRecord.self, in: caller.scope)
        else { throw Failure(.memberUnknown, "There is no such invitation.") }
        let event = self.event("user_invitation_deleted.v0", id.text, ["email": .string(link.document.email)], caller)
        try await self.signIns.commit { () throws(StoreError) in
            [.delete(DoorLinkRecord.recordKind, id: id.text, in: caller.scope, revision: link.revision), try event()]
        }
    }

    /// A link with which a member sets a new password.
    package func makeLink(for id: String, by caller: Caller) async throws(Failure) -> Secret {
        try caller.mayAdminister()
        let user = try await self.user(id, caller)
        // Who is a member elsewhere too would be taken over there by an administrator here.
        guard user.document.accounts.count == 1 else {
            throw Failure(.roleMissing, "The user is a member of other accounts too: the operator makes such a link.")
        }
        return try await self.signIns.makeLink(for: user.id, in: caller.account, by: caller.principal.subject)
    }

    /// - Throws: `roleMissing`, `memberUnknown`, `lastAdministrator`.
    package func setRights(_ rights: MemberRights, of id: String, by caller: Caller) async throws(Failure) {
        try await self.change(id, caller) { (user) throws(Failure) in
            user.rights = (user.rights ?? [:]).merging([caller.account.text: rights]) { $1 }
        }
    }

    /// From now on, or no more, the member may do nothing in the account; credentials are kept.
    package func setDisabled(_ isDisabled: Bool, of id: String, by caller: Caller) async throws(Failure) {
        try await self.change(id, caller) { (user) throws(Failure) in
            guard id != caller.principal.owner.id else { throw Failure(.memberSelf, "This is you.") }
            let others = (user.disabledIn ?? []).filter { $0 != caller.account.text }
            user.disabledIn = others + (isDisabled ? [caller.account.text] : [])
        }
        if isDisabled, let user = ResourceID<UserKind>(id) {
            try await self.signIns.endSessions(of: user, in: caller.account)
        }
    }

    /// The user is no member any more.
    package func remove(_ id: String, by caller: Caller) async throws(Failure) {
        try caller.mayAdminister()
        guard id != caller.principal.owner.id else { throw Failure(.memberSelf, "This is you.") }
        if let user = ResourceID<UserKind>(id) { try await self.signIns.endSessions(of: user, in: caller.account) }
        try await self.change(id, caller) { (user) throws(Failure) in
            user.accounts.removeAll { $0 == caller.account.text }
            user.rights?[caller.account.text] = nil
        }
    }

    /// Takes the second factor away from a member who has lost it.
    package func resetFactor(of id: String, by caller: Caller) async throws(Failure) {
        try caller.mayAdminister()
        let user = try await self.user(id, caller)
        guard user.document.accounts.count == 1 else {
            throw Failure(.roleMissing, "The user is a member of other accounts too: the operator resets it.")
        }
        try await self.signIns.change(user.id) { $0.endFactor() }
        let event = self.event("user_updated.v0", id, ["second_factor": "reset"], caller)
        try await self.signIns.commit { () throws(StoreError) in [try event()] }
    }

    private func change(
        _ id: String,
        _ caller: Caller,
        _ body: (inout UserRecord) throws(Failure) -> Void
    ) async throws(Failure) {
        try caller.mayAdminister()
        var user = try await self.user(id, caller)
        try body(&user.document)
        let others = try await self.list(for: caller).filter { $0.id != user.id && !$0.isDisabled }
        let stays =
            user.document.accounts.contains(caller.account.text)
            && user.document.rights(in: caller.account).isAdministrator && !user.document.isDisabled(in: caller.account)
        guard stays || others.contains(where: \.rights.isAdministrator) else {
            throw Failure(.lastAdministrator, "\(user.document.email) is the account's only administrator.")
        }
        let isMember = user.document.accounts.contains(caller.account.text)
        let event = self.event(
            isMember ? "user_updated.v0" : "user_deleted.v0",
            id,
            [
                "email": .string(user.document.email),
                "role": .string(user.document.rights(in: caller.account).word),
                "disabled": .bool(user.document.isDisabled(in: caller.account)),
            ],
            caller
        )
        let written = user
        try await self.signIns.commit { () throws(StoreError) in [try .update(written), try event()] }
    }

    private func event(
        _ type: String,
        _ id: String,
        _ object: JSONObject,
        _ caller: Caller
    ) -> () throws(StoreError) -> RecordWrite {
        let record = AuditRecord(type, caller, at: self.signIns.now(), of: id, object)
        let seconds = self.signIns.seconds
        return { () throws(StoreError) in
            try .create(record, ResourceID(KSUID(at: seconds)), owner: caller.account)
        }
    }
}

extension MemberRights {
    /// As commands and pages call it.
    package var word: String {
        self.isAdministrator ? "administrator" : self.mayChange ? "developer" : "reader"
    }

    /// The rights under this word; nil for none.
    package init?(word: String) {
        switch word {
        case "administrator": self = .administrator
        case "developer": self = .developer
        case "reader": self = .reader
        default: return nil
        }
    }
}

extension Caller {
    /// - Throws: `roleMissing`.
    func mayAdminister() throws(Failure) {
        guard self.principal.rights.isAdministrator else {
            throw Failure(.roleMissing, "Only administrators of the account do this.")
        }
    }
}

extension Control {
    /// The people of accounts.
    package nonisolated var members: Members { Members(self.signIns) }
}
