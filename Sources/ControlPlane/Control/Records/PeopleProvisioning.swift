package import Foundation
package import Model
internal import Secrets
package import Store

/// Makes accounts and users in a store, from a terminal: no edge need run.
package struct PeopleProvisioning: Sendable {
    private static let emailBytes = 254
    private static let nameBytes = 255

    private let store: any RecordStore
    private let now: @Sendable () -> Date

    package init(store: any RecordStore, now: @escaping @Sendable () -> Date = { Date() }) {
        self.store = store
        self.now = now
    }

    /// Where a user is a member.
    package enum Place: Sendable {
        case account(ResourceID<AccountKind>)
        /// In an account of this name, which is made.
        case newAccount(String)
    }

    /// Makes a user. One that is there becomes a member of one more account.
    ///
    /// - Returns: the user and the account.
    /// - Throws: `userEmailInvalid`; `userExists` when the account has the member; `apiConflict` when others changed
    ///   the same user at the same moment.
    package func add(
        email: String,
        name: String,
        to place: Place,
        rights: MemberRights
    ) async throws(Failure) -> (user: ResourceID<UserKind>, account: ResourceID<AccountKind>) {
        try Self.check(email)
        let now = self.now()
        let seconds = Int64(now.timeIntervalSince1970)
        let account: ResourceID<AccountKind>
        var writes: [RecordWrite] = []
        do throws(StoreError) {
            switch place {
            case .account(let id): account = id
            case .newAccount(let name):
                account = .new(at: seconds)
                let record = AccountRecord(name: Self.shortened(name), created: now)
                writes.append(try .create(record, account, owner: account))
            }
            var user =
                try await self.user(email)
                ?? Stored(
                    new: UserRecord(name: Self.shortened(name), email: email, accounts: [], created: now),
                    .new(at: seconds),
                    owner: nil
                )
            guard !user.document.accounts.contains(account.text) else { throw .duplicateKey("member") }
            user.document.accounts.append(account.text)
            user.document.rights = (user.document.rights ?? [:]).merging([account.text: rights]) { $1 }
            writes.append(try .update(user))
            try await self.store.commit(writes)
            return (user.id, account)
        } catch .duplicateKey {
            throw Failure(.userExists, "\(email) is a member already.")
        } catch {
            throw Failure(store: error)
        }
    }

    private func user(_ email: String) async throws(StoreError) -> Stored<UserRecord>? {
        do throws(StoreError) {
            return try await self.store.find(UserRecord.self, "email", email.lowercased(), in: .platform)
        } catch .notFound {
            return nil
        }
    }

    /// That letters arrive there is not asked.
    static func check(_ email: String) throws(Failure) {
        let sides = email.split(separator: "@", omittingEmptySubsequences: false)
        let isAddress =
            sides.count == 2 && !sides[0].isEmpty && !sides[1].isEmpty
            && email.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } && email.utf8.count <= Self.emailBytes
        guard isAddress else {
            throw Failure(.userEmailInvalid, "\"\(email.prefix(100))\" is no e-mail address.")
        }
    }

    private static func shortened(_ name: String) -> String {
        String(decoding: name.utf8.prefix(Self.nameBytes), as: UTF8.self)
    }
}
