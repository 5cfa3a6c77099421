import Addressing
import EdgeLink
import Model
import PolicyEngine
import Testing
import TrafficPolicy

@testable import Proxy

@Suite struct PolicyShelfTests {
    private static let deny = "on_http_request: [{actions: [{type: deny}]}]"
    private static let limit = """
        on_http_request:
          - actions:
              - type: rate-limit
                config: {name: all, algorithm: sliding_window, capacity: 1, rate: 60s, bucket_key: [conn.client_ip]}
        """

    private static func endpoint(
        _ number: Int,
        _ text: String?,
        scheme: EndpointScheme = .https
    ) throws -> RoutedEndpoint {
        RoutedEndpoint(
            id: try #require(ResourceID<EndpointKind>("ep_\(number)")),
            account: try #require(ResourceID<AccountKind>("ac_1")),
            url: try EndpointURL(parsing: "\(scheme.rawValue)://h\(number).example.com"),
            isPooled: false,
            policy: try text.map { EndpointPolicy(text: $0, policy: try Policy(parsing: $0, for: scheme)) },
            target: .cloud
        )
    }

    /// Takes endpoints up; the codes of those that fail, by endpoint.
    @discardableResult
    private func put(_ endpoints: [RoutedEndpoint], on shelf: inout PolicyShelf) async -> [String: Int] {
        let made = await PolicyShelf.compile(shelf.jobs(for: endpoints))
        let failed = shelf.put(made).map { ($0.endpoint.id.text, $0.failure.code.number) }
        return Dictionary(uniqueKeysWithValues: failed)
    }

    @Test func `A document that many endpoints have is compiled once, and forgotten with the last of them`()
        async throws
    {
        var shelf = PolicyShelf()
        let endpoints = try (0..<100).map { try Self.endpoint($0, Self.deny) }
        await self.put(endpoints, on: &shelf)
        #expect(shelf.gates.count == 100 && shelf.sharedCount == 1)
        await self.put([try Self.endpoint(100, Self.deny)], on: &shelf)
        #expect(Set(shelf.gates.values.map { ObjectIdentifier($0.program) }).count == 1)
        #expect(Set(shelf.gates.values.map { "\($0.endpoint.url)" }).count == 101)
        for number in 0..<100 { shelf.remove(try Self.endpoint(number, nil).id) }
        #expect(shelf.sharedCount == 1)
        await self.put([try Self.endpoint(100, nil)], on: &shelf)
        #expect(shelf.gates.isEmpty && shelf.sharedCount == 0)
    }

    @Test func `What counts for each endpoint is compiled for each`() async throws {
        var shelf = PolicyShelf()
        await self.put(try (0..<40).map { try Self.endpoint($0, Self.limit) }, on: &shelf)
        #expect(Set(shelf.gates.values.map { ObjectIdentifier($0.program) }).count == 40)
        #expect(shelf.sharedCount == 0)
    }

    @Test func `The same text before another scheme is another document`() async throws {
        let text = "on_tcp_connect: [{actions: [{type: deny}]}]"
        var shelf = PolicyShelf()
        await self.put([try Self.endpoint(1, text), try Self.endpoint(2, text, scheme: .tls)], on: &shelf)
        #expect(shelf.sharedCount == 2)
    }

    @Test func `A policy that changes leaves the others as they are`() async throws {
        var shelf = PolicyShelf()
        await self.put(try (0..<2).map { try Self.endpoint($0, Self.deny) }, on: &shelf)
        let before = try #require(shelf.gates[try Self.endpoint(0, nil).id])
        await self.put([try Self.endpoint(1, Self.limit)], on: &shelf)
        #expect(shelf.gates[try Self.endpoint(0, nil).id] === before)
        #expect(shelf.gates[try Self.endpoint(1, nil).id]?.text == Self.limit)
        await self.put([try Self.endpoint(1, Self.deny)], on: &shelf)
        #expect(shelf.gates[try Self.endpoint(1, nil).id]?.program === before.program)
    }

    @Test func `A policy that cannot run leaves its endpoint without one, and says so for each`() async throws {
        // It is read, and cannot be compiled: the certificate is none.
        let later = """
            on_tcp_connect:
              - actions:
                  - type: terminate-tls
                    config:
                      server_certificate: "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"
                      server_private_key: "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----"
            """
        var shelf = PolicyShelf()
        await self.put([try Self.endpoint(1, Self.deny)], on: &shelf)
        let failed = await self.put(try (1...2).map { try Self.endpoint($0, later) }, on: &shelf)
        #expect(failed.count == 2 && shelf.gates.isEmpty && shelf.sharedCount == 0)
    }
}
