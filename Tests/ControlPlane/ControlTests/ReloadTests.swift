import Addressing
import EdgeLink
import Model
import Secrets
import Testing
import TrafficPolicy

@testable import Control

/// Static upstreams that change while an edge serves.
@Suite struct ReloadTests {
    private static let url = "https://app.example.com"

    private static func upstream(
        _ url: String = url,
        port: UInt16 = 9000,
        policy: String? = nil
    ) throws -> Control.StaticUpstream {
        Control.StaticUpstream(
            url: try EndpointURL(parsing: url),
            host: "127.0.0.1",
            port: port,
            policy: policy.map { EndpointPolicy(text: $0, policy: .empty) }
        )
    }

    private func reload(_ test: ControlUnderTest, _ upstreams: [Control.StaticUpstream]) async throws {
        var configuration = await test.control.configuration
        configuration.staticUpstreams = upstreams
        try await test.control.reload(configuration)
    }

    @Test func `An upstream that goes where it went stays the endpoint that it was`() async throws {
        let test = try await ControlUnderTest { $0.staticUpstreams = [try Self.upstream()] }
        let before = try #require(await test.routed(Self.url))
        try await self.reload(test, [Self.upstream(), Self.upstream("http://app.example.com")])
        #expect(await test.routed(Self.url)?.id == before.id)
        try await self.reload(test, [Self.upstream(policy: "{}")])
        let after = try #require(await test.routed(Self.url))
        #expect(after.id == before.id && after.policy?.text == "{}")
        #expect(await test.table.endpoints.count == 1)
        try await self.reload(test, [Self.upstream()])
        #expect(await test.routed(Self.url)?.policy == nil)
    }

    @Test func `An upstream that goes elsewhere is another endpoint, so that no connection of the old one serves it`()
        async throws
    {
        let test = try await ControlUnderTest { $0.staticUpstreams = [try Self.upstream()] }
        let before = try #require(await test.routed(Self.url))
        try await self.reload(test, [Self.upstream(port: 9001)])
        let after = try #require(await test.routed(Self.url))
        #expect(after.id != before.id)
        guard case .address(_, 9001) = after.target else {
            Issue.record("the target is \(after.target)")
            return
        }
        try await self.reload(test, [])
        #expect(await test.table.endpoints.isEmpty)
    }

    @Test func `An upstream whose URL an agent has is refused, and nothing changes`() async throws {
        let other = "https://other.example.com"
        let test = try await ControlUnderTest { $0.staticUpstreams = [try Self.upstream()] }
        try await test.open(on: 1)
        try await test.bind(other)
        let number = ErrorCode.configurationInvalid.number
        #expect(await code { try await self.reload(test, [Self.upstream(other)]) } == number)
        #expect(await test.table.urls == [Self.url, other])
        #expect(await test.routed(other)?.agent != nil)
        await test.end(1, .graceful)
        try await self.reload(test, [Self.upstream(other)])
        #expect(await test.table.urls == [other])
    }

    @Test func `A hold of no time counts from the next loss on`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        try await test.bind(Self.url)
        var configuration = await test.control.configuration
        configuration.holdTime = .zero
        try await test.control.reload(configuration)
        await test.end(1, .lost)
        #expect(await test.table.endpoints.isEmpty)
    }
}
