import Addressing
import Control
import Edge
import EdgeProgram
import EdgeTestSupport
import Events
import Foundation
import JSON
import Model
import NIOPosix
import Outbound
import Portico
import Proxy
import TestSupport
import Testing

@testable import PolicyEngine

/// What the record of requests says of logins, and what is asked of a provider before there are any.
@Suite(.timeLimit(.minutes(2))) struct LoginEventTests {
    @Test func `The record says who has logged in with which application, and no token`() async throws {
        let queue = EventQueue()
        try await LoginTests.with(
            configure: { $0.edge.proxy.observation.accessLog = queue }
        ) { (edge, provider) async throws in
            let browser = TestBrowser(edge)
            #expect(try await browser.login(LoginTests.url, at: provider).status == 200)
            provider.behave { $0.userStatus = 500 }
            _ = try await TestBrowser(edge).login(LoginTests.url, at: provider)
        }
        queue.close()
        var decisions: [String] = []
        var allowed: JSONObject?
        while let batch = await queue.batch() {
            for event in batch.events {
                let line = event.line(id: .random())
                #expect(
                    !line.contains("access-1") && !line.contains("refresh-1") && !line.contains("s3cret"),
                    "\(line)"
                )
                let object = try JSONValue(reading: line.utf8).object?["object"]?.object
                guard let login = object?["oauth"]?.object else { continue }
                decisions.append(login["decision"]?.string ?? "")
                if login["decision"] == "allow" { allowed = login }
            }
        }
        #expect(decisions == ["redirect", "allow", "allow", "redirect", "block"], "\(decisions)")
        #expect(allowed?["app_client_id"] == "portico")
        #expect(allowed?["user"]?.object?["id"]?.string?.hasPrefix("au_") == true)
        #expect(allowed?["user"]?.object?["name"] == "Ada")
    }

    @Test func `A policy whose issuer says of itself what is wrong is not attached`() async throws {
        try await FakeProvider.with { provider in
            try await TestEdge.with { setup in
                var outbound = OutboundConfiguration()
                outbound.rules.opened = [try IPPrefix(parsing: "127.0.0.0/8")]
                let probe = ProviderProbe(try OutboundRequester(outbound))
                setup.control.problemOfIssuer = probe.asking(on: MultiThreadedEventLoopGroup.singleton)
            } _: { edge in
                let agent = try await edge.connectAgent()
                func attach(_ issuer: String, _ name: String) async throws {
                    var options = EndpointOptions(scheme: .https, url: "https://\(name).edge.test")
                    options.trafficPolicy = """
                        on_http_request:
                          - actions:
                              - type: openid-connect
                                config: {issuer_url: "\(issuer)", client_id: a, client_secret: b}
                        """
                    _ = try await agent.forward(to: "1", options: options)
                }
                try await attach(provider.issuer, "good")
                // The first is the issuer of another document, the second has none.
                for wrong in [provider.issuer + "/", provider.issuer + "/other"] {
                    do {
                        try await attach(wrong, "wrong")
                        Issue.record("the policy was taken")
                    } catch {
                        #expect("\(error)".contains("2227"), "\(error)")
                    }
                }
                // Nobody listens there: the agent has its endpoint all the same.
                let nobody = try #require(HeldPort(0))
                try await attach("http://127.0.0.1:\(nobody.port)", "away")
                await agent.close()
            }
        }
    }
}
