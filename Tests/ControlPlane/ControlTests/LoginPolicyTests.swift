import APITypes
import Addressing
import EdgeLink
import Foundation
import JSON
import Model
import Store
import Synchronization
import Testing
import TrafficPolicy

@testable import Control

/// What is asked of policies with logins before an endpoint gets them.
@Suite struct LoginPolicyTests {
    private static func policy(issuer: String = "https://login.example.com", cookies: String = "") -> String {
        let domain = cookies.isEmpty ? "" : ", auth_cookie_domain: \(cookies)"
        return """
            on_http_request:
              - actions:
                  - type: openid-connect
                    config: {issuer_url: "\(issuer)", client_id: a, client_secret: b\(domain)}
                  - type: deny
            """
    }

    private func make(
        problem: @escaping @Sendable (String) -> Control.IssuerProblem? = { _ in nil }
    ) async throws -> ControlUnderTest {
        let test = try await ControlUnderTest {
            $0.runnableActions = Set(ActionType.allCases)
            $0.problemOfIssuer = { issuer, _ in problem(issuer) }
        }
        try await test.open(on: 1)
        return test
    }

    private func reserve(_ name: String, _ test: ControlUnderTest) async throws {
        let domain = ReservedDomainRecord(domain: name, target: nil, places: [], created: Date())
        try await test.store.commit([.create(domain, .random(), owner: test.first.account)])
    }

    private func create(_ test: ControlUnderTest, _ url: String, _ policy: String) async throws -> JSONObject {
        let body: JSONObject = ["url": .string(url), "traffic_policy": .string(policy)]
        return try await Endpoints(control: test.control).create(
            try CheckedBody(body, of: ResourceShape.endpoints.fields, for: .create),
            by: test.caller
        )
    }

    // MARK: - Cookies

    @Test(arguments: [
        ("https://a.shop.example", "a.shop.example", "", false), ("https://a.shop.example", "shop.example", "", true),
        ("https://a.shop.example", "shop.example", "shop.example", false),
        ("https://a.b.shop.example", "b.shop.example", "shop.example", false),
        ("https://a.b.shop.example", "b.shop.example", "*.shop.example", false),
        // Whoever has the wildcard alone has not the name above it.
        ("https://a.shop.example", "shop.example", "*.shop.example", true),
        ("https://a.shop.example", "shop.example", "a.shop.example", true),
    ])
    func `Cookies of logins go to hosts of the account alone`(
        url: String,
        domain: String,
        reserved: String,
        isRefused: Bool
    ) async throws {
        let test = try await self.make()
        if !reserved.isEmpty { try await self.reserve(reserved, test) }
        let policy = Self.policy(cookies: domain)
        let found = await code { try await test.bind(url) { $0.trafficPolicy = policy } }
        #expect(found == (isRefused ? 2241 : nil))
    }

    @Test func `Another account's domain is none of one's own, nor for a cloud endpoint or a policy that is changed`()
        async throws
    {
        let test = try await self.make()
        let other = try await test.otherAccount()
        let domain = ReservedDomainRecord(domain: "shop.example", target: nil, places: [], created: Date())
        try await test.store.commit([.create(domain, .random(), owner: other.account)])
        try await self.reserve("a.example.test", test)
        let policy = Self.policy(cookies: "example.test")
        let refused = await code { try await self.create(test, "https://a.example.test", policy) }
        #expect(refused == 18_002)
        let grant = try await test.bind("https://a.example.test")
        let id = try #require(await test.routed(grant.url)?.id)
        var patch = EndpointPatch(tunnelID: "tn_\(id.text.dropFirst(3))")
        patch.trafficPolicy = policy
        let changed = await code { [patch] in try await test.control.patch(patch, on: ConnectionID(1)) }
        #expect(changed == 2241)
    }

    // MARK: - Issuers

    @Test func `An issuer that says something wrong is refused, with its place`() async throws {
        let test = try await self.make { $0.contains("wrong") ? .wrong("it is another") : nil }
        try await self.reserve("a.example.test", test)
        let wrong = Self.policy(issuer: "https://wrong.example.com")
        do {
            _ = try await test.bind { $0.trafficPolicy = wrong }
            Issue.record("the policy was taken")
        } catch let failure as Failure {
            #expect(failure.code.number == 2227 && failure.message.contains("3:9"), "\(failure)")
            #expect(failure.message.contains("it is another"))
        }
        #expect(await code { try await self.create(test, "https://a.example.test", wrong) } == 18_002)
        #expect(await code { try await test.bind { $0.trafficPolicy = Self.policy() } } == nil)
    }

    @Test func `An issuer that is away keeps cloud endpoints from being made, and no agent from coming back`()
        async throws
    {
        let asked = Mutex(0)
        let test = try await self.make { issuer in
            asked.withLock { $0 += 1 }
            return .away("no answer")
        }
        try await self.reserve("a.example.test", test)
        #expect(await code { try await self.create(test, "https://a.example.test", Self.policy()) } == 18_002)
        #expect(await code { try await test.bind { $0.trafficPolicy = Self.policy() } } == nil)
        #expect(asked.withLock { $0 } == 2)
        // What is known at the request alone is not asked for.
        let template = Self.policy(issuer: "https://${req.host}")
        #expect(await code { try await test.bind { $0.trafficPolicy = template } } == nil)
        #expect(asked.withLock { $0 } == 2)
    }
}
