import Capture
import Control
import Foundation
import Model
import Testing
import TrafficStore

@testable import Dashboard

/// The dry run of a draft, with an engine that is none; Chromium plays it with the real one.
@Suite struct DryRunTests {
    @Test func `What differs is grouped by rule, with examples, and is no change of anything`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            _ = try await browser.get("/domains/new")
            _ = try await browser.post("/domains", ["domain": "app.portico.test"])
            _ = try await browser.get("/endpoints/new")
            let made = try await browser.post(
                "/endpoints",
                ["url": "https://app.portico.test", "bindings": "public", "traffic_policy": PolicyExamples.landing]
            )
            let path = String(try #require(made.location, "\(made)").prefix { $0 != "?" })
            let empty = try await browser.post("\(path)/policy/dry-run", ["traffic_policy": "x"])
            #expect(empty.status == 200 && empty.text.contains("No request to this endpoint is captured"), "\(empty)")
            let methods = ["GET", "GET", "POST", "GET"]
            try await it.traffic.append(methods.enumerated().map { Self.exchange($0, $1, of: it.first.account) })
            let run = try await browser.post("\(path)/policy/dry-run", ["traffic_policy": "a draft"])
            #expect(run.text.contains("The last 4 requests: 1 have the same answer, 3 another"), "\(run)")
            let rules = run.text.matches(of: /<th scope="rowgroup" colspan="3"><code>([^<]+)</).map { String($0.1) }
            #expect(rules == ["on_http_request[0] &quot;no GET&quot;", "on_http_request[0] &quot;no POST&quot;"])
            #expect(run.text.contains("href=\"/traffic-inspector/req_1\""))
            #expect(run.text.contains("\na draft</textarea>"))
            let wrong = try await browser.post("\(path)/policy/dry-run", ["traffic_policy": "wrong"])
            #expect(wrong.text.contains("The draft is wrong."))
            #expect(try await browser.get("\(path)/policy").text.contains("forward-internal"))
            let reader = try await it.member(.reader)
            _ = try await reader.get("\(path)/policy")
            #expect(try await reader.post("\(path)/policy/dry-run", ["traffic_policy": "x"]).text.contains("rowgroup"))
            #expect(try await reader.post("\(path)/policy", ["traffic_policy": "x"]).status == 403)
        }
    }

    @Test func `Latency, bytes and usage are those of the account's captured requests`() async throws {
        try await DashboardUnderTest.run { it in
            let browser = try await it.signedIn()
            #expect(try await browser.get("/").text.contains("No request was captured in this time."))
            try await it.traffic.append((0..<3).map { Self.exchange($0, "GET", of: it.first.account) })
            try await it.traffic.append([Self.exchange(7, "GET", of: it.other.account)])
            let page = try await browser.get("/")
            #expect(page.text.contains("Of 3 captured requests of the last 1 h, half took less than 3 ms"), "\(page)")
            let usage = try await browser.get("/usage")
            #expect(usage.text.contains("brought 3 kB in, and their answers 6 kB out"), "\(usage)")
            #expect(usage.text.contains("https://app.portico.test"))
        }
    }

    private static func exchange(
        _ number: Int,
        _ method: String,
        of account: ResourceID<AccountKind>
    ) -> TrafficExchange {
        var facts = TrafficFacts(
            id: "req_\(number)",
            account: account,
            endpointID: .random(),
            endpoint: "https://app.portico.test",
            time: Date()
        )
        (facts.method, facts.scheme, facts.host, facts.path) = (method, "https", "app.portico.test", "/\(number)")
        (facts.status, facts.answerer, facts.microseconds) = (200, .upstream, 2500)
        (facts.requestBytes, facts.responseBytes) = (1000, 2000)
        return TrafficExchange(facts: facts)
    }
}
