package import Addressing
package import Model
internal import Store

/// Who asks: a user or a service user of an account, by one of its API keys or personal access tokens, or at the
/// dashboard.
package struct Principal: Sendable, Hashable {
    package enum Owner: Sendable, Hashable {
        case user(ResourceID<UserKind>)
        case serviceUser(ResourceID<ServiceUserKind>)

        package var id: String {
            switch self {
            case .user(let id): id.text
            case .serviceUser(let id): id.text
            }
        }
    }

    /// What the caller proved with who it is.
    package enum Credential: Sendable, Hashable {
        case apiKey(ResourceID<APIKeyKind>)
        case personalToken(ResourceID<PersonalAccessTokenKind>)
        /// A browser that is signed in to the dashboard.
        case dashboard(ResourceID<DashboardSessionKind>)

        package var id: String {
            switch self {
            case .apiKey(let id): id.text
            case .personalToken(let id): id.text
            case .dashboard(let id): id.text
            }
        }
    }

    package let account: ResourceID<AccountKind>
    package let owner: Owner
    /// The e-mail address of a user, the name of a service user.
    package let subject: String
    package let credential: Credential
    package let rights: MemberRights
}

/// What a member of an account may do (`spec/identity.md` 4).
package struct MemberRights: Codable, Sendable, Hashable {
    /// Whether resources may be made, changed and deleted, and not only looked at.
    package var mayChange: Bool
    /// Whether credentials of others and the account's settings may be changed.
    package var isAdministrator: Bool

    package init(mayChange: Bool, isAdministrator: Bool) {
        self.mayChange = mayChange
        self.isAdministrator = isAdministrator
    }

    package static let administrator = MemberRights(mayChange: true, isAdministrator: true)
    package static let developer = MemberRights(mayChange: true, isAdministrator: false)
    package static let reader = MemberRights(mayChange: false, isAdministrator: false)
}

/// One call of the API: who makes it, from where, and how answers name the API.
package struct Caller: Sendable {
    package let principal: Principal
    package let operation: ResourceID<OperationKind>
    /// The peer's address; nil where it has none.
    package let address: IPAddress?
    /// What every address of the API begins with, without a slash at its end: `https://api.example.com`.
    package let apiURL: String

    package init(
        principal: Principal,
        operation: ResourceID<OperationKind>,
        address: IPAddress?,
        apiURL: String
    ) {
        self.principal = principal
        self.operation = operation
        self.address = address
        self.apiURL = apiURL
    }

    var account: ResourceID<AccountKind> { self.principal.account }

    /// What the caller may see and touch in a store.
    var scope: Scope { .account(self.principal.account) }

    /// - Throws: `apiOwnerReadOnly`.
    func mayChange() throws(Failure) {
        guard self.principal.rights.mayChange else {
            throw Failure(.apiOwnerReadOnly, "\(self.principal.subject) may look at resources and not change them.")
        }
    }
}
