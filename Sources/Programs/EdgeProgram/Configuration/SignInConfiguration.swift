package import Addressing
package import Control
package import Model
import Settings

/// The identity provider with which people sign in to the dashboard; none where no issuer is set.
package struct SignInConfiguration: Sendable {
    package struct Provider: Sendable {
        package let name: String
        package let issuer: String
        package let clientID: String
        package let clientSecret: Secret
        package let scopes: [String]
        package let isOnly: Bool
    }

    package let provider: Provider?
    package let groupsClaim: String
    /// What each group may do.
    package let groups: [String: MemberRights]
    package let account: ResourceID<AccountKind>?
    package let networks: [IPPrefix]
    package let authorities: String?

    init(from settings: SettingsReader) {
        self.provider = Self.provider(from: settings)
        self.groupsClaim = settings.value(
            "groups_claim",
            .text("name", maxBytes: 200),
            default: "groups",
            "The claim of the ID token, or of the provider's user data, that has the groups of who signs in."
        )
        var groups: [String: MemberRights] = [:]
        let roles: [(String, MemberRights)] = [
            ("readers", .reader), ("developers", .developer), ("administrators", .administrator),
        ]
        // What may most comes last, so that it counts where a group stands in several.
        for (name, rights) in roles {
            let named = settings.value(
                name,
                .list(of: .text("group", maxBytes: 200), limit: 100),
                default: [],
                """
                Groups of the provider whose people are \(name) of the account, from each sign-in on. Who is in none \
                of them needs an invitation.
                """
            )
            for group in named { groups[group] = rights }
        }
        self.groups = groups
        self.account = settings.optional(
            "account",
            .account,
            absent: "the edge's only account",
            "The account in which groups make somebody a member."
        )
        self.networks = settings.value(
            "allow_networks",
            .list(of: .addressRange, limit: 256),
            default: [],
            "Ranges of addresses at which the provider may be although they are not public."
        )
        self.authorities = settings.optional(
            "authorities",
            .path,
            absent: "none",
            "A file of certificates in PEM: authorities of the provider that are trusted beside those of the system."
        )
    }

    private static func provider(from settings: SettingsReader) -> Provider? {
        let issuer = settings.optional(
            "issuer",
            .text("URL", maxBytes: 512),
            absent: "none: people sign in with passwords",
            """
            The issuer of an OpenID Connect provider, as its discovery document names it. The URL `DASHBOARD_URL` with \
            `/sign-in/provider/callback` behind it is registered there.
            """
        )
        let id = settings.optional(
            "client_id",
            .text("identifier", maxBytes: 512),
            absent: "none",
            "The identifier of the application that is registered there."
        )
        let secret = settings.optional("client_secret", .secret(), absent: "none", "The secret of that application.")
        let name = settings.value(
            "name",
            .text("name", maxBytes: 60),
            default: "single sign-on",
            "What the button says after \"Sign in with\"."
        )
        let scopes = settings.value(
            "scopes",
            .list(of: .text("scope", maxBytes: 200), limit: 20),
            default: ["profile"],
            "What is asked for beside `openid` and `email`."
        )
        let isOnly = settings.value(
            "only",
            .bool,
            default: false,
            """
            Whether passwords let nobody in. `portico-edge user link` does in any case, for when the provider is away.
            """
        )
        switch (issuer, id, secret) {
        case (nil, nil, nil):
            if isOnly { settings.refuse("only", "needs issuer, client_id and client_secret") }
            return nil
        case (let issuer?, let id?, let secret?):
            guard HTTPURL.isURL(issuer) else {
                settings.refuse("issuer", "is no URL that begins with https:// or http://")
                return nil
            }
            return Provider(
                name: name,
                issuer: issuer,
                clientID: id,
                clientSecret: secret,
                scopes: scopes,
                isOnly: isOnly
            )
        default:
            settings.refuse("issuer", "client_id and client_secret must be given together")
            return nil
        }
    }
}

extension SettingType where Value == ResourceID<AccountKind> {
    fileprivate static var account: SettingType {
        SettingType("identifier", expectation: "the identifier of an account: ac_…", render: \.text) {
            ResourceID<AccountKind>($0)
        }
    }
}
