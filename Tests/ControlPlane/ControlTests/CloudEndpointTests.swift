import Addressing
import EdgeLink
import Model
import Secrets
import Testing
import TrafficPolicy

@testable import Control

/// Cloud endpoints in force, beside those of agents (`spec/endpoints.md` 6).
@Suite struct CloudEndpointTests {
    private static func endpoint(
        _ url: String,
        _ account: ResourceID<AccountKind>,
        pooled: Bool = false
    ) throws -> LiveEndpoint {
        let url = try EndpointURL(parsing: url)
        return LiveEndpoint(
            id: .new(at: 0),
            account: account,
            url: url,
            binding: url.host.isInternal ? .internal : .public,
            isPooled: pooled,
            source: .cloud
        )
    }

    private static let url = "https://app.portico.test"

    /// Whether the one that is there shares, whether the new one does, and what that comes to.
    @Test(arguments: [(false, false, 18_009), (false, true, 18_016), (true, false, 18_017), (true, true, nil)])
    func `A cloud endpoint joins a pool, or is refused with the reason`(
        old: Bool,
        new: Bool,
        expected: Int?
    ) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let account = test.first.account
        // The same whether an agent has the URL, or the cloud.
        try await test.bind(Self.url, pooled: old)
        let second = try Self.endpoint(Self.url, account, pooled: new)
        #expect(await code { try await test.control.admit(cloud: second) } == expected)
        try await test.control.admit(cloud: Self.endpoint("https://x.internal", account, pooled: old))
        let internalOne = try Self.endpoint("https://x.internal", account, pooled: new)
        #expect(await code { try await test.control.admit(cloud: internalOne) } == expected)
        #expect(await test.table.endpoints.count == (expected == nil ? 4 : 2))
    }

    @Test(arguments: [(false, false, 334), (false, true, 334), (true, false, 334), (true, true, nil)])
    func `An agent joins a cloud endpoint, or meets 334`(old: Bool, new: Bool, expected: Int?) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        try await test.control.admit(cloud: Self.endpoint(Self.url, test.first.account, pooled: old))
        #expect(await code { try await test.bind(Self.url, pooled: new) } == expected)
        let targets = await test.table.endpoints.map { if case .cloud = $0.target { true } else { false } }
        #expect(targets.filter(\.self).count == 1)
    }

    @Test func `Another account's URL is in use, whether it shares or not; its internal names are its own`()
        async throws
    {
        let test = try await ControlUnderTest()
        let other = try await test.otherAccount()
        try await test.control.admit(cloud: Self.endpoint(Self.url, other.account, pooled: true))
        let mine = try Self.endpoint(Self.url, test.first.account, pooled: true)
        #expect(await code { try await test.control.admit(cloud: mine) } == 18_009)
        let tls = try Self.endpoint("tls://app.portico.test", other.account, pooled: true)
        #expect(await code { try await test.control.admit(cloud: tls) } == 18_009)
        for account in [other.account, test.first.account] {
            try await test.control.admit(cloud: Self.endpoint("https://x.internal", account))
        }
        #expect(await test.table.endpoints.count == 3)
    }

    @Test func `URL, policy and pooling change live, and the id stays`() async throws {
        let test = try await ControlUnderTest()
        var endpoint = try Self.endpoint(Self.url, test.first.account)
        try await test.control.admit(cloud: endpoint)
        endpoint.url = try EndpointURL(parsing: "https://b.portico.test")
        endpoint.isPooled = true
        endpoint.policy = EndpointPolicy(text: "{}", policy: .empty)
        try await test.control.update(cloud: endpoint)
        let routed = try #require(await test.table.endpoints.first)
        #expect(routed.id == endpoint.id && routed.url == endpoint.url && routed.isPooled && routed.policy != nil)
        // The old URL is free again, and what it would disturb is refused and changes nothing.
        try await test.control.admit(cloud: Self.endpoint(Self.url, test.first.account))
        endpoint.url = try EndpointURL(parsing: Self.url)
        let back = endpoint
        #expect(await code { try await test.control.update(cloud: back) } == 18_016)
        #expect(await test.routed("https://b.portico.test")?.id == endpoint.id)
        await test.control.remove(cloud: endpoint.id)
        #expect(await test.table.endpoints.count == 1)
        #expect(await code { try await test.control.update(cloud: back) } == 333)
    }

    @Test func `What the edge cannot serve is not in force, and an update to it leaves what was`() async throws {
        let test = try await ControlUnderTest()
        await test.edge.takePorts([20_001])
        let account = test.first.account
        let taken = try Self.endpoint("tcp://portico.test:20001", account)
        #expect(await code { try await test.control.admit(cloud: taken) } == 100_103)
        var endpoint = try Self.endpoint("tcp://portico.test:20002", account)
        try await test.control.admit(cloud: endpoint)
        endpoint.url = taken.url
        let moved = endpoint
        #expect(await code { try await test.control.update(cloud: moved) } == 100_103)
        #expect(await test.table.endpoints.map(\.url.port) == [20_002])
    }

    @Test func `A policy must handle all of a cloud endpoint's traffic`() async throws {
        let checks = PolicyChecks(limits: PolicyLimits(), runnable: [.deny, .customResponse])
        let url = try EndpointURL(parsing: Self.url)
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
