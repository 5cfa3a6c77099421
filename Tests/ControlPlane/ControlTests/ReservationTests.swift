import Addressing
import EdgeLink
import Foundation
import Model
import Secrets
import Store
import Testing

@testable import Control

/// What accounts have reserved, at the binds of their agents and of others'.
@Suite struct ReservationTests {
    /// Two accounts with an agent each, on connections 1 and 2; the first has reserved some names.
    private static func test(isRequired: Bool = false) async throws -> ControlUnderTest {
        let test = try await ControlUnderTest { $0.requiresReservations = isRequired }
        let other = try await test.otherAccount()
        for domain in ["app.portico.test", "shop.example.test", "*.wild.portico.test", "deep.below.portico.test"] {
            try await test.reserve(domain, for: test.first.account)
        }
        try await test.reserve("theirs.app.portico.test", for: other.account)
        try await test.reserve(port: 20_001, for: test.first.account)
        try await test.open(on: 1)
        try await test.open(on: 2, token: other.token)
        return test
    }

    @Test(
        arguments: [
            // What is reserved is its account's, with all that is below it.
            ("https://app.portico.test", nil, 320), ("http://app.portico.test", nil, 320),
            ("tls://app.portico.test", nil, 320), ("https://x.y.app.portico.test", nil, 320),
            ("https://*.app.portico.test", 321, 321), ("https://shop.example.test", nil, 320),
            ("https://a.wild.portico.test", nil, 320), ("https://*.wild.portico.test", nil, 321),
            ("https://*.b.wild.portico.test", nil, 321), ("tcp://portico.test:20001", nil, 309),
            // A wildcard reserves what it stands for, and not the name itself.
            ("https://wild.portico.test", nil, nil),
            // A wildcard that takes in a name of another account is nobody's.
            ("https://*.below.portico.test", nil, 321), ("https://*.portico.test", 321, 321),
            // The nearest reservation counts.
            ("https://theirs.app.portico.test", 320, nil), ("https://x.theirs.app.portico.test", 320, nil),
            // What nobody has reserved is anybody's.
            ("https://free.portico.test", nil, nil), ("https://a.b.c.portico.test", nil, nil),
            ("https://example.test", nil, nil), ("https://*.free.portico.test", nil, nil),
            ("tcp://portico.test:20002", nil, nil),
        ] as [(String, Int?, Int?)]
    )
    func `What an account has reserved is its own`(url: String, own: Int?, others: Int?) async throws {
        for (connection, expected) in [(UInt64(1), own), (2, others)] {
            let test = try await Self.test()
            #expect(await code { try await test.bind(url, on: connection, Self.scheme(url)) } == expected)
        }
    }

    @Test(
        arguments: [
            ("https://app.portico.test", nil), ("https://x.app.portico.test", nil), ("https://shop.example.test", nil),
            ("https://a.wild.portico.test", nil), ("https://*.wild.portico.test", nil),
            ("tcp://portico.test:20001", nil), ("https://free.portico.test", 319), ("https://a.b.portico.test", 354),
            ("https://free.example.test", 319), ("https://*.app.portico.test", 318),
            ("https://*.free.test.example", 318), ("tcp://portico.test:20002", 307), ("", nil), ("tcp://", nil),
        ] as [(String, Int?)]
    )
    func `Where everything must be reserved, nothing else is served but what is drawn`(
        url: String,
        expected: Int?
    ) async throws {
        let test = try await Self.test(isRequired: true)
        #expect(await code { try await test.bind(url, Self.scheme(url)) } == expected)
    }

    @Test func `A reserved TCP address is never drawn`() async throws {
        let test = try await ControlUnderTest()
        for port in UInt16(20_000)...20_008 { try await test.reserve(port: port, for: test.first.account) }
        try await test.open(on: 1)
        #expect(try await test.bind("tcp://", .tcp).url.port == 20_009)
        #expect(await code { try await test.bind("tcp://", .tcp) } == 100_102)
    }

    @Test func `A name that was given before is lost to the account that reserves it`() async throws {
        let test = try await ControlUnderTest()
        let other = try await test.otherAccount()
        let session = try await test.open(on: 1)
        let drawn = try await test.bind()
        let tcp = try await test.bind("tcp://", .tcp)
        await test.end(1, .graceful)
        try await test.reserve(drawn.url.host.description, for: other.account)
        try await test.reserve(port: tcp.url.port, for: other.account)
        try await test.resume(session, on: 2)
        #expect(await code { try await test.bind(on: 2) { $0.bindToken = drawn.token } } == 320)
        let again = try await test.bind("tcp://", on: 2, .tcp) { $0.bindToken = tcp.token }
        #expect(again.url.port != tcp.url.port)
    }

    private static func scheme(_ url: String) -> EndpointScheme {
        EndpointScheme(rawValue: String(url.prefix { $0 != ":" })) ?? .https
    }
}

extension ControlUnderTest {
    fileprivate func reserve(_ domain: String, for account: ResourceID<AccountKind>) async throws {
        let record = ReservedDomainRecord(domain: domain, places: [], created: self.timeOfDay.now)
        try await self.store.commit([.create(record, .new(at: 0), owner: account)])
    }

    fileprivate func reserve(port: UInt16, for account: ResourceID<AccountKind>) async throws {
        let record = ReservedAddressRecord(
            host: "portico.test",
            port: port,
            region: "local",
            created: self.timeOfDay.now
        )
        try await self.store.commit([.create(record, .new(at: 0), owner: account)])
    }
}
