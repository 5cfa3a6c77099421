package import Foundation
package import Model
package import Store

/// A visitor whom a policy had signed in: one for each identity at a provider (`spec/identity.md` 13).
package struct ApplicationUserRecord: ResourceDocument {
    package typealias Kind = ApplicationUserKind
    package static let recordKind = RecordKind("application_user")

    package var providerName: String
    package var providerURL: String
    /// What the provider calls the visitor.
    package var subject: String
    package var username: String
    package var email: String
    package var name: String
    package var created: Date
    package var lastActive: Date
    package var lastLogin: Date
    /// Makes the identity unique in its account alone.
    package var account: String

    package init(
        account: ResourceID<AccountKind>,
        providerName: String,
        providerURL: String,
        subject: String,
        username: String,
        email: String,
        name: String,
        at now: Date
    ) {
        self.account = account.text
        self.providerName = providerName
        self.providerURL = providerURL
        self.subject = subject
        self.username = username
        self.email = email
        self.name = name
        self.created = now
        self.lastActive = now
        self.lastLogin = now
    }

    package var uniqueKeys: [String: String] {
        ["identity": "\(self.account) \(self.providerURL) \(self.subject)"]
    }
}

/// A session of such a visitor: one for each endpoint and browser.
package struct ApplicationSessionRecord: ResourceDocument {
    package typealias Kind = ApplicationSessionKind
    package static let recordKind = RecordKind("application_session")

    /// With what a visitor came, as far as its User-Agent header tells.
    package struct Browser: Codable, Sendable, Hashable {
        package var raw = ""
        package var name = ""
        package var version = ""
        package var device = ""
        package var system = ""
        package var systemVersion = ""

        package init(raw: String) {
            self.raw = raw
        }
    }

    /// Where an address is.
    package struct Location: Codable, Sendable, Hashable {
        package var country: String
        /// In degrees.
        package var latitude: Double?
        package var longitude: Double?
        package var radiusKilometres: Int64?

        package init(country: String, latitude: Double?, longitude: Double?, radiusKilometres: Int64?) {
            self.country = country
            self.latitude = latitude
            self.longitude = longitude
            self.radiusKilometres = radiusKilometres
        }
    }

    /// The identifier of the visitor.
    package var user: String
    package var endpoint: String
    package var url: String
    package var browser: Browser
    package var address: String
    package var location: Location?
    package var created: Date
    package var lastActive: Date
    package var expires: Date
    /// What edges need of it beside this, sealed; nil in records that know of no such thing.
    package var sealed: String?
    /// The session's own identifier, for which it is sealed.
    package var sealedFor: String?

    package init(
        user: ResourceID<ApplicationUserKind>,
        endpoint: String,
        url: String,
        browser: Browser,
        address: String,
        location: Location?,
        at now: Date,
        expires: Date
    ) {
        self.user = user.text
        self.endpoint = endpoint
        self.url = url
        self.browser = browser
        self.address = address
        self.location = location
        self.created = now
        self.lastActive = now
        self.expires = expires
    }
}
