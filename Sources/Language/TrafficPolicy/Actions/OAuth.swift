package import Addressing
import Model

/// What logins by OAuth 2 and by OpenID Connect have in common (`spec/traffic-policy.md` 4.13, 4.14).
package struct LoginConfiguration: Sendable, Hashable {
    /// Tells apart logins that share a host; nil for the one without name.
    package let authID: String?
    /// Both or neither: without them the application counts that the edge's owner has registered at the provider.
    package let clientID: TemplateSource?
    package let clientSecret: TemplateSource?
    /// Asked for beside those that the provider needs anyway.
    package let scopes: [String]
    /// Added to the URL of the provider's login page.
    package let authorizationParameters: [String: String]
    /// Zero for no limit.
    package let maxSessionDuration: Duration
    /// Zero for no limit.
    package let idleSessionTimeout: Duration
    /// Zero: the user's data is fetched at the login only.
    package let userinfoRefreshInterval: Duration
    package let allowsCORSPreflight: Bool
    /// Nil: the cookies are the endpoint's host's alone.
    package let cookieDomain: HostName?
    /// Who may pass; empty for everyone.
    package let emailAddresses: [String]
    /// Whose domain may pass; empty for every one.
    package let emailDomains: [String]

    fileprivate init?(_ fields: FieldReader, idleName: String, idleAlias: String, missing: Missing) {
        self.authID = fields.optional("auth_id", .text(1...128), "Tells logins apart that share a host.")
        let client = fields.optional("client_id", .template(), "The id of your application at the provider.")
        let secret = fields.optional("client_secret", .secretTemplate(), "Its secret.")
        self.scopes =
            fields.optional(
                "scopes",
                .list(of: .text(1...256, tooLong: .oauthScopeLong), 0...20, tooMany: .oauthScopesCount),
                "What is asked for beside what the provider needs."
            ) ?? []
        self.authorizationParameters =
            fields.optional("authz_url_params", .parameters, "Added to the URL of the login page.") ?? [:]
        let duration = FieldType<Duration>.duration(.zero ... .seconds(366 * 86400))
        let max = fields.optional("max_session_duration", duration, "After which one logs in again; 0 for never.")
        let idle = fields.optional(
            idleName,
            aliases: [idleAlias],
            duration,
            "Without requests, after which one logs in again; 0 for never."
        )
        let refresh = fields.optional(
            "userinfo_refresh_interval",
            duration,
            "After which the user's data is fetched again; 0 for at the login only."
        )
        self.maxSessionDuration = max ?? .zero
        self.idleSessionTimeout = idle ?? .zero
        self.userinfoRefreshInterval = refresh ?? .zero
        self.allowsCORSPreflight = fields.value(
            "allow_cors_preflight",
            .bool,
            default: false,
            shown: "false",
            "Whether OPTIONS requests pass without login."
        )
        self.cookieDomain = fields.optional("auth_cookie_domain", .cookieDomain, "Whose hosts share the login.")
        let texts = FieldType<[String]>.list(of: .text(1...320), 0...1000)
        self.emailAddresses = fields.optional("email_addresses", texts, "Who may pass; everyone when absent.") ?? []
        self.emailDomains = fields.optional("email_domains", texts, "Whose domains may pass; all when absent.") ?? []
        guard (client == nil) == (secret == nil), client != nil || missing.both == nil else {
            missing.report(fields)
            return nil
        }
        self.clientID = client
        self.clientSecret = secret
    }

    /// Which codes say that the application's id or secret is missing.
    fileprivate struct Missing {
        /// Nil where both may be missing.
        let both: ErrorCode?
        let client: ErrorCode
        let secret: ErrorCode

        /// Says which one is missing; one that is there and wrong was reported already.
        func report(_ fields: FieldReader) {
            switch (fields.has("client_id"), fields.has("client_secret")) {
            case (false, false):
                guard let both = self.both else { return }
                fields.report(both, "\"client_id\" and \"client_secret\" are missing: register an application")
            case (false, true): fields.report(self.client, "\"client_id\" is missing beside \"client_secret\"")
            case (true, false): fields.report(self.secret, "\"client_secret\" is missing beside \"client_id\"")
            case (true, true): break
            }
        }
    }
}

extension FieldType where Value == [String: String] {
    fileprivate static var parameters: Self {
        FieldType<[TemplateField]>.fields(
            1...32,
            tooMany: .policyQueryCount,
            name: { entry, _, _ in entry.key },
            value: FieldType<SourceText>.scalar.checked { source, _, _, _ in TemplateSource(source) }
        ).checked { fields, _, _, _ in
            Dictionary(fields.map { ($0.name, $0.value.text) }) { first, _ in first }
        }.plain()
    }

    /// The same without `${…}`.
    private func plain() -> Self {
        var copy = self
        copy.interpolation = .none
        return copy
    }
}

extension FieldType where Value == HostName {
    fileprivate static var cookieDomain: Self {
        FieldType<SourceText>.scalar.described("domain").checked { source, node, path, context in
            let text = source.text.hasPrefix(".") ? String(source.text.dropFirst()) : source.text
            do throws(HostNameError) {
                return try HostName(parsing: text)
            } catch {
                let code: ErrorCode = error.reason == .punycode ? .policyCookiePunycode : .policyCookieName
                context.report(code, at: node, path: path, "\(error)")
                return nil
            }
        }
    }
}

