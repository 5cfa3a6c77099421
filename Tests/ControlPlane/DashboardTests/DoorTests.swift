import Control
import Foundation
import Model
import NIOHTTP1
import Secrets
import Testing

@testable import Dashboard

/// Coming in, and what keeps others out.
@Suite struct DoorTests {
    @Test func `Whoever is not signed in is asked to, and comes back to the page`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = it.browser()
            let answer = try await browser.get("/endpoints?q=x")
            #expect(answer.status == 303)
            #expect(answer.location == "/sign-in?next=%2Fendpoints%3Fq%3Dx")
            _ = try await it.signedIn()
            let form = [
                "email": "ines@example.test", "password": DashboardUnderTest.password, "next": "/endpoints?q=x",
            ]
            let inside = try await browser.post("/sign-in", form)
            #expect(inside.location == "/endpoints?q=x")
            #expect(try await browser.follow(inside).status == 200)
            let cookie = try #require(inside.fields.first(name: "set-cookie"))
            #expect(cookie.hasPrefix("__Host-portico=") && cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax"))
        }
    }

    @Test func `A wrong password says so, and very many are refused for a while`() async throws {
        try await DashboardUnderTest.run({ $0.failuresPerMinute = 3 }) { it in
            let browser = it.browser()
            let form = ["email": "ines@example.test", "password": "wrong"]
            for _ in 0..<3 {
                let answer = try await browser.post("/sign-in", form)
                #expect(answer.status == 401 && answer.text.contains("ERR_PORTICO_100700"))
            }
            let answer = try await browser.post("/sign-in", form)
            #expect(answer.status == 429 && answer.text.contains("ERR_PORTICO_100701"))
        }
    }

    @Test func `Forms of other sites and of other sessions are refused`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            let foreign = try await browser.post("/settings/profile", ["name": "x"], origin: "https://evil.test")
            #expect(foreign.status == 403 && foreign.text.contains("ERR_PORTICO_100706"))
            let forged = try await browser.post("/settings/profile", ["name": "x"], token: "AAAA")
            #expect(forged.status == 403 && forged.text.contains("ERR_PORTICO_100706"))
            let theirs = try await it.signedInOther().get("/settings").hidden("form_token")
            let stolen = try await browser.post("/settings/profile", ["name": "x"], token: theirs)
            #expect(stolen.status == 403)
            let own = try await browser.post("/settings/profile", ["name": "Ines M.", "keys": "on"])
            #expect(own.location == "/settings?done=saved")
            #expect(try await browser.follow(own).text.contains("Ines M."))
            let entered = try await it.browser().post(
                "/sign-in",
                ["email": "a", "password": "b"],
                origin: "https://evil.test"
            )
            #expect(entered.status == 403)
        }
    }

    @Test func `Signing out ends the session, whoever has its cookie`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            #expect(try await browser.get("/").status == 200)
            #expect(try await browser.post("/sign-out", [:]).location == "/sign-in")
            #expect(try await browser.get("/").location == "/sign-in")
        }
    }

    @Test(arguments: ["/", "/sign-in", "/assets/dashboard.js", "/nothing", "/endpoints"])
    func `Every answer has the strict headers`(path: String) async throws {
        try await DashboardUnderTest.run { it in
            let answer = try await it.browser().get(path)
            let policy = try #require(answer.fields.first(name: "content-security-policy"))
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("http"))
            #expect(answer.fields.first(name: "x-content-type-options") == "nosniff")
            #expect(answer.fields.first(name: "strict-transport-security") != nil)
        }
    }

    @Test func `A second factor is set up, asked for, and may be replaced by a recovery code`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            _ = try await browser.get("/settings")
            let begun = try await browser.post("/settings/factor/begin", ["password": DashboardUnderTest.password])
            #expect(begun.location == "/settings#factor")
            let factor = try #require(try await it.control.signIns.own(it.first.user).newFactor)
            #expect(try await browser.get("/settings").text.contains(factor.base32.reveal()))
            let wrong = try await browser.post("/settings/factor/confirm", ["code": "abc"])
            #expect(wrong.status == 401 && wrong.text.contains("ERR_PORTICO_100702"))
            let code = factor.code(at: Int64(Date().timeIntervalSince1970))
            let shown = try await browser.post("/settings/factor/confirm", ["code": code])
            #expect(shown.status == 200 && shown.text.contains("Recovery codes"))
            let recovery = try #require(shown.text.firstMatch(of: /[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}/)).0

            let second = it.browser()
            let form = ["email": "ines@example.test", "password": DashboardUnderTest.password]
            #expect(try await second.post("/sign-in", form).location == "/sign-in/code")
            #expect(try await second.get("/").location == "/sign-in")
            #expect(try await second.post("/sign-in/code", ["code": code]).status == 401)
            #expect(try await second.post("/sign-in/code", ["code": String(recovery)]).location == "/")
            #expect(try await second.get("/").status == 200)
        }
    }

    @Test func `A page that is not there says so, and knows nothing of what was asked for`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            let answer = try await browser.get("/nothing/%3Cscript%3Ealert(1)%3C/script%3E")
            #expect(answer.status == 404 && answer.text.contains("ERR_PORTICO_100708"))
            #expect(!answer.text.contains("<script>alert"))
        }
    }
}
