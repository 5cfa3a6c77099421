import Control
import Federation
import Model
import NIOHTTP1
import Secrets
import Testing

@testable import Dashboard

/// Signing in with an identity provider, as far as it takes none: the whole way is gone by Chromium, to a real one.
@Suite struct ProviderTests {
    private static func provider(isOnly: Bool = false) -> SignInProvider {
        var provider = SignInProvider(
            name: "Harbor ID",
            issuer: "https://id.example.test",
            clientID: "portico",
            clientSecret: Secret("s3cret")
        ) { (_) throws(Failure) in
            throw Failure(.loginProviderFailed, "The identity provider does not answer.")
        }
        provider.isOnly = isOnly
        provider.groups = ["ops": .administrator, "dev": .developer, "all": .reader]
        return provider
    }

    @Test(
        arguments: [
            ([], nil), (["x"], nil), (["all"], .reader), (["all", "dev"], .developer),
            (["ops", "all"], .administrator),
            (["dev", "x", "ops"], .administrator),
        ] as [([String], MemberRights?)]
    )
    func `Of several groups the one counts that may most`(groups: [String], rights: MemberRights?) {
        #expect(Self.provider().rights(of: groups) == rights)
    }

    @Test func `What a browser keeps of a sign-in comes back as it was, and is of that sign-in alone`() throws {
        let pass = ProviderPass(next: "/endpoints?q=a b")
        #expect(pass.next == "/")
        let other = ProviderPass(next: "/endpoints?q=x")
        let read = try #require(ProviderPass(other.text))
        #expect(read.state == other.state && read.next == "/endpoints?q=x" && read.login == other.login)
        #expect(pass.state != other.state)
        for text in ["", "a.b", "a.b.c", "\(other.text).x", "AAAA.\(other.login).AAAA"] {
            #expect(ProviderPass(text) == nil, "\(text)")
        }
    }

    @Test func `What comes back to another browser, or twice, lets nobody in`() async throws {
        try await DashboardUnderTest.run({ $0.provider = Self.provider() }) { it in
            let browser = it.browser()
            let path = ProviderRoutes.callback
            let bare = try await browser.get("\(path)?code=x&state=y")
            #expect(bare.status == 400 && bare.text.contains("ERR_PORTICO_3121"), "\(bare)")
            let pass = ProviderPass(next: "/")
            let fields = ["cookie": "__Host-sign-in=\(pass.text)"]
            let foreign = try await it.browser().get(
                "\(path)?code=x&state=\(ProviderPass(next: "/").state)",
                fields: fields
            )
            #expect(foreign.status == 400 && foreign.text.contains("ERR_PORTICO_3120"), "\(foreign)")
            let refused = try await it.browser().get("\(path)?error=access_denied&state=\(pass.state)", fields: fields)
            #expect(refused.text.contains("ERR_PORTICO_3114"), "\(refused)")
            let cookies = refused.fields["set-cookie"]
            #expect(cookies.contains { $0.hasPrefix("__Host-sign-in=;") && $0.contains("Max-Age=0") }, "\(cookies)")
        }
    }

    @Test func `A provider that is away is told of, and passwords still work`() async throws {
        try await DashboardUnderTest.run({ $0.provider = Self.provider() }) { it in
            _ = try await it.signedIn()
            let page = try await it.browser().get("/sign-in?next=/audit")
            #expect(page.text.contains("Sign in with Harbor ID"))
            #expect(page.text.contains("href=\"/sign-in/provider?next=%2Faudit\"") && page.text.contains("password"))
            let away = try await it.browser().get(ProviderRoutes.path)
            #expect(away.status == 502 && away.text.contains("does not answer"), "\(away)")
            let form = ["email": "ines@example.test", "password": DashboardUnderTest.password]
            #expect(try await it.browser().post("/sign-in", form).status == 303)
        }
    }

    @Test func `Where the provider is the only way, passwords and invitations by link let nobody in`() async throws {
        try await DashboardUnderTest.run({ $0.provider = Self.provider(isOnly: true) }) { it in
            // The operator's link is the way back where the provider is away.
            let owner = try await it.signedIn()
            let page = try await it.browser().get("/sign-in")
            #expect(page.text.contains("Sign in with Harbor ID") && !page.text.contains("type=\"password\""))
            let form = ["email": "ines@example.test", "password": DashboardUnderTest.password]
            let refused = try await it.browser().post("/sign-in", form)
            #expect(refused.status == 403 && refused.text.contains("ERR_PORTICO_10078"), "\(refused)")
            _ = try await owner.get("/members/new")
            let shown = try await owner.post("/members", ["email": "new@example.test", "role": "developer"])
            let path = String(try #require(shown.text.firstMatch(of: /\/door\/[0-9A-Za-z_]+/)).0)
            let guest = it.browser()
            #expect(!(try await guest.get(path)).text.contains("type=\"password\""))
            let password = DashboardUnderTest.password
            let tried = try await guest.post(path, ["name": "New", "password": password, "again": password])
            #expect(tried.status == 403 && tried.text.contains("ERR_PORTICO_10078"), "\(tried)")
        }
    }
}
