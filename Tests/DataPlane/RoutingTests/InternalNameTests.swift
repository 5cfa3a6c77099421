import Addressing
import EdgeLink
import Model
import TestSupport
import Testing

@testable import Routing

extension RoutingTable {
    func findInternal(_ url: String, of account: String = "ac_1") throws -> String? {
        let account: ResourceID<AccountKind> = try #require(ResourceID(account))
        return try self.pool(internal: EndpointURL(parsing: url), of: account)?.url.description
    }
}

/// Names of internal endpoints: each account has its own, and nobody else finds them.
@Suite struct InternalNameTests {
    private static let endpoints = [
        ("https://a.internal", "ac_1"), ("https://*.internal", "ac_1"), ("https://*.b.internal", "ac_1"),
        ("https://x.b.internal", "ac_1"), ("https://p.internal:8443", "ac_1"), ("http://h.internal", "ac_2"),
        ("tcp://db.internal:5432", "ac_1"), ("tcp://*.site.internal:22", "ac_1"), ("tls://t.internal:9000", "ac_1"),
        ("https://a.internal", "ac_a"), ("https://only.internal", "ac_A"), ("https://a.example.com", "ac_1"),
    ]

    private static func table() throws -> RoutingTable {
        RoutingTable(
            EndpointTable(
                revision: 1,
                endpoints: try Self.endpoints.enumerated().map {
                    try TableBuilder.endpoint($0.offset, $0.element.0, of: $0.element.1)
                }
            )
        )
    }

    @Test(
        arguments: [
            ("https://a.internal", "ac_1", "https://a.internal"), ("https://c.internal", "ac_1", "https://*.internal"),
            ("https://c.b.internal", "ac_1", "https://*.b.internal"),
            ("https://x.b.internal", "ac_1", "https://x.b.internal"),
            ("https://z.x.b.internal", "ac_1", "https://*.b.internal"),
            ("https://b.internal", "ac_1", "https://*.internal"),
            ("https://p.internal:8443", "ac_1", "https://p.internal:8443"), ("https://p.internal:8444", "ac_1", nil),
            ("https://p.internal", "ac_1", "https://*.internal"), ("http://p.internal:8443", "ac_1", nil),
            ("https://h.internal", "ac_2", "http://h.internal"), ("http://a.internal", "ac_1", "https://a.internal"),
            ("http://h.internal:8080", "ac_2", nil), ("tcp://db.internal:5432", "ac_1", "tcp://db.internal:5432"),
            ("tcp://db.internal:5433", "ac_1", nil), ("tcp://one.site.internal:22", "ac_1", "tcp://*.site.internal:22"),
            ("tcp://one.site.internal:23", "ac_1", nil), ("tls://t.internal:9000", "ac_1", "tls://t.internal:9000"),
            ("tls://t.internal", "ac_1", nil), ("tcp://t.internal:9000", "ac_1", nil),
            ("https://a.internal", "ac_2", nil), ("https://a.internal", "ac_3", nil),
            // Identifiers of accounts that differ in case alone are different accounts.
            ("https://a.internal", "ac_A", nil), ("https://only.internal", "ac_a", nil),
            ("https://only.internal", "ac_A", "https://only.internal"), ("https://a.example.com", "ac_1", nil),
        ] as [(String, String, String?)]
    )
    func `An account finds its own names, the most specific first`(
        url: String,
        account: String,
        expected: String?
    ) throws {
        #expect(try Self.table().findInternal(url, of: account) == expected)
    }

    @Test(arguments: ["a.internal", "c.internal", "A.Internal.", "db.internal", "h.internal"])
    func `Visitors find no internal name, whatever they ask for`(host: String) throws {
        let table = try Self.table()
        for scheme in [EndpointScheme.http, .https, .tls] { #expect(table.find(scheme, host) == nil) }
        #expect(table.pool(forPort: 5432) == nil && table.pool(forPort: 22) == nil)
    }

    @Test func `A port of an internal endpoint is none that is listened on`() throws {
        var planner = RoutingPlanner(loops: 1)
        let endpoints = [
            try TableBuilder.endpoint(1, "tcp://db.internal:5432"),
            try TableBuilder.endpoint(2, "tcp://db.example.com:5433"),
        ]
        _ = planner.change(put: endpoints, removed: [], revision: 1)
        #expect(!planner.serves(port: 5432) && planner.serves(port: 5433))
    }

    @Test(arguments: UInt64(0)..<30)
    func `After any changes a table answers as one that is made anew`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var planner = RoutingPlanner(loops: 1, seed: seed)
        var endpoints: [ResourceID<EndpointKind>: RoutedEndpoint] = [:]
        let asked = Self.endpoints + [("https://q.b.internal", "ac_1"), ("http://h.internal", "ac_1")]
        for revision in 1...30 as ClosedRange<UInt64> {
            let number = Int.random(in: 0..<15, using: &random)
            let (url, account) = Self.endpoints[Int.random(in: Self.endpoints.indices, using: &random)]
            let endpoint = try TableBuilder.endpoint(number, url, of: account)
            let isRemoved = Int.random(in: 0..<3, using: &random) == 0
            endpoints[endpoint.id] = isRemoved ? nil : endpoint
            let update = planner.change(
                put: isRemoved ? [] : [endpoint],
                removed: isRemoved ? [endpoint.id] : [],
                revision: revision
            )[0]
            let whole = RoutingTable(EndpointTable(revision: revision, endpoints: Array(endpoints.values)))
            for (url, account) in asked where url.contains(".internal") {
                let exact = url.replacing("*.", with: "q.")
                #expect(try update.table.findInternal(exact, of: account) == whole.findInternal(exact, of: account))
            }
            for endpoint in endpoints.values { #expect(update.table.member(endpoint)?.endpoint.id == endpoint.id) }
        }
    }
}
