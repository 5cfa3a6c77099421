import APITypes
import Addressing
import EdgeLink
import Foundation
import JSON
import Model
import Secrets
import Testing
import TrafficPolicy

@testable import Control

/// Cloud endpoints beside those of agents and of other accounts (`spec/endpoints.md` 6).
@Suite struct CloudEndpointTests {
    private static let publicURL = "https://app.portico.test"
    static let urls = [Self.publicURL, "https://app.internal"]

    /// Whether the one that is there shares, whether the new one does, and the code that this comes to.
    struct Way: Sendable {
        let old: Bool
        let new: Bool
        let expected: Int?
    }

    static let cloudWays = [
        Way(old: false, new: false, expected: 18_009), Way(old: false, new: true, expected: 18_016),
        Way(old: true, new: false, expected: 18_017), Way(old: true, new: true, expected: nil),
    ]
    static let agentWays = [
        Way(old: false, new: false, expected: 334), Way(old: false, new: true, expected: 334),
        Way(old: true, new: false, expected: 334), Way(old: true, new: true, expected: nil),
    ]

    private static func make() async throws -> ControlUnderTest {
        try await ControlUnderTest { $0.runnableActions = Set(ActionType.allCases) }
    }

    @Test(arguments: CloudEndpointTests.cloudWays, CloudEndpointTests.urls)
    func `A cloud endpoint joins a pool, or is refused with the reason`(
        way: Way,
        url: String
    ) async throws {
        let test = try await Self.make()
        try await test.reserve("app.portico.test")
        try await test.open(on: 1)
        // The same whether an agent has the URL, or the cloud.
        try await test.bind(url, pooled: way.old)
        #expect(await code { try await test.createCloud(url, pooled: way.new) } == way.expected)
        try await test.createCloud("https://x.internal", pooled: way.old)
        #expect(await code { try await test.createCloud("https://x.internal", pooled: way.new) } == way.expected)
        #expect(await test.table.endpoints.count == (way.expected == nil ? 4 : 2))
    }

    @Test(arguments: CloudEndpointTests.agentWays, CloudEndpointTests.urls)
    func `An agent joins a cloud endpoint, or meets 334`(
        way: Way,
        url: String
    ) async throws {
        let test = try await Self.make()
        try await test.reserve("app.portico.test")
        try await test.open(on: 1)
        try await test.createCloud(url, pooled: way.old)
        #expect(await code { try await test.bind(url, pooled: way.new) } == way.expected)
        let targets = await test.table.endpoints.map { if case .cloud = $0.target { true } else { false } }
        #expect(targets.filter(\.self).count == 1)
    }

    @Test func `Another account's URL is in use, whether it shares or not; its internal names are its own`()
        async throws
    {
        let test = try await Self.make()
        let other = try await test.otherAccount()
        try await test.reserve("app.portico.test")
        try await test.open(on: 1, token: other.token)
        try await test.bind("https://b.portico.test", pooled: true)
        try await test.reserve("b.portico.test")
        #expect(await code { try await test.createCloud("https://b.portico.test", pooled: true) } == 18_009)
        #expect(await code { try await test.createCloud("tls://b.portico.test", policy: Self.connect) } == 18_009)
        for account in [other.account, test.first.account] {
            try await test.createCloud("https://x.internal", by: account)
        }
        #expect(await test.table.urls == ["https://b.portico.test", "https://x.internal", "https://x.internal"])
    }

    private static let connect = "on_tcp_connect: [{actions: [{type: deny}]}]"

    @Test func `A policy must handle all of a cloud endpoint's traffic`() async throws {
        var configuration = Control.Configuration(
            baseDomains: [try HostName(parsing: "portico.test")],
            connectAddress: "localhost:443"
        )
        configuration.runnableActions = [.deny, .customResponse]
        let checks = PolicyChecks(configuration)
        let url = try EndpointURL(parsing: Self.publicURL)
        for (text, expected) in [
            ("on_http_request: [{actions: [{type: deny}]}]", nil as Int?), ("{}", 2235),
            ("on_http_request: [{expressions: [\"req.method == 'PUT'\"], actions: [{type: deny}]}]", 2235),
            ("on_http_response: [{actions: [{type: custom-response, config: {status_code: 204}}]}]", 2235),
            ("on_tcp_connect: [{actions: [{type: deny}]}]", nil),
        ] {
            let policy = try await checks.policy(text, for: .https)
            #expect(
                await code { try checks.check(policy, for: url, binding: .public, isCloud: true) } == expected,
                "\(text)"
            )
            #expect(await code { try checks.check(policy, for: url, binding: .public) } == nil)
        }
    }
}

extension ControlUnderTest {
    /// Reserves a domain for the first account.
    fileprivate func reserve(_ domain: String) async throws {
        try await self.call(.reservedDomains, ["domain": .string(domain)], by: self.first.account)
    }

    /// Makes a cloud endpoint as the API does.
    fileprivate func createCloud(
        _ url: String,
        policy: String = "on_http_request: [{actions: [{type: deny}]}]",
        pooled: Bool = false,
        by account: ResourceID<AccountKind>? = nil
    ) async throws {
        try await self.call(
            .endpoints,
            ["url": .string(url), "traffic_policy": .string(policy), "pooling_enabled": .bool(pooled)],
            by: account ?? self.first.account
        )
    }

    private func call(
        _ shape: ResourceShape,
        _ members: JSONObject,
        by account: ResourceID<AccountKind>
    ) async throws {
        let body = try CheckedBody(members, of: shape.fields, for: .create)
        let caller = Caller(
            principal: Principal(
                account: account,
                owner: .user(self.first.user),
                subject: "tester@example.test",
                credential: .apiKey(.new(at: 0)),
                rights: .administrator
            ),
            operation: .new(at: 0),
            address: nil,
            apiURL: "https://api.portico.test"
        )
        let resource = try #require(self.control.resources.first { $0.shape.path == shape.path })
        _ = try await resource.create(body, by: caller)
    }
}
