package import Foundation
package import Model

/// A session of a visitor who has logged in where a policy wanted it, as edges tell of it and are told.
package struct VisitorSession: Sendable {
    package let id: ResourceID<ApplicationSessionKind>
    package let account: ResourceID<AccountKind>
    package var user: User
    package var endpoint: String
    package var url: String
    package var browser: ApplicationSessionRecord.Browser
    package var address: String
    package var location: ApplicationSessionRecord.Location?
    package var created: Date
    package var lastActive: Date
    package var expires: Date
    /// What the edges need of it beside this, tokens of the provider among it; kept sealed.
    package var state: Secret

    package struct User: Sendable {
        package var id: ResourceID<ApplicationUserKind>
        package var providerName: String
        package var providerURL: String
        package var subject: String
        package var username: String
        package var email: String
        package var name: String

        package init(
            id: ResourceID<ApplicationUserKind>,
            providerName: String,
            providerURL: String,
            subject: String,
            username: String,
            email: String,
            name: String
        ) {
            self.id = id
            self.providerName = providerName
            self.providerURL = providerURL
            self.subject = subject
            self.username = username
            self.email = email
            self.name = name
        }
    }

    package init(
        id: ResourceID<ApplicationSessionKind>,
        account: ResourceID<AccountKind>,
        user: User,
        endpoint: String,
        url: String,
        browser: ApplicationSessionRecord.Browser,
        address: String,
        location: ApplicationSessionRecord.Location?,
        created: Date,
        lastActive: Date,
        expires: Date,
        state: Secret
    ) {
        self.id = id
        self.account = account
        self.user = user
        self.endpoint = endpoint
        self.url = url
        self.browser = browser
        self.address = address
        self.location = location
        self.created = created
        self.lastActive = lastActive
        self.expires = expires
        self.state = state
    }
}
