import EdgeTestSupport
import Foundation
import Testing

/// Logins at a hostile fake provider, and with hostile visitors: none gets in, and each is told why by a code.
@Suite(.timeLimit(.minutes(2))) struct HostileProviderTests {
    private static let url = LoginTests.url

    /// What a fake provider does wrong, and the code that a visitor gets.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: Int
        let behave: @Sendable (inout FakeProvider.Behaviour) -> Void

        init(_ name: String, _ code: Int, _ behave: @escaping @Sendable (inout FakeProvider.Behaviour) -> Void) {
            self.testDescription = name
            self.code = code
            self.behave = behave
        }
    }

    private static let wrongs: [Wrong] = [
        Wrong("another issuer in the discovery document", 5208) { $0.issuer = "https://evil.example.com" },
        Wrong("another issuer in the token", 5204) { $0.claims = { $0["iss"] = "https://evil.example.com" } },
        Wrong("another audience", 5204) { $0.claims = { $0["aud"] = "another" } },
        Wrong("another party", 5204) { $0.claims = { ($0["aud"], $0["azp"]) = (["portico", "another"], "another") } },
        Wrong("two audiences and no party", 5204) { $0.claims = { $0["aud"] = ["portico", "another"] } },
        Wrong("another nonce", 5204) { $0.claims = { $0["nonce"] = "another" } },
        Wrong("no nonce", 5204) { $0.claims = { $0["nonce"] = nil } },
        Wrong("a token that is over", 5204) { $0.claims = { $0["exp"] = 1_700_000_000 } },
        Wrong("a token without an end", 5204) { $0.claims = { $0["exp"] = nil } },
        Wrong("a token of the future", 5204) {
            $0.claims = { $0["iat"] = Int(Date().timeIntervalSince1970) + 3600 }
        },
        Wrong("a token of nobody", 5204) { $0.claims = { $0["sub"] = nil } },
        Wrong("another user in the user's data", 5204) { $0.user["sub"] = "u2" },
        Wrong("an ID token of another access token", 5204) { $0.claims = { $0["at_hash"] = "77QmUPtjPfzWtF2AnpK9RQ" } },
        Wrong("a hash of the access token that is none", 5204) { $0.claims = { $0["at_hash"] = 1 } },
        Wrong("another key", 5204) { $0.signsWithOther = true },
        Wrong("no signature", 5204) { $0.signature = "" },
        Wrong("the algorithm none", 5204) {
            $0.header = { $0["alg"] = "none" }
            $0.signature = ""
        },
        Wrong("the public key as a shared secret", 5204) { $0.header = { $0["alg"] = "HS256" } },
        Wrong("another algorithm than the key's", 5204) { $0.header = { $0["alg"] = "RS256" } },
        Wrong("a key that the token brings along", 5204) {
            $0.header = { ($0["kid"], $0["jku"]) = (nil, "http://127.0.0.1/keys") }
            $0.signsWithOther = true
        },
        Wrong("no ID token", 5203) { $0.tokens = { $0["id_token"] = nil } },
        Wrong("an ID token that is none", 5204) { $0.tokens = { $0["id_token"] = "a.b.c" } },
        Wrong("a token that is no bearer's", 5202) { $0.tokens = { $0["token_type"] = "mac" } },
        Wrong("a token with a line in it", 5202) { $0.tokens = { $0["access_token"] = "a\r\nx: y" } },
        Wrong("a token that is too long", 5202) {
            $0.tokens = { $0["access_token"] = String(repeating: "a", count: 10_000) }
        },
        Wrong("no token", 5202) { $0.tokens = { $0["access_token"] = nil } },
        Wrong("an error of its own", 5202) { $0.tokens = { $0["error"] = "whatever" } },
        Wrong("a code that was used", 3122) { $0.tokens = { $0["error"] = "invalid_grant" } },
        Wrong("an application that it does not know", 3125) { $0.tokens = { $0["error"] = "invalid_client" } },
        Wrong("too much to do", 3161) { $0.userStatus = 429 },
        Wrong("a failure", 3160) { $0.userStatus = 500 },
        Wrong("a huge discovery document", 5208) { $0.huge = ["/.well-known/openid-configuration"] },
        Wrong("a huge token answer", 3166) { $0.huge = ["/token"] },
        Wrong("huge keys", 5204) { $0.huge = ["/keys"] },
        Wrong("huge data of the user", 3166) { $0.huge = ["/user"] },
    ]

    @Test(arguments: Self.wrongs)
    func `A hostile fake provider lets nobody in`(wrong: Wrong) async throws {
        try await LoginTests.with { (edge, provider) async throws in
            provider.behave(wrong.behave)
            let browser = TestBrowser(edge)
            let answer = try await browser.login(Self.url, at: provider)
            #expect(answer.code == "ERR_NGROK_\(wrong.code)", "\(answer)")
            #expect(answer.body.contains("href=\"/ngrok/login\""))
            #expect(!answer.body.contains("s3cret") && !answer.body.contains("access-1"))
            #expect(browser.cookies["app.edge.test"]?["__Host-portico.session"] == nil)
            #expect(try await browser.get(Self.url).status != 200)
        }
    }

    @Test(arguments: ["/.well-known/openid-configuration", "/token"])
    func `A silent fake provider holds nobody for long`(path: String) async throws {
        try await LoginTests.with { (edge, provider) async throws in
            provider.behave { $0.silent = [path] }
            let began = ContinuousClock.now
            let answer = try await TestBrowser(edge).login(Self.url, at: provider)
            #expect(answer.status == 502, "\(answer)")
            #expect(ContinuousClock.now - began < .seconds(20))
        }
    }

    // MARK: - Visitors

    @Test func `A login is good once, in the browser that began it, at its own host`() async throws {
        try await LoginTests.with { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            let begun = try await browser.get(Self.url)
            let back = try await browser.get(try provider.agree(at: begun.location))
            // Somebody sends the link to another: nobody is logged in as somebody else unawares.
            let victim = TestBrowser(edge)
            #expect(try await victim.get(back.location).code == "ERR_NGROK_3121")
            _ = try await victim.get(Self.url)
            #expect(try await victim.get(back.location).code == "ERR_NGROK_3120")
            // To another host of the same account, with the same cookies.
            let elsewhere = back.location.replacing("app.edge.test", with: "other.edge.test")
            browser.cookies["other.edge.test"] = browser.cookies["app.edge.test"]
            #expect(try await browser.get(elsewhere).code == "ERR_NGROK_3124")
            #expect(provider.count("/token") == 0)
            // Once, and not twice.
            #expect(try await browser.get(back.location).status == 302)
            #expect(try await browser.get(back.location).code == "ERR_NGROK_3123")
            #expect(provider.count("/token") == 1)
        }
    }

    @Test func `A code that is sent back twice is good once`() async throws {
        try await LoginTests.with { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            let begun = try await browser.get(Self.url)
            let callback = try provider.agree(at: begun.location)
            let (first, second) = (try await browser.get(callback), try await browser.get(callback))
            #expect(try await browser.get(first.location).status == 302)
            #expect(try await browser.get(second.location).code == "ERR_NGROK_3123")
        }
    }

    @Test func `A code that was stolen is of no use to the thief's own login`() async throws {
        try await LoginTests.with { (edge, provider) async throws in
            let (victim, thief) = (TestBrowser(edge), TestBrowser(edge))
            let stolen = try provider.agree(at: try await victim.get(Self.url).location)
            let own = try provider.agree(at: try await thief.get(Self.url).location)
            let code = stolen.split(separator: "=")[1].prefix { $0 != "&" }
            let ownCode = own.split(separator: "=")[1].prefix { $0 != "&" }
            let mixed = own.replacing("code=\(ownCode)", with: "code=\(code)")
            let back = try await thief.get(mixed)
            // The proof key of one login does not fit the code of another.
            #expect(try await thief.get(back.location).code == "ERR_NGROK_3122")
        }
    }

    @Test(arguments: [
        ("", "3107"), ("?state=x&code=c", "3107"), ("?code=c", "3107"), ("?STATE", "3166"),
        ("?STATE&code=a&code=b", "3166"), ("?STATE&code=a&error=access_denied", "3166"),
        ("?STATE&STATE&code=a", "3107"),
    ])
    func `What comes back without a state and a code of ours goes nowhere`(query: String, code: String) async throws {
        try await LoginTests.with { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            let begun = try await browser.get(Self.url)
            let parameters = FakeProvider.parameters(URLComponents(string: begun.location)?.percentEncodedQuery ?? "")
            let state = "state=\(parameters["state"] ?? "")"
            let callback = "https://idp.edge.test/oauth2/callback" + query.replacing("STATE", with: state)
            let answer = try await browser.get(callback)
            #expect(answer.code == "ERR_NGROK_\(code)" && answer.location.isEmpty, "\(answer)")
        }
    }

    @Test(arguments: [
        ("access_denied", "3114"), ("invalid_scope", "3126"), ("login_required", "5532"), ("<b>", "3112"),
    ])
    func `A provider that refuses is told of`(error: String, code: String) async throws {
        try await LoginTests.with { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            let begun = try await browser.get(Self.url)
            let parameters = FakeProvider.parameters(URLComponents(string: begun.location)?.percentEncodedQuery ?? "")
            let sent = error.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let back = try await browser.get(
                "https://idp.edge.test/oauth2/callback?error=\(sent)&state=\(parameters["state"] ?? "")"
            )
            let answer = try await browser.get(back.location)
            #expect(answer.code == "ERR_NGROK_\(code)" && !answer.body.contains("<b>"), "\(answer)")
        }
    }

    @Test func `A login that comes back from another provider is refused`() async throws {
        try await LoginTests.with { (edge, provider) async throws in
            let answer = try await TestBrowser(edge).login(Self.url, at: provider, iss: "https://evil.example.com")
            #expect(answer.code == "ERR_NGROK_3120", "\(answer)")
            #expect(provider.count("/token") == 0)
            let right = try await TestBrowser(edge).login(Self.url, at: provider, iss: provider.issuer)
            #expect(right.status == 200)
        }
    }

    @Test(arguments: [
        "https://evil.test/", "//evil.test/", "/\\evil.test", "\\/evil.test", "evil.test", "", "/a%0d%0ab", "/a%09",
    ])
    func `No page of a login leads to another host`(path: String) async throws {
        try await LoginTests.with { (edge, _) async throws in
            let browser = TestBrowser(edge)
            for page in ["login", "logout"] {
                let sent = path.replacing("\\", with: "%5C")
                let answer = try await browser.get("https://app.edge.test/ngrok/\(page)?redirect_path=\(sent)")
                #expect(answer.code == "ERR_NGROK_3106" && answer.location.isEmpty, "\(answer)")
            }
        }
    }

    @Test func `A path that looks like another host leads back to its own`() async throws {
        try await LoginTests.with { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            let begun = try await browser.get("https://app.edge.test//evil.test/")
            let back = try await browser.get(try provider.agree(at: begun.location))
            let ended = try await browser.get(back.location)
            #expect(ended.location == "https://app.edge.test//evil.test/")
        }
    }

    // MARK: - Keys

    @Test func `A fake provider that changes its key goes on logging visitors in`() async throws {
        try await LoginTests.with { (edge, provider) async throws in
            let before = try await TestBrowser(edge).login(Self.url, at: provider)
            provider.rotate()
            let after = try await TestBrowser(edge).login(Self.url, at: provider)
            #expect(before.status == 200 && after.status == 200, "\(after)")
            #expect(provider.count("/keys") == 2)
        }
    }
}
