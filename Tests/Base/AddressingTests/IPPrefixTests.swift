import Addressing
import TestSupport
import Testing

@Suite struct IPPrefixTests {
    @Test(arguments: [
        ("10.1.2.3/8", "10.0.0.0/8", true), ("10.0.0.0/8", "10.0.0.0/8", false), ("1.2.3.4", "1.2.3.4/32", false),
        ("::1", "::1/128", false), ("::ffff:1.2.3.4/120", "1.2.3.0/24", true), ("::ffff:1.2.3.4/96", "0.0.0.0/0", true),
        ("::ffff:1.2.3.4/95", "::fffe:0:0/95", true), ("2001:db8::1/0", "::/0", true), ("1.2.3.4/0", "0.0.0.0/0", true),
    ])
    func `A prefix keeps the bits that count`(text: String, expected: String, hadHostBits: Bool) throws {
        let prefix = try IPPrefix(parsing: text)
        #expect("\(prefix)" == expected)
        #expect(prefix.hadHostBits == hadHostBits)
    }

    @Test(arguments: UInt64(0)..<200) func `A prefix holds exactly the addresses that share its bits`(seed: UInt64)
        throws
    {
        var random = SeededGenerator(seed: seed)
        let isIPv4 = seed.isMultiple(of: 2)
        let bits = isIPv4 ? 32 : 128
        let address =
            isIPv4
            ? IPAddress(v4: .random(in: 0 ... .max, using: &random))
            : IPAddress(high: .random(in: 1 ... .max, using: &random), low: .random(in: 0 ... .max, using: &random))
        let length = Int.random(in: 0...bits, using: &random)
        let prefix = try #require(IPPrefix(address, length: length))
        #expect(prefix.contains(address))
        #expect(prefix.contains(prefix.first))
        #expect(try IPPrefix(parsing: "\(prefix)") == prefix)

        let flipped = Int.random(in: 0..<bits, using: &random)
        var octets = address.octets
        octets[flipped / 8] ^= 0x80 >> UInt8(flipped % 8)
        let neighbour = try #require(IPAddress(octets: octets))
        #expect(prefix.contains(neighbour) == (flipped >= length))
    }

    @Test func `A length that the address does not have makes no prefix`() {
        #expect(IPPrefix(.loopback4, length: 33) == nil)
        #expect(IPPrefix(.loopback6, length: 129) == nil)
        #expect(IPPrefix(.loopback4, length: -1) == nil)
    }

    @Test func `Deny wins, and an allow list closes the rest`() throws {
        let list = IPAccessList(
            allowed: [try IPPrefix(parsing: "10.0.0.0/8")],
            denied: [try IPPrefix(parsing: "10.0.0.5")]
        )
        #expect(try list.decision(for: IPAddress(parsing: "10.0.0.5")) == .deny)
        #expect(try list.decision(for: IPAddress(parsing: "::ffff:10.0.0.5")) == .deny)
        #expect(try list.decision(for: IPAddress(parsing: "10.0.0.6")) == .allow)
        #expect(try list.decision(for: IPAddress(parsing: "11.0.0.1")) == .deny)
        #expect(IPAccessList().decision(for: .loopback4) == .allow)
    }
}
