package import Federation
package import TrafficPolicy

/// Where a visitor logs in, and how what comes of it is read.
package struct LoginProvider: Sendable, Hashable {
    /// How the application shows who it is (RFC 6749 §2.3.1).
    package enum SecretPlace: Sendable, Hashable {
        case header, body
    }

    /// What the ID token must be; only of OpenID Connect.
    struct Identity: Sendable, Hashable {
        let issuer: String
        let keysURL: String
        let algorithms: [SignatureAlgorithm]
    }

    /// What people and the API call it.
    package var name: String
    /// The issuer, or the provider's page.
    package var url: String
    package var authorizationURL: String
    package var tokenURL: String
    /// Where the user's data is; nil where the ID token has all of it.
    package var userURL: String?
    /// Where the user's addresses are, in GitHub's form, when ``userURL`` tells none.
    package var emailsURL: String?
    package var userNames = UserClaims.Names.standard
    /// Asked for in any case.
    package var scopes: [String]
    package var secretPlace = SecretPlace.body
    /// Whether requests for the user's data name the application in `client-id`.
    package var namesClient = false
    /// Nil for a provider of OAuth 2 alone, whose user data counts.
    var identity: Identity?
    package var endSessionURL: String?

    init(_ document: ProviderDocument) {
        self.name = "OpenID Connect"
        self.url = document.issuer
        self.authorizationURL = document.authorizationURL
        self.tokenURL = document.tokenURL
        self.userURL = document.userURL
        self.scopes = ["openid"]
        self.secretPlace = document.wantsSecretInBody ? .body : .header
        self.identity = Identity(
            issuer: document.issuer,
            keysURL: document.keysURL,
            algorithms: document.algorithms
        )
        self.endSessionURL = document.endSessionURL
    }

    private init(
        _ name: String,
        _ url: String,
        authorization: String,
        token: String,
        user: String,
        names: UserClaims.Names = .standard,
        scopes: [String]
    ) {
        self.name = name
        self.url = url
        self.authorizationURL = authorization
        self.tokenURL = token
        self.userURL = user
        self.userNames = names
        self.scopes = scopes
    }
}

extension LoginProvider {
    package typealias WellKnown = OAuthConfiguration.Provider

    /// The providers of the `oauth` action, as they publish it. Those that speak OpenID Connect too are asked for the user's
    /// data all the same: it is the same for all of them.
    package static let wellKnown: [WellKnown: LoginProvider] = [
        .amazon: LoginProvider(
            "Amazon",
            "https://www.amazon.com",
            authorization: "https://www.amazon.com/ap/oa",
            token: "https://api.amazon.com/auth/o2/token",
            user: "https://api.amazon.com/user/profile",
            names: .init(subject: ["user_id"]),
            scopes: ["profile"]
        ),
        .facebook: LoginProvider(
            "Facebook",
            "https://www.facebook.com",
            authorization: "https://www.facebook.com/v21.0/dialog/oauth",
            token: "https://graph.facebook.com/v21.0/oauth/access_token",
            user: "https://graph.facebook.com/v21.0/me?fields=id,name,email",
            names: .init(subject: ["id"]),
            scopes: ["email"]
        ),
        .github: github,
        .gitlab: LoginProvider(
            "GitLab",
            "https://gitlab.com",
            authorization: "https://gitlab.com/oauth/authorize",
            token: "https://gitlab.com/oauth/token",
            user: "https://gitlab.com/oauth/userinfo",
            scopes: ["openid", "profile", "email"]
        ),
        .google: LoginProvider(
            "Google",
            "https://accounts.google.com",
            authorization: "https://accounts.google.com/o/oauth2/v2/auth",
            token: "https://oauth2.googleapis.com/token",
            user: "https://openidconnect.googleapis.com/v1/userinfo",
            scopes: [
                "https://www.googleapis.com/auth/userinfo.email", "https://www.googleapis.com/auth/userinfo.profile",
            ]
        ),
        .linkedin: LoginProvider(
            "LinkedIn",
            "https://www.linkedin.com",
            authorization: "https://www.linkedin.com/oauth/v2/authorization",
            token: "https://www.linkedin.com/oauth/v2/accessToken",
            user: "https://api.linkedin.com/v2/userinfo",
            // In place of r_liteprofile and r_emailaddress, which LinkedIn gives to no new application.
            scopes: ["openid", "profile", "email"]
        ),
        .microsoft: LoginProvider(
            "Microsoft",
            "https://login.microsoftonline.com",
            authorization: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
            token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
            user: "https://graph.microsoft.com/v1.0/me",
            names: .init(
                subject: ["id"],
                username: ["userPrincipalName"],
                email: ["mail", "userPrincipalName"],
                name: ["displayName"]
            ),
            scopes: ["User.Read"]
        ),
        .twitch: twitch,
    ]

    private static var github: LoginProvider {
        var provider = LoginProvider(
            "GitHub",
            "https://github.com",
            authorization: "https://github.com/login/oauth/authorize",
            token: "https://github.com/login/oauth/access_token",
            user: "https://api.github.com/user",
            // An address in the profile is whatever its owner has written there: the list of addresses says what is proven.
            names: .init(subject: ["id"], username: ["login"], email: []),
            scopes: ["read:org", "read:user", "user:email"]
        )
        provider.emailsURL = "https://api.github.com/user/emails"
        return provider
    }

    private static var twitch: LoginProvider {
        var provider = LoginProvider(
            "Twitch",
            "https://www.twitch.tv",
            authorization: "https://id.twitch.tv/oauth2/authorize",
            token: "https://id.twitch.tv/oauth2/token",
            user: "https://api.twitch.tv/helix/users",
            names: .init(subject: ["id"], username: ["login"], name: ["display_name"], list: "data"),
            scopes: ["user:read:email"]
        )
        provider.namesClient = true
        return provider
    }
}
