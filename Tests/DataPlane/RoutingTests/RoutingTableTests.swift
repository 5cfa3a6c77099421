import Addressing
import EdgeLink
import Model
import Routing
import TestSupport
import Testing

/// Makes tables from URLs.
struct TableBuilder {
    /// Endpoints whose host ends in `.internal` are internal.
    static func endpoint(
        _ number: Int,
        _ url: String,
        of account: String = "ac_1",
        isHeld: Bool = false
    ) throws -> RoutedEndpoint {
        let url = try EndpointURL(parsing: url)
        return RoutedEndpoint(
            id: try #require(ResourceID("ep_\(number)")),
            account: try #require(ResourceID(account)),
            url: url,
            binding: url.host.isInternal ? .internal : .public,
            isPooled: true,
            target: isHeld ? .held : .address(host: "127.0.0.1", port: UInt16(number))
        )
    }

    static func table(_ urls: [String]) throws -> RoutingTable {
        RoutingTable(
            EndpointTable(
                revision: 1,
                endpoints: try urls.enumerated().map { try Self.endpoint($0.offset, $0.element) }
            )
        )
    }
}

extension RoutingTable {
    func find(_ scheme: EndpointScheme, _ host: String) -> String? {
        Array(host.utf8).withUnsafeBytes { self.pool(for: scheme, host: $0) }.map { "\($0.url)" }
    }
}

@Suite struct RoutingTableTests {
    static let urls = [
        "https://a.example.com", "https://*.example.com", "https://*.b.example.com", "https://x.b.example.com",
        "http://a.example.com", "tls://t.example.com", "tcp://h.example.com:5000",
    ]

    @Test(arguments: [
        ("a.example.com", "https://a.example.com"),
        ("A.EXAMPLE.com", "https://a.example.com"),
        ("a.example.com.", "https://a.example.com"),
        ("c.example.com", "https://*.example.com"),
        ("deep.er.example.com", "https://*.example.com"),
        ("y.b.example.com", "https://*.b.example.com"),
        ("x.b.example.com", "https://x.b.example.com"),
        ("z.x.b.example.com", "https://*.b.example.com"),
        ("b.example.com", "https://*.example.com"),
    ])
    func `The most specific name wins`(host: String, url: String) throws {
        #expect(try TableBuilder.table(Self.urls).find(.https, host) == url)
    }

    @Test(arguments: ["example.com", "com", "", ".", "..", ".example.com.x", "a.example.co", "aexample.com"])
    func `A wildcard needs at least one label, and other names find nothing`(host: String) throws {
        #expect(try TableBuilder.table(Self.urls).find(.https, host) == nil)
    }

    @Test func `Schemes and ports are apart`() throws {
        let table = try TableBuilder.table(Self.urls)
        #expect(table.find(.http, "a.example.com") == "http://a.example.com")
        #expect(table.find(.http, "c.example.com") == nil)
        #expect(table.find(.tls, "t.example.com") == "tls://t.example.com")
        #expect(table.find(.https, "t.example.com") == "https://*.example.com")
        #expect(table.pool(forPort: 5000)?.url.description == "tcp://h.example.com:5000")
        #expect(table.pool(forPort: 5001) == nil)
    }

    @Test(arguments: UInt64(0)..<50)
    func `Every exact name of a large table is found, whatever the seed`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let names = Set((0..<300).map { _ in "n\(UInt32.random(in: 0...9999, using: &random)).example.com" })
        let endpoints = try names.enumerated().map { try TableBuilder.endpoint($0.offset, "https://\($0.element)") }
        let table = RoutingTable(EndpointTable(revision: 1, endpoints: endpoints), seed: seed)
        for name in names { #expect(table.find(.https, name) == "https://\(name)") }
        #expect(table.find(.https, "other.example.com") == nil)
    }
}

@Suite struct EndpointPoolTests {
    @Test func `Endpoints with one URL are one pool, and each is drawn about as often`() throws {
        let table = try TableBuilder.table(Array(repeating: "https://a.example.com", count: 4))
        let pool = try #require(table.pools.first)
        #expect(table.pools.count == 1)
        var random = SeededGenerator(seed: 7)
        var drawn: [Int: Int] = [:]
        for _ in 0..<4000 { drawn[try #require(pool.draw(using: &random)).slot, default: 0] += 1 }
        #expect(drawn.count == 4)
        #expect(drawn.values.allSatisfy { (800...1200).contains($0) })
    }

    @Test func `A member whose agent is away is not drawn while another is there`() throws {
        let endpoints = [
            try TableBuilder.endpoint(0, "https://a.example.com", isHeld: true),
            try TableBuilder.endpoint(1, "https://a.example.com"),
        ]
        let pool = try #require(RoutingTable(EndpointTable(revision: 1, endpoints: endpoints)).pools.first)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<100 { #expect(pool.draw(using: &random)?.slot == 1) }
        #expect(pool.draw(otherThan: endpoints[1].id, using: &random) == nil)
    }

    @Test func `A pool whose agents are all away has nobody to draw`() throws {
        let endpoints = [try TableBuilder.endpoint(0, "https://a.example.com", isHeld: true)]
        let pool = try #require(RoutingTable(EndpointTable(revision: 1, endpoints: endpoints)).pools.first)
        var random = SeededGenerator(seed: 7)
        #expect(pool.draw(using: &random) == nil)
    }
}
