package import EdgeLink
package import Foundation
package import Model
package import Store

/// A tenant: what owns endpoints, credentials and all else.
package struct AccountRecord: StoredDocument, Hashable {
    package typealias Kind = AccountKind
    package static let recordKind = RecordKind("account")

    package var name: String
    /// Whether it may do nothing until the operator allows it again.
    package var isSuspended: Bool
    package var created: Date
    /// What is captured of its traffic; nil for what is captured of everybody's.
    package var traffic: CaptureSettings?

    package init(name: String, isSuspended: Bool = false, created: Date) {
        self.name = name
        self.isSuspended = isSuspended
        self.created = created
    }
}

/// A person. Users belong to the platform and are members of accounts.
package struct UserRecord: StoredDocument, Hashable {
    package typealias Kind = UserKind
    package static let recordKind = RecordKind("user")

    package var name: String
    /// Lower case; nobody else has it.
    package var email: String
    /// The accounts that the user is a member of.
    package var accounts: [String]
    package var created: Date
    /// What the user may do in each account; an administrator of those that are not in it.
    package var rights: [String: MemberRights]?
    /// The accounts in which the user may do nothing until an administrator allows it again.
    package var disabledIn: [String]?
    /// What identity providers call the user, by their issuers.
    package var subjects: [String: String]?

    package init(name: String, email: String, accounts: [ResourceID<AccountKind>], created: Date) {
        self.name = name
        self.email = email.lowercased()
        self.accounts = accounts.map(\.text)
        self.created = created
    }

    package var uniqueKeys: [String: String] { ["email": self.email] }

    var accountIDs: [ResourceID<AccountKind>] { self.accounts.compactMap { ResourceID($0) } }

    package func rights(in account: ResourceID<AccountKind>) -> MemberRights {
        self.rights?[account.text] ?? .administrator
    }

    package func isDisabled(in account: ResourceID<AccountKind>) -> Bool {
        self.disabledIn?.contains(account.text) ?? false
    }
}
