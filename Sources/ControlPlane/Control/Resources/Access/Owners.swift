import Model
import Store

/// Those to whom credentials belong: users and service users of an account.
struct Owners: Sendable {
    let store: any RecordStore

    struct Owner: Sendable {
        let id: Principal.Owner
        /// The e-mail address of a user, the name of a service user.
        let subject: String
        let isActive: Bool
        let rights: MemberRights
    }

    /// - Returns: nil when the account has no member or service user of this identifier.
    func owner(_ id: String, in account: ResourceID<AccountKind>) async throws(Failure) -> Owner? {
        do throws(StoreError) {
            return try await self.find(id, in: account)
        } catch .notFound {
            return nil
        } catch {
            throw Failure(store: error)
        }
    }

    /// - Throws: `.notFound` when the account has no member or service user of this identifier.
    func find(_ id: String, in account: ResourceID<AccountKind>) async throws(StoreError) -> Owner {
        if let id = ResourceID<UserKind>(id) {
            let user = try await self.store.get(id, as: UserRecord.self, in: .platform)
            guard let member = Self.member(user, of: account) else { throw .notFound }
            return member
        }
        // A service user goes by two names.
        let name = id.hasPrefix("bot_") ? "service_\(id.dropFirst("bot_".count))" : id
        guard let id = ResourceID<ServiceUserKind>(name) else { throw .notFound }
        let user = try await self.store.get(id, as: ServiceUserRecord.self, in: .account(account))
        return Owner(
            id: .serviceUser(user.id),
            subject: user.document.name,
            isActive: user.document.isActive,
            rights: .developer
        )
    }

    /// - Returns: nil when the account has no member with this e-mail address.
    func owner(email: String, in account: ResourceID<AccountKind>) async throws(Failure) -> Owner? {
        do throws(StoreError) {
            let record = try await self.store.find(
                UserRecord.recordKind,
                "email",
                email.lowercased(),
                in: .platform
            )
            return Self.member(try Stored(record), of: account)
        } catch .notFound {
            return nil
        } catch {
            throw Failure(store: error)
        }
    }

    private static func member(_ user: Stored<UserRecord>, of account: ResourceID<AccountKind>) -> Owner? {
        guard user.document.accounts.contains(account.text) else { return nil }
        return Owner(
            id: .user(user.id),
            subject: user.document.email,
            isActive: !user.document.isDisabled(in: account),
            rights: user.document.rights(in: account)
        )
    }
}
