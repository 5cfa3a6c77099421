import APITypes
import Control
import JSON
import Model
import Secrets
import Testing

@testable import Dashboard

/// What pages show and do, over a real socket.
@Suite struct PageTests {
    @Test func `Every page that the navigation leads to is there, small, and has one heading and its landmarks`()
        async throws
    {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            for link in AllPages.links {
                let answer = try await browser.get(link.path)
                #expect(answer.status == 200, "\(link.path): \(answer)")
                #expect(answer.text.ranges(of: "<h1>").count == 1, "\(link.path)")
                #expect(answer.text.contains("aria-current=\"page\""), "\(link.path)")
                #expect(answer.text.utf8.count < 100_000, "\(link.path)")
                #expect(!answer.text.contains("style=") && !answer.text.contains("onclick"), "\(link.path)")
                #expect(!answer.text.contains("{{"), "\(link.path)")
            }
        }
    }

    @Test func `An authtoken is made, shown once, changed, found and deleted`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            #expect(try await browser.get("/authtokens/new").text.contains("Create authtoken"))
            let made = try await browser.post(
                "/authtokens",
                [
                    "description": "laptop <b>", "acl": "bind:*.example.com\nbind:app.portico.test",
                    "owner_id": it.first.user.text,
                ]
            )
            #expect(made.status == 200, "\(made)")
            let token = try #require(made.text.firstMatch(of: /[0-9A-Za-z]{27}_[0-9A-Za-z]{21}/)).0
            #expect(!made.text.contains("<b>\""))
            let list = try await browser.get("/authtokens")
            #expect(list.text.contains("laptop &lt;b&gt;") && !list.text.contains(token))
            let path = try #require(list.text.firstMatch(of: /\/authtokens\/cr_[0-9A-Za-z]+/)).0
            let newest = String(path)
            let page = try await browser.get(newest)
            #expect(page.status == 200 && !page.text.contains(token))
            #expect(try await browser.get("\(newest)/edit").text.contains("bind:*.example.com"))
            let saved = try await browser.post("\(newest)/edit", ["description": "phone", "acl": "", "metadata": ""])
            #expect(saved.location == "\(newest)?done=saved", "\(saved)")
            #expect(try await browser.get("/authtokens?q=phone").text.contains(newest))
            #expect(try await browser.get("/search?q=phone").text.contains(newest))
            let deleted = try await browser.post("\(newest)/delete", [:])
            #expect(deleted.location == "/authtokens?done=deleted")
            #expect(try await browser.get(newest).status == 404)
            let audit = try await browser.get("/audit")
            #expect(audit.text.contains("Tunnel credential created") && audit.text.contains("the dashboard"))
            #expect(!audit.text.contains(token))
        }
    }

    @Test func `What is wrong with a form is said at the field, and what was typed stays`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            _ = try await browser.get("/service-users/new")
            let long = String(repeating: "x", count: 300)
            let answer = try await browser.post("/service-users", ["name": long, "active": "true"])
            #expect(answer.status == 400)
            #expect(answer.text.contains("id=\"name-error\"") && answer.text.contains(long))
        }
    }

    @Test func `A reader sees everything and changes nothing`() async throws {
        try await DashboardUnderTest.run { it in
            let reader = try await it.member(.reader)
            let list = try await reader.get("/authtokens")
            #expect(list.status == 200 && list.text.contains("disabled"))
            #expect(try await reader.get("/authtokens/new").status == 403)
            let refused = try await reader.post("/service-users", ["name": "x"])
            #expect(refused.status == 403, "\(refused)")
            #expect(try await reader.post("/members", ["email": "a@b.test", "role": "reader"]).status == 403)
        }
    }

    @Test func `An administrator invites a member, whose link works once`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            _ = try await browser.get("/members/new")
            let shown = try await browser.post("/members", ["email": "new@example.test", "role": "developer"])
            let path = try #require(shown.text.firstMatch(of: /\/door\/[0-9A-Za-z_]+/)).0
            let guest = it.browser()
            #expect(try await guest.get(String(path)).text.contains("new@example.test joins One"))
            let form = ["name": "New", "password": DashboardUnderTest.password, "again": DashboardUnderTest.password]
            let short = try await guest.post(String(path), ["name": "New", "password": "short", "again": "short"])
            #expect(short.status == 400 && short.text.contains("ERR_PORTICO_100704"))
            #expect(try await guest.post(String(path), form).location == "/setup")
            #expect(try await guest.get("/members").text.contains("new@example.test"))
            #expect(try await it.browser().get(String(path)).status == 410)
        }
    }

    @Test func `A policy is checked with lines and columns, and saved`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            _ = try await browser.get("/domains/new")
            _ = try await browser.post("/domains", ["domain": "app.portico.test"])
            let page = try await browser.get("/endpoints/new")
            #expect(page.text.contains("forward-internal"))
            let made = try await browser.post(
                "/endpoints",
                ["url": "https://app.portico.test", "bindings": "public", "traffic_policy": PolicyExamples.landing]
            )
            let path = try #require(made.location, "\(made)").prefix { $0 != "?" }
            let editor = try await browser.get("\(path)/policy")
            #expect(editor.status == 200 && editor.text.contains("on_http_request"))
            let wrong = "on_http_request:\n  - actions:\n      - type: denny\n"
            let checked = try await browser.post("\(path)/policy/check", ["traffic_policy": wrong])
            let answer = try #require(try JSONValue(reading: Array(checked.text.utf8)).object)
            let problem = try #require(answer["problems"]?.array?.first?.object)
            #expect(problem["line"]?.integer == 3, "\(checked)")
            #expect(problem["suggestion"]?.string == "deny")
            #expect(try await browser.post("\(path)/policy", ["traffic_policy": wrong]).status == 400)
            let right = "on_http_request:\n  - actions:\n      - type: deny\n"
            let saved = try await browser.post("\(path)/policy", ["traffic_policy": right])
            #expect(saved.location == "\(path)/policy?done=saved", "\(saved)")
        }
    }

    @Test func `Changes of agents are told on a stream, which ends with its session`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            #expect(try await browser.get("/live/nothing").status == 404)
            #expect(try await it.browser().get("/live/agents").status == 303)
        }
    }
}
