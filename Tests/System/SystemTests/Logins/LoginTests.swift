import Addressing
import Edge
import EdgeTestSupport
import Federation
import Foundation
import NIOCore
import Outbound
import Portico
import Proxy
import Store
import func TestSupport.pause
import Testing

@testable import PolicyEngine

/// Logins by OpenID Connect at a fake provider, through a whole edge: what it does right, and what it does wrong.
@Suite(.timeLimit(.minutes(2))) struct LoginTests {
    static let url = "https://app.edge.test/page?x=1"

    /// An edge with an endpoint whose policy wants a login, beside a fake provider.
    static func with(
        _ settings: String = "",
        after rules: String = "",
        expressions: String = "",
        configure: (inout TestEdge.Setup) throws -> Void = { _ in },
        _ body: (TestEdge, FakeProvider) async throws -> Void
    ) async throws {
        try await FakeProvider.with { provider in
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                try await TestEdge.with { setup in
                    var outbound = OutboundConfiguration()
                    outbound.rules.opened = [try IPPrefix(parsing: "127.0.0.0/8")]
                    setup.edge.proxy.policy.services.requester = try OutboundRequester(outbound)
                    // A provider that has changed its key is asked at once, and not after a minute.
                    var limits = DocumentCache<KeySet>.Limits()
                    limits.pause = .zero
                    setup.edge.proxy.policy.services.keySets = KeySetStore(limits)
                    try configure(&setup)
                } _: { edge in
                    let agent = try await edge.connectAgent()
                    for host in ["app.edge.test", "other.edge.test"] {
                        var options = EndpointOptions(scheme: .https, url: "https://\(host)")
                        options.trafficPolicy = """
                            on_http_request:
                              - \(expressions)
                                actions:
                                  - type: openid-connect
                                    config:
                                      issuer_url: \(provider.issuer)
                                      client_id: portico
                                      client_secret: s3cret-of-portico
                                      \(settings)
                            \(rules)
                            """
                        _ = try await agent.forward(to: "\(upstream.port)", options: options)
                    }
                    try await body(edge, provider)
                    await agent.close()
                }
            }
        }
    }

    @Test func `A visitor logs in at a fake provider and comes back to what was asked for`() async throws {
        try await Self.with { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            let begun = try await browser.get(Self.url)
            #expect(begun.status == 302)
            let sent = FakeProvider.parameters(URLComponents(string: begun.location)?.percentEncodedQuery ?? "")
            #expect(sent["redirect_uri"] == "https://idp.edge.test/oauth2/callback")
            #expect(sent["response_type"] == "code" && sent["client_id"] == "portico" && sent["scope"] == "openid")
            #expect(sent["code_challenge_method"] == "S256" && sent["code_challenge"]?.count == 43)
            #expect(sent["nonce"]?.count == 43 && (sent["state"]?.count ?? 0) > 100)
            let proof = try #require(begun.setCookies.first)
            #expect(proof.hasPrefix("__Host-portico.nonce=") && proof.hasSuffix("; Secure; HttpOnly; SameSite=Lax"))
            #expect(proof.contains("; Path=/;") && !proof.contains("Domain"))

            let back = try await browser.get(try provider.agree(at: begun.location))
            #expect(back.status == 302 && back.location.hasPrefix("https://app.edge.test/ngrok/callback?ticket="))
            #expect(back.setCookies.isEmpty)
            let ended = try await browser.get(back.location)
            #expect(ended.status == 302 && ended.location == Self.url, "\(ended)")
            #expect(ended.setCookies.first?.hasPrefix("__Host-portico.session=") == true)

            for _ in 0..<4 {
                let page = try await browser.get(Self.url, fields: "ngrok-auth-user-email: eve\r\nX-A: b\r\n")
                #expect(page.status == 200, "\(page)")
                #expect(page.body.hasPrefix("GET /page?x=1 HTTP/1.1"))
                #expect(page.body.contains("ngrok-auth-user-email: ada@example.com\r\n"))
                #expect(page.body.contains("ngrok-auth-user-name: Ada\r\n"))
                #expect(page.body.contains("ngrok-auth-oauth-access-token: access-1\r\n"))
                #expect(page.body.contains("ngrok-auth-oauth-refresh-token: refresh-1\r\n"))
                #expect(!page.body.contains("portico.session") && !page.body.contains("eve"))
            }
            // Other cookies go on to the service.
            browser.cookies["app.edge.test"]?["mine"] = "1"
            let page = try await browser.get(Self.url)
            #expect(
                page.body.contains("\r\ncookie: mine=1\r\n") || page.body.contains("\r\nCookie: mine=1\r\n"),
                "\(page)"
            )
            #expect(provider.count("/token") == 1)
        }
    }

    @Test func `A rule for one path has its login come back too`() async throws {
        try await Self.with(expressions: "expressions: [\"req.url.path.startsWith('/page')\"]") {
            (edge, provider) async throws in
            let browser = TestBrowser(edge)
            #expect(try await browser.get("https://app.edge.test/open").status == 200)
            #expect(try await browser.login(Self.url, at: provider).body.contains("ngrok-auth-user-id: au_"))
            #expect(try await browser.get("https://app.edge.test/ngrok/logout").status == 302)
            #expect(try await browser.get(Self.url).status == 302)
        }
    }

    @Test func `Rules see who has logged in`() async throws {
        let rules = """
              - actions:
                  - type: custom-response
                    config:
                      status_code: 200
                      body: "${actions.ngrok.oidc.identity.email} ${actions.ngrok.oidc.identity.name} \\
                        ${actions.ngrok.oidc.identity.provider_user_id} ${actions.ngrok.oidc.identity.current_session_id} \\
                        ${actions.ngrok.oidc.access_token} ${actions.ngrok.oidc.error.code}"
            """
        try await Self.with(after: rules) { (edge, provider) async throws in
            let answer = try await TestBrowser(edge).login(Self.url, at: provider)
            #expect(
                answer.body.hasPrefix("ada@example.com Ada u1 as_") && answer.body.hasSuffix(" access-1 "),
                "\(answer)"
            )
        }
    }

    @Test(arguments: [
        ("email_addresses: [ada@example.com]", ""), ("email_addresses: [ADA@Example.com]", ""),
        ("email_domains: [example.com]", ""), ("email_domains: [EXAMPLE.COM]", ""),
        ("email_domains: [ample.com]", "3105"), ("email_domains: [com]", "3105"),
        ("email_addresses: [a@example.com]", "3105"),
    ])
    func `email_addresses and email_domains say who may pass`(setting: String, code: String) async throws {
        try await Self.with(setting) { (edge, provider) async throws in
            let answer = try await TestBrowser(edge).login(Self.url, at: provider)
            #expect(answer.code == (code.isEmpty ? "" : "ERR_NGROK_\(code)"), "\(answer)")
            #expect(answer.status == (code.isEmpty ? 200 : 403))
        }
    }

    @Test(arguments: [
        ("ada@example.com", "false", "3109"), ("", "true", "3109"), ("ada@a@example.com", "true", "3104"),
    ])
    func `An address that is not proven, or none, is on no list`(email: String, verified: String, code: String)
        async throws
    {
        try await Self.with("email_domains: [example.com]") { (edge, provider) async throws in
            provider.behave { behaviour in
                behaviour.user = [:]
                behaviour.claims = { ($0["email"], $0["email_verified"]) = (email, verified == "true") }
            }
            let answer = try await TestBrowser(edge).login(Self.url, at: provider)
            #expect(answer.code == "ERR_NGROK_\(code)", "\(answer)")
        }
    }

    @Test func `allow_cors_preflight lets OPTIONS pass, without a word of who asks`() async throws {
        try await Self.with("allow_cors_preflight: true") { (edge, _) async throws in
            let browser = TestBrowser(edge)
            let answer = try await browser.get(Self.url, method: "OPTIONS", fields: "Ngrok_Auth-User_Email: eve\r\n")
            #expect(answer.status == 200 && !answer.body.contains("eve"), "\(answer)")
            #expect(try await browser.get(Self.url).status == 302)
        }
        try await Self.with { (edge, _) async throws in
            #expect(try await TestBrowser(edge).get(Self.url, method: "OPTIONS").status == 302)
        }
    }

    @Test func `auth_id names cookies and pages`() async throws {
        try await Self.with("auth_id: staff") { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            #expect(try await browser.login(Self.url, at: provider).status == 200)
            let names = browser.cookies["app.edge.test"]?.keys.sorted()
            #expect(names == ["__Host-portico.nonce.staff", "__Host-portico.session.staff"])
            let other = try await browser.get("https://app.edge.test/ngrok/logout?auth_id=other")
            #expect(other.code == "ERR_NGROK_3106")
            #expect(try await browser.get("https://app.edge.test/ngrok/logout?auth_id=staff").status == 302)
            #expect(try await browser.get(Self.url).status == 302)
        }
    }

    @Test func `authz_url_params and scopes are asked for, and change nothing of the login's own`() async throws {
        let setting = "scopes: [groups, openid]"
        let parameters = "authz_url_params: {hd: example.com, state: x, prompt: consent}"
        try await Self.with("\(setting)\n          \(parameters)") { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            let begun = [try await browser.get(Self.url), try await browser.get("https://app.edge.test/other")]
            var ended: [String] = []
            for begun in begun {
                let back = try await browser.get(try provider.agree(at: begun.location))
                ended.append(try await browser.get(back.location).location)
            }
            #expect(ended == [Self.url, "https://app.edge.test/other"])
        }
    }

    @Test func `A login has a new session, and the one before is over`() async throws {
        try await Self.with { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            _ = try await browser.login(Self.url, at: provider)
            let before = browser.cookies
            _ = try await browser.login("https://app.edge.test/ngrok/login", at: provider)
            #expect(browser.cookies["app.edge.test"] != before["app.edge.test"])
            #expect(try await browser.get(Self.url).status == 200)
            browser.cookies = before
            #expect(try await browser.get(Self.url).status == 302)
        }
    }

    @Test func `Plain HTTP has no login`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                var options = EndpointOptions(scheme: .http, url: "http://app.edge.test")
                options.trafficPolicy = """
                    on_http_request:
                      - actions: [{type: oauth, config: {provider: github, client_id: a, client_secret: b}}]
                    """
                _ = try await agent.forward(to: "\(upstream.port)", options: options)
                let visitor = try await edge.visit()
                try await visitor.write(request("GET /", "Connection: close\r\n"))
                let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
                #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("ERR_NGROK_100408"), "\(answer)")
                await agent.close()
            }
        }
    }

    // MARK: - The life of a session

    @Test func `A session that was deleted is over with the next request`() async throws {
        try await Self.with { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            _ = try await browser.login(Self.url, at: provider)
            let record = try #require(
                try await edge.store.list(RecordKind("application_session"), in: .platform, Page()).first
            )
            let text = String(decoding: record.document, as: UTF8.self)
            #expect(!text.contains("access-1") && !text.contains("refresh-1"), "\(text)")
            try await edge.store.commit([.delete(record.kind, id: record.id, in: .platform, revision: nil)])
            while try await browser.get(Self.url).status == 200 { await pause() }
            #expect(try await browser.get(Self.url).status == 302)
        }
    }

    @Test func `The user's data is fetched again, and tokens that are over are renewed`() async throws {
        try await Self.with("userinfo_refresh_interval: 1s") { (edge, provider) async throws in
            provider.behave { $0.tokenSeconds = 1 }
            let browser = TestBrowser(edge)
            _ = try await browser.login(Self.url, at: provider)
            provider.behave { $0.user["name"] = "Lovelace" }
            var page = try await browser.get(Self.url)
            while page.status == 200, !page.body.contains("user-name: Lovelace") {
                page = try await browser.get(Self.url)
            }
            // A slow machine may have had them renewed before the name was changed, too.
            let number = provider.count("/token")
            #expect(number > 1 && page.body.contains("ngrok-auth-oauth-access-token: access-\(number)"), "\(page)")
            // A provider that is away ends nothing.
            provider.behave { $0.userStatus = 500 }
            let asked = provider.count("/user")
            while provider.count("/user") == asked { #expect(try await browser.get(Self.url).status == 200) }
            #expect(try await browser.get(Self.url).status == 200)
        }
    }

    @Test func `Tokens that were renewed are kept, whatever comes of the user's data`() async throws {
        try await Self.with("userinfo_refresh_interval: 1s") { (edge, provider) async throws in
            provider.behave { $0.tokenSeconds = 1 }
            let browser = TestBrowser(edge)
            _ = try await browser.login(Self.url, at: provider)
            // The provider takes each refresh token once, and has a failure behind it.
            provider.behave { $0.userStatus = 500 }
            let tokens = provider.count("/token")
            var page = try await browser.get(Self.url)
            while page.status == 200, provider.count("/token") == tokens { page = try await browser.get(Self.url) }
            let number = provider.count("/token")
            #expect(page.body.contains("ngrok-auth-oauth-access-token: access-\(number)"), "\(page)")
            // The old one would be refused now, which would end the session. Nobody is asked again for a minute.
            let again = try await browser.get(Self.url)
            #expect(again.body.contains("ngrok-auth-oauth-refresh-token: refresh-\(number)"), "\(again)")
        }
    }

    /// Renewed tokens bring an ID token of a new key along, while the fake provider's key set cannot be fetched.
    @Test(arguments: [true, false], [true, false])
    func `Keys that cannot be fetched end no session`(hasUserData: Bool, areKeysKnown: Bool) async throws {
        try await Self.with("userinfo_refresh_interval: 1s") { setup in
            var limits = DocumentCache<KeySet>.Limits()
            limits.pause = .zero
            // Where the keys of the login are forgotten there is none at all; where not, that of the token is not among them.
            if !areKeysKnown { (limits.freshFor, limits.longestAge) = (.zero, .zero) }
            setup.edge.proxy.policy.services.keySets = KeySetStore(limits)
        } _: { (edge, provider) async throws in
            provider.behave {
                ($0.hasUserData, $0.renewsIdentity, $0.tokenSeconds) = (hasUserData, true, 1)
                $0.claims = { $0["name"] = "Ada" }
            }
            let browser = TestBrowser(edge)
            #expect(try await browser.login(Self.url, at: provider).status == 200)
            provider.rotate()
            provider.behave {
                $0.keysStatus = 503
                $0.claims = { $0["name"] = "Lovelace" }
            }
            let asked = provider.count("/keys")
            while provider.count("/keys") == asked {
                let page = try await browser.get(Self.url)
                #expect(page.status == 200, "\(page)")
                await pause()
            }
            let page = try await browser.get(Self.url)
            let number = provider.count("/token")
            #expect(page.status == 200 && page.body.contains("ngrok-auth-user-name: Ada\r\n"), "\(page)")
            // The tokens that came are good all the same: those before them are over.
            #expect(page.body.contains("ngrok-auth-oauth-access-token: access-\(number)\r\n"), "\(page)")
        }
    }

    @Test func `A provider without user data tells of the user by new ID tokens`() async throws {
        try await Self.with("userinfo_refresh_interval: 1s") { (edge, provider) async throws in
            provider.behave { ($0.hasUserData, $0.renewsIdentity) = (false, true) }
            let browser = TestBrowser(edge)
            #expect(try await browser.login(Self.url, at: provider).status == 200)
            provider.behave { $0.claims = { $0["name"] = "Lovelace" } }
            var page = try await browser.get(Self.url)
            while page.status == 200, !page.body.contains("ngrok-auth-user-name: Lovelace\r\n") {
                await pause()
                page = try await browser.get(Self.url)
            }
            #expect(page.status == 200, "\(page)")
            // Of another user it is another's.
            provider.behave { $0.claims = { $0["sub"] = "u2" } }
            while page.status == 200 {
                await pause()
                page = try await browser.get(Self.url)
            }
            #expect(page.code == "ERR_NGROK_3113", "\(page)")
        }
    }

    /// The fake provider's ID tokens are over in some seconds: clocks may differ by a minute.
    @Test func `An ID token that is over since the login ends no session`() async throws {
        try await Self.with("userinfo_refresh_interval: 1s") { (edge, provider) async throws in
            provider.behave {
                ($0.hasUserData, $0.identitySeconds) = (false, -50)
                $0.tokens = { $0["refresh_token"] = nil }
            }
            let browser = TestBrowser(edge)
            let begun = ContinuousClock.now
            #expect(try await browser.login(Self.url, at: provider).status == 200)
            while ContinuousClock.now - begun < .seconds(12) {
                let page = try await browser.get(Self.url)
                try #require(page.status == 200, "\(page)")
                await pause()
            }
        }
    }

    @Test func `What ID tokens alone tell of a user is not lost when other data is fetched again`() async throws {
        try await Self.with("userinfo_refresh_interval: 1s\n          email_domains: [example.com]") {
            (edge, provider) async throws in
            provider.behave { $0.user = ["name": "Ada"] }
            let browser = TestBrowser(edge)
            #expect(try await browser.login(Self.url, at: provider).status == 200)
            let asked = provider.count("/user")
            while provider.count("/user") == asked {
                #expect(try await browser.get(Self.url).status == 200)
                await pause()
            }
            let page = try await browser.get(Self.url)
            #expect(page.status == 200 && page.body.contains("ngrok-auth-user-email: ada@example.com"), "\(page)")
        }
    }

    @Test func `A provider that says of itself what is wrong ends no session, and is asked again`() async throws {
        try await FakeProvider.with { provider in
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                var kept: TestEdge.Kept?
                var cookies: [String: [String: String]] = [:]
                for round in 0..<2 {
                    try await TestEdge.with { setup in
                        setup.kept = kept
                        var outbound = OutboundConfiguration()
                        outbound.rules.opened = [try IPPrefix(parsing: "127.0.0.0/8")]
                        setup.edge.proxy.policy.services.requester = try OutboundRequester(outbound)
                    } _: { edge in
                        let agent = try await edge.connectAgent()
                        var options = EndpointOptions(scheme: .https, url: "https://app.edge.test")
                        options.trafficPolicy = """
                            on_http_request:
                              - actions:
                                  - type: openid-connect
                                    config: {issuer_url: "\(provider.issuer)", client_id: portico, client_secret: s3cret-of-portico, userinfo_refresh_interval: 1s}
                            """
                        _ = try await agent.forward(to: "\(upstream.port)", options: options)
                        let browser = TestBrowser(edge)
                        browser.cookies = cookies
                        let document = "/.well-known/openid-configuration"
                        if round == 0 {
                            _ = try await browser.login(Self.url, at: provider)
                        } else {
                            provider.behave { $0.issuer = "https://evil.example.com" }
                            let asked = provider.count(document)
                            while provider.count(document) == asked {
                                let page = try await browser.get(Self.url)
                                #expect(page.status == 200, "\(page)")
                            }
                            #expect(try await browser.get(Self.url).status == 200)
                            #expect(edge.logins.sessions.refreshes == 0)
                        }
                        cookies = browser.cookies
                        kept = edge.kept
                        await agent.close()
                    }
                }
            }
        }
    }

    @Test func `A login that the provider has ended is over`() async throws {
        try await Self.with("userinfo_refresh_interval: 1s") { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            _ = try await browser.login(Self.url, at: provider)
            provider.behave { $0.userStatus = 401 }
            var page = try await browser.get(Self.url)
            while page.status == 200 { page = try await browser.get(Self.url) }
            #expect(page.status == 401 && page.code == "ERR_NGROK_3113" && page.body.contains("href=\"/ngrok/login\""))
            #expect(page.field("www-authenticate") == nil)
            #expect(try await browser.get(Self.url).status == 302)
        }
    }

    @Test func `A session outlives the edge that began it`() async throws {
        try await FakeProvider.with { provider in
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                var kept: TestEdge.Kept?
                var cookies: [String: [String: String]] = [:]
                for round in 0..<2 {
                    try await TestEdge.with { setup in
                        setup.kept = kept
                        var outbound = OutboundConfiguration()
                        outbound.rules.opened = [try IPPrefix(parsing: "127.0.0.0/8")]
                        setup.edge.proxy.policy.services.requester = try OutboundRequester(outbound)
                    } _: { edge in
                        let agent = try await edge.connectAgent()
                        var options = EndpointOptions(scheme: .https, url: "https://app.edge.test")
                        options.trafficPolicy = """
                            on_http_request:
                              - actions:
                                  - type: openid-connect
                                    config: {issuer_url: "\(provider.issuer)", client_id: portico, client_secret: s3cret-of-portico}
                            """
                        _ = try await agent.forward(to: "\(upstream.port)", options: options)
                        let browser = TestBrowser(edge)
                        browser.cookies = cookies
                        if round == 0 { _ = try await browser.login(Self.url, at: provider) }
                        let page = try await browser.get(Self.url)
                        #expect(
                            page.status == 200 && page.body.contains("ngrok-auth-oauth-access-token: access-1"),
                            "\(page)"
                        )
                        cookies = browser.cookies
                        kept = edge.kept
                        await agent.close()
                    }
                }
            }
        }
    }
}