/// A login at one of the well-known providers (`spec/traffic-policy.md` 4.13).
package struct OAuthConfiguration: Sendable, Hashable {
    package enum Provider: String, Sendable, Hashable, CaseIterable {
        case amazon, facebook, github, gitlab, google, linkedin, microsoft, twitch
    }

    package let provider: Provider
    package let login: LoginConfiguration

    init?(_ fields: FieldReader) {
        let provider = fields.required(
            "provider",
            FieldType<Provider>.choice(.oauthProviderUnknown),
            missing: .oauthProviderUnknown,
            "At whom one logs in."
        )
        let login = LoginConfiguration(
            fields,
            idleName: "idle_session_timeout",
            idleAlias: "idle_session_duration",
            missing: .init(both: nil, client: .oauthClientMissing, secret: .oauthSecretMissing)
        )
        guard let provider, let login else { return nil }
        self.provider = provider
        self.login = login
    }
}

/// A login at any OpenID Connect provider (`spec/traffic-policy.md` 4.14).
package struct OpenIDConnectConfiguration: Sendable, Hashable {
    package let issuerURL: TemplateSource
    package let login: LoginConfiguration

    init?(_ fields: FieldReader) {
        let url = FieldType<TemplateSource>.webURL().described(limits: "at most 255 bytes").checked {
            template,
            node,
            path,
            context -> TemplateSource? in
            guard template.text.utf8.count <= 255 else {
                context.report(.policyTextLong, at: node, path: path, "has more than 255 bytes")
                return nil
            }
            return template
        }
        let issuer = fields.required("issuer_url", url, missing: .oidcIssuerMissing, "The provider's issuer.")
        let login = LoginConfiguration(
            fields,
            idleName: "idle_session_duration",
            idleAlias: "idle_session_timeout",
            missing: .init(both: .oidcClientMissing, client: .oidcClientMissing, secret: .oidcSecretMissing)
        )
        guard let issuer, let login else { return nil }
        self.issuerURL = issuer
        self.login = login
    }
}

extension LoginConfiguration {
    fileprivate static let notes = [
        "Who is not logged in is sent to the provider and comes back to what was asked for.",
        "`/ngrok/login` begins a new login, `/ngrok/logout` ends the session; neither reaches the upstream.",
        "The cookies of the login are taken out before a request goes upstream.",
    ]

    fileprivate static func results(of name: String, session: String, flags: [String]) -> [ResultVariable] {
        ResultVariable.errors(of: name)
            + ["id", "email", "name", "provider_user_id", session].map {
                ResultVariable("\(name).identity.\($0)", .string, "Of the user who is logged in.")
            }
            + ["access_token", "refresh_token"].map {
                ResultVariable("\(name).\($0)", .string, "As the provider gave it.")
            }
            + [ResultVariable("\(name).expires_at", .string, "When the access token ends (RFC 3339).")]
            + flags.map { ResultVariable("\(name).\($0)", .bool, "What happened to the session.") }
    }
}

extension OAuthConfiguration {
    static let description = ActionDescription(
        .oauth,
        "Asks for a login at a well-known provider.",
        phases: [.httpRequest],
        ending: .sometimes,
        results: LoginConfiguration.results(
            of: "oauth",
            session: "current_provider_session_id",
            flags: ["session_timed_out", "session_max_duration_reached", "userinfo_refreshed"]
        ),
        notes: LoginConfiguration.notes,
        example: """
            on_http_request:
              - actions:
                  - type: oauth
                    config:
                      provider: github
                      client_id: ${secrets.get('login', 'github-id')}
                      client_secret: ${secrets.get('login', 'github-secret')}
                      max_session_duration: 12h
              - expressions:
                  - "!actions.ngrok.oauth.identity.email.endsWith('@example.com')"
                actions:
                  - type: deny
            """
    ) { OAuthConfiguration($0).map(ActionConfiguration.oauth) }
}

extension OpenIDConnectConfiguration {
    static let description = ActionDescription(
        .openIDConnect,
        "Asks for a login at an OpenID Connect provider.",
        phases: [.httpRequest],
        ending: .sometimes,
        results: LoginConfiguration.results(
            of: "oidc",
            session: "current_session_id",
            flags: [
                "session_timed_out", "session_max_duration_reached", "user_info_refreshed", "userinfo_refreshed",
            ]
        ) + [ResultVariable("oidc.identity_token", .string, "The ID token as the provider gave it.")],
        notes: ["Documents may also call it `oidc`."] + LoginConfiguration.notes,
        example: """
            on_http_request:
              - actions:
                  - type: openid-connect
                    config:
                      issuer_url: https://login.example.com
                      client_id: gateway
                      client_secret: ${secrets.get('login', 'oidc-secret')}
                      scopes: [profile, email]
            """
    ) { OpenIDConnectConfiguration($0).map(ActionConfiguration.openIDConnect) }
}
