package import Control
package import Model

/// The identity provider with which people sign in to the dashboard (OpenID Connect Core 1.0), as the operator has set it.
package struct SignInProvider: Sendable {
    /// What the button says.
    package var name: String
    package var issuer: String
    package var clientID: String
    package var clientSecret: Secret
    /// Asked for beside `openid` and `email`.
    package var scopes: [String] = ["profile"]
    /// The claim that has a person's groups, and what each group may do; the most that one of them may counts.
    package var groupsClaim = "groups"
    package var groups: [String: MemberRights] = [:]
    /// The account in which groups make somebody a member; nil for the edge's only one.
    package var account: ResourceID<AccountKind>?
    /// Whether passwords let nobody in.
    package var isOnly = false
    /// Asks the provider something, within bounds of time and size, at an address that was checked.
    package var send: @Sendable (ProviderQuestion) async throws(Failure) -> ProviderReply

    package init(
        name: String,
        issuer: String,
        clientID: String,
        clientSecret: Secret,
        send: @escaping @Sendable (ProviderQuestion) async throws(Failure) -> ProviderReply
    ) {
        self.name = name
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.send = send
    }

    /// What the groups of a person may do; nil where they have none that is named here.
    func rights(of groups: [String]) -> MemberRights? {
        let found = groups.compactMap { self.groups[$0] }
        return found.first(where: \.isAdministrator) ?? found.first(where: \.mayChange) ?? found.first
    }
}

/// What a provider is asked: a document, or a form that it is sent.
package struct ProviderQuestion: Sendable {
    package let url: String
    package var fields: [(name: String, value: String)] = []
    /// The body of a POST; nil for a GET.
    package var form: String?
    /// The most that is read of the answer, in bytes.
    package let answerBytes: Int
}

package struct ProviderReply: Sendable {
    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}
