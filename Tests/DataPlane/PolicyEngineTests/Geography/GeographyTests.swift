import Addressing
import Foundation
import TestSupport
import Testing

@testable import PolicyEngine

@Suite struct GeographyTests {
    private static func database(_ name: String) throws -> GeographyDatabase {
        try GeographyDatabase(path: SharedMaterial.file("conformance/mmdb/\(name).mmdb").path)
    }

    private static func address(_ text: String) throws -> IPAddress { try IPAddress(parsing: text) }

    @Test func `A city database fills the place where an address is used and the country where it is registered`()
        throws
    {
        let directory = GeographyDirectory([try Self.database("GeoIP2-City-Test")])
        let london = try #require(directory.origin(of: Self.address("81.2.69.142")))
        #expect(london.location.city == "London")
        #expect(london.location.continent == "Europe")
        #expect(london.location.country == "United Kingdom")
        #expect(london.location.countryCode == "GB")
        #expect(london.location.latitude == "51.5142")
        #expect(london.location.longitude == "-0.0931")
        #expect(london.location.radius == "10")
        #expect(london.location.subdivision == "England")
        #expect(london.location.timeZone == "Europe/London")
        #expect(!london.location.isInEU)
        let boxford = try #require(directory.origin(of: Self.address("2.125.160.216")))
        #expect(boxford.location.postalCode == "OX1")
        #expect(boxford.location.latitude == "51.75")
        #expect(boxford.registration.country == "France")
        #expect(boxford.registration.countryCode == "FR")
        #expect(boxford.registration.isInEU)
        let milton = try #require(directory.origin(of: Self.address("216.160.83.56")))
        #expect(milton.location.metroCode == "819")
    }

    @Test func `A database of networks adds the autonomous system, and what neither knows stays empty`() throws {
        let directory = GeographyDirectory([
            try Self.database("GeoIP2-City-Test"), try Self.database("GeoLite2-ASN-Test"),
        ])
        let telstra = try #require(directory.origin(of: Self.address("1.128.0.0")))
        #expect(telstra.systemNumber == 1221)
        #expect(telstra.systemOrganization == "Telstra Pty Ltd")
        #expect(telstra.location == AddressOrigin.Place())
        #expect(directory.origin(of: try Self.address("127.0.0.1")) == nil)
        #expect(GeographyDirectory([]).origin(of: try Self.address("81.2.69.142")) == nil)
    }

    @Test func `An IPv4 address is found in every spelling, an IPv6 address in an IPv6 database only`() throws {
        let cities = GeographyDirectory([try Self.database("GeoIP2-City-Test")])
        #expect(cities.origin(of: try Self.address("::ffff:81.2.69.142"))?.location.city == "London")
        #expect(cities.origin(of: try Self.address("2001:218::1"))?.location.countryCode == "JP")
        let four = GeographyDirectory([try Self.database("MaxMind-DB-test-ipv4-24")])
        #expect(four.origin(of: try Self.address("2001:218::1")) == nil)
    }

    /// Networks of the published source, each with what its record says.
    @Test func `Every network of the published country database has its country`() throws {
        let directory = GeographyDirectory([try Self.database("GeoIP2-Country-Test")])
        let source = try Data(contentsOf: SharedMaterial.file("conformance/mmdb/GeoIP2-Country-Test.json"))
        let networks = try #require(try JSONSerialization.jsonObject(with: source) as? [[String: Any]])
        var count = 0
        for (network, record) in networks.flatMap({ $0 }) {
            let country = (record as? [String: Any])?["country"] as? [String: Any]
            let address = try Self.address(String(network.prefix { $0 != "/" }))
            let names = country?["names"] as? [String: String]
            #expect(directory.origin(of: address)?.location.countryCode ?? "" == country?["iso_code"] as? String ?? "")
            #expect(directory.origin(of: address)?.location.country ?? "" == names?["en"] ?? "")
            count += 1
        }
        #expect(count > 100)
    }

    private static let broken = [
        "MaxMind-DB-test-broken-pointers-24", "MaxMind-DB-test-broken-search-tree-24", "bad-unicode-in-map-key",
        "cyclic-data-structure", "invalid-bytes-length", "invalid-data-record-offset", "invalid-map-key-length",
        "invalid-string-length", "libmaxminddb-corrupt-search-tree", "libmaxminddb-deep-array-nesting",
        "libmaxminddb-deep-nesting", "libmaxminddb-empty-array-last-in-metadata",
        "libmaxminddb-empty-map-last-in-metadata", "libmaxminddb-metadata-marker-only",
        "libmaxminddb-offset-integer-overflow", "libmaxminddb-oversized-array", "libmaxminddb-oversized-map",
        "libmaxminddb-separator-record-max-left", "libmaxminddb-separator-record-min-left",
        "libmaxminddb-separator-record-min-right", "libmaxminddb-uint64-max-epoch", "metadata-is-an-uint128",
        "unexpected-bytes",
    ]

    @Test(arguments: broken)
    func `A broken database gives an error or nothing, never a country`(name: String) throws {
        guard let database = try? Self.database(name) else { return }
        let directory = GeographyDirectory([database])
        for text in ["1.1.1.1", "81.2.69.142", "0.0.0.0", "255.255.255.255", "::1", "2001:218::1", "ffff::"] {
            #expect(directory.origin(of: try Self.address(text))?.location ?? .init() == AddressOrigin.Place())
        }
    }

    @Test func `A file that is away or no database is an error that says what is wrong`() throws {
        let missing = #expect(throws: GeographyError.self) { try GeographyDatabase(path: "/nowhere/x.mmdb") }
        #expect(missing?.description.contains("No such file") == true)
        let path = try SharedMaterial.file("conformance/mmdb/README.md").path
        let other = #expect(throws: GeographyError.self) { try GeographyDatabase(path: path) }
        #expect(other?.description.contains(path) == true)
    }

    @Test func `What becomes of the file changes nothing`() throws {
        let source = try SharedMaterial.file("conformance/mmdb/GeoIP2-City-Test.mmdb")
        let copy = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).mmdb")
        try FileManager.default.copyItem(at: source, to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        let directory = GeographyDirectory([try GeographyDatabase(path: copy.path)])
        // In place, as `cp` does it: a mapped file would end the process here.
        let handle = try FileHandle(forWritingTo: copy)
        try handle.truncate(atOffset: 0)
        #expect(directory.origin(of: try Self.address("81.2.69.142"))?.location.city == "London")
    }
}
