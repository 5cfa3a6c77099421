import Crypto
package import Federation
package import Model

/// One browser's login at one endpoint, or at the hosts of one domain (`spec/identity.md` 13). Times are in seconds since
/// 1970.
package struct LoginSession: Sendable {
    package let id: ResourceID<ApplicationSessionKind>
    package let account: ResourceID<AccountKind>
    package let endpoint: String
    package let url: String
    /// With what the visitor came, as the browser says, and from where.
    package let browser: String
    package let address: String
    /// Where the address is, where that is known; told when the session begins.
    package let place: AddressOrigin.Place?

    package let providerName: String
    package let providerURL: String
    /// The application and the provider at which the visitor has logged in: with another, the session does not count.
    package let client: String
    /// Of the action's whole configuration when the user's data was fetched last.
    package var mark: String
    package var user: UserClaims
    package var tokens: ProviderTokens
    /// When the access token ends; nil where the provider does not say.
    package var tokensEnd: Int64?

    /// What the user is called here: the same for each login of the same identity at the same provider, in one account.
    package let userID: String

    package let begun: Int64
    package var lastActive: Int64
    /// The same as it is known where the session is kept.
    var keptActive: Int64
    /// When the user's data was fetched last.
    package var fetched: Int64
    /// When the session ends at the latest, unless it is used.
    package var expires: Int64

    package init(
        id: ResourceID<ApplicationSessionKind>,
        account: ResourceID<AccountKind>,
        endpoint: String,
        url: String,
        browser: String,
        address: String,
        place: AddressOrigin.Place?,
        providerName: String,
        providerURL: String,
        client: String,
        mark: String,
        user: UserClaims,
        tokens: ProviderTokens,
        tokensEnd: Int64?,
        begun: Int64,
        lastActive: Int64,
        fetched: Int64,
        expires: Int64
    ) {
        self.id = id
        self.account = account
        self.endpoint = endpoint
        self.url = url
        self.browser = browser
        self.address = address
        self.place = place
        self.providerName = providerName
        self.providerURL = providerURL
        self.client = client
        self.mark = mark
        self.user = user
        self.tokens = tokens
        self.tokensEnd = tokensEnd
        self.userID = Self.userID(of: user.subject, at: providerURL, account)
        self.begun = begun
        self.lastActive = lastActive
        self.keptActive = lastActive
        self.fetched = fetched
        self.expires = expires
    }

    /// What is told from ``browser``.
    package var browserFacts: BrowserFacts { BrowserFacts(UserAgent(self.browser)) }

    package struct BrowserFacts: Sendable {
        package let name: String
        package let version: String
        package let device: String
        package let system: String
        package let systemVersion: String

        init(_ agent: UserAgent) {
            self.name = agent.name
            self.version = agent.version
            self.system = agent.os
            self.systemVersion = agent.osVersion
            let kind = agent.isTablet ? "tablet" : agent.isMobile ? "mobile" : agent.isDesktop ? "desktop" : ""
            self.device = agent.isBot ? "bot" : kind
        }
    }

    private static func userID(of subject: String, at url: String, _ account: ResourceID<AccountKind>) -> String {
        let identity = [account.text, url, subject].joined(separator: "\u{0}")
        let digits = SHA256.hash(data: Array(identity.utf8)).prefix(20).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return "\(ApplicationUserKind.prefix)_\(digits.joined())"
    }

    /// About what it takes of the memory, in bytes.
    var weight: Int {
        let tokens = [self.tokens.refresh, self.tokens.identity].compactMap(\.self)
            .reduce(self.tokens.access.reveal().utf8.count) { $0 + $1.reveal().utf8.count }
        return 1024 + tokens + self.browser.utf8.count + self.url.utf8.count
    }
}
