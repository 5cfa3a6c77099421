package import Control
import Foundation
package import Model
package import Secrets
import Store

/// The accounts and users of an edge, as its operator sees them at a terminal. The edge may run meanwhile.
package struct People: Sendable {
    private let store: any RecordStore

    /// - Throws: `dataFolderMissing` when `portico-edge init` was not run.
    package init(_ location: StoreLocation) async throws(Failure) {
        self.init(store: try await location.open())
    }

    init(store: any RecordStore) {
        self.store = store
    }

    /// A user as a member of one account.
    struct Member: Sendable {
        let account: ResourceID<AccountKind>
        let user: ResourceID<UserKind>
    }

    /// Whose a new token is.
    ///
    /// - Parameters:
    ///   - email: the user's address; nil for the account's first user.
    ///   - accountID: nil for the user's first account, or the edge's first where no user is named.
    /// - Returns: the user and the account.
    /// - Throws: `ownerUnknown`, `accountUnknown`; `dataFolderMissing` when there is nobody yet.
    func member(email: String? = nil, accountID: String? = nil) async throws(Failure) -> Member {
        let users = try await self.store.all(UserRecord.self)
        let accounts = try await self.store.all(AccountRecord.self)
        guard let first = accounts.min(by: { $0.isOlder(than: $1) })?.id else {
            throw Failure(.dataFolderMissing, "There is no account yet")
        }
        guard let email else {
            let account = try accountID.map { (id) throws(Failure) in try Self.account(id, among: accounts) } ?? first
            let members = users.filter { $0.document.accounts.contains(account.text) }
            guard let user = members.min(by: { $0.isOlder(than: $1) }) else {
                throw Failure(.ownerUnknown, "The account \(account) has no user")
            }
            return Member(account: account, user: user.id)
        }
        guard let user = users.first(where: { $0.document.email == email.lowercased() }) else {
            throw Failure(.ownerUnknown, "There is no user \"\(email.prefix(254))\"")
        }
        guard let name = accountID ?? user.document.accounts.first,
            let account = ResourceID<AccountKind>(name), user.document.accounts.contains(account.text)
        else { throw Failure(.accountUnknown, "\(email) is no member of \(accountID ?? "any account")") }
        return Member(account: account, user: user.id)
    }

    /// - Throws: `accountUnknown`.
    func account(_ id: String) async throws(Failure) -> ResourceID<AccountKind> {
        try Self.account(id, among: try await self.store.all(AccountRecord.self))
    }

    private static func account(
        _ id: String,
        among accounts: [Stored<AccountRecord>]
    ) throws(Failure) -> ResourceID<AccountKind> {
        guard let account = accounts.first(where: { $0.id.text == id })?.id else {
            throw Failure(.accountUnknown, "There is no account \"\(id.prefix(64))\"")
        }
        return account
    }

    /// Where a new user is a member.
    package enum Place: Sendable {
        /// In the edge's first account.
        case first
        case account(String)
        /// In an account of this name, which is made.
        case newAccount(String)
    }

    /// Makes a user, or makes one that is there a member of one more account.
    ///
    /// - Returns: the user and the account.
    /// - Throws: `userEmailInvalid`, `userExists`, `accountUnknown`.
    package func add(
        email: String,
        name: String,
        to place: Place,
        rights: MemberRights
    ) async throws(Failure) -> (user: ResourceID<UserKind>, account: ResourceID<AccountKind>) {
        let provisioning = PeopleProvisioning(store: self.store)
        let account: PeopleProvisioning.Place =
            switch place {
            case .first: .account(try await self.member().account)
            case .account(let id): .account(try Self.account(id, among: try await self.store.all(AccountRecord.self)))
            case .newAccount(let name): .newAccount(name)
            }
        return try await provisioning.add(email: email, name: name, to: account, rights: rights)
    }

    /// Makes a link with which a user comes in to the dashboard once, and sets a password.
    ///
    /// - Parameters:
    ///   - email: whose; nil for the edge's first user.
    ///   - keys: of the edge.
    /// - Returns: the path of the link below the dashboard's address.
    /// - Throws: `ownerUnknown`; `dataFolderMissing` when there is nobody yet.
    package func link(email: String?, _ keys: SealingKeyring) async throws(Failure) -> Secret {
        let member = try await self.member(email: email)
        let token = try await SignIns(store: self.store, keys: keys).makeLink(for: member.user, in: member.account)
        return Secret("/door/\(token.reveal())")
    }

    /// A line for each membership, the newest users first.
    package func lines() async throws(Failure) -> [String] {
        let accounts = Dictionary(
            try await self.store.all(AccountRecord.self).map { ($0.id.text, $0.document.name) },
            uniquingKeysWith: { $1 }
        )
        return try await self.store.all(UserRecord.self).flatMap { user in
            user.document.accounts.compactMap { id in
                guard let account = ResourceID<AccountKind>(id) else { return nil }
                let facts = [
                    user.id.text, user.document.email, user.document.rights(in: account).word, id,
                    accounts[id] ?? "", user.document.isDisabled(in: account) ? "disabled" : "",
                ]
                return LineText.plain(facts.filter { !$0.isEmpty }.joined(separator: "  "))
            }
        }
    }
}

extension Stored where Document: AgedDocument {
    /// Identifiers tell the second; the order within one is that of the writes.
    fileprivate func isOlder(than other: Stored) -> Bool {
        (self.document.created, self.revision) < (other.document.created, other.revision)
    }
}

private protocol AgedDocument: StoredDocument {
    var created: Date { get }
}

extension AccountRecord: AgedDocument {}
extension UserRecord: AgedDocument {}
