import Addressing
import TestSupport
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::", "::"),
        ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:0", "::"), ("1:0:0:0:0:0:0:0", "1::"),
        ("::ffff:1.2.3.4", "1.2.3.4"), ("::FFFF:102:304", "1.2.3.4"), ("::1.2.3.4", "::102:304"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ])
    func `An address prints as RFC 5952 has it`(text: String, expected: String) throws {
        #expect(try "\(IPAddress(parsing: text))" == expected)
    }

    @Test(arguments: [
        ("", 0, IPAddressError.Reason.empty), ("1.2.3", 0, .ipv4), ("1.2.3.4.5", 0, .ipv4), ("1.2.3.256", 6, .ipv4),
        ("1.2.03.4", 4, .ipv4), ("1..3.4", 2, .ipv4), ("1.2.3.4 ", 6, .ipv4), ("١.2.3.4", 0, .ipv4),
        ("fe80::1%eth0", 7, .zone), ("::12345", 2, .ipv6Group), (":::", 2, .ipv6Group), ("1::2::3", 4, .ipv6Groups),
        ("1:2:3:4:5:6:7", 13, .ipv6Groups), ("1:2:3:4:5:6:7:8:9", 16, .ipv6Groups), ("1:", 1, .ipv6Group),
        (":1", 0, .ipv6Group), ("1:2:3:4:5:6:7:1.2.3.4", 21, .ipv6Groups), ("1::2:3:4:5:6:7:8", 16, .ipv6Groups),
        ("::1.2.3.4:5", 8, .ipv4), (String(repeating: "1", count: 46), 45, .tooLong), ("g::", 0, .ipv6Group),
    ])
    func `Text that is no address says what is wrong and where`(
        text: String,
        position: Int,
        reason: IPAddressError.Reason
    ) throws {
        let error = try #require(throws: IPAddressError.self) { try IPAddress(parsing: text) }
        #expect(error.reason == reason)
        #expect(error.position == position)
        #expect(IPAddress(textBytes: text.utf8) == nil)
    }

    @Test(arguments: UInt64(0)..<300) func `An address reads back from its text and from its octets`(seed: UInt64)
        throws
    {
        var random = SeededGenerator(seed: seed)
        // Zero words are frequent, so that runs of them of all lengths and places come up.
        let groups = (0..<8).map { _ in Bool.random(using: &random) ? 0 : UInt64.random(in: 0...0xFFFF, using: &random)
        }
        var address = IPAddress(
            high: groups[..<4].reduce(0) { $0 << 16 | $1 },
            low: groups[4...].reduce(0) { $0 << 16 | $1 }
        )
        if seed.isMultiple(of: 4) { address = IPAddress(v4: UInt32.random(in: 0 ... .max, using: &random)) }
        #expect(try IPAddress(parsing: address.description) == address)
        #expect(IPAddress(octets: address.octets) == address)
        #expect(IPAddress(octets: address.octets16) == address)
        #expect(IPAddress(textBytes: Array(address.description.uppercased().utf8)) == address)
    }

    @Test(arguments: UInt64(0)..<300) func `No text makes the parsers trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("0123456789abcdefx:./%[]*- @\\\0é".utf8)
        let bytes = (0..<Int.random(in: 0...60, using: &random)).compactMap { _ in
            alphabet.randomElement(using: &random)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if let address = IPAddress(textBytes: bytes) {
            #expect(IPAddress(textBytes: address.description.utf8) == address)
        }
        // Each of these may throw: what counts is that they come back.
        _ = try? IPPrefix(parsing: text)
        _ = try? NetworkAddress(parsing: text)
        _ = try? HostPattern(parsing: text)
        _ = try? EndpointWish(parsing: text, defaultScheme: .https)
        _ = try? EndpointWish(parsing: "https://" + text, defaultScheme: .https)
        _ = try? UpstreamAddress(parsing: text, for: .http)
        _ = try? DialAddress(parsing: text, defaultPort: 443)
        _ = try? OutboundURL(parsing: "http://" + text, rules: OutboundRules())
    }

    @Test func `A zone can be dropped where the system gives one`() throws {
        #expect(try IPAddress(parsingIgnoringZone: "fe80::1%eth0") == IPAddress(parsing: "fe80::1"))
        #expect(try IPAddress(parsingIgnoringZone: "::1") == .loopback6)
        #expect(throws: IPAddressError.self) { try IPAddress(parsingIgnoringZone: "fe80::1%") }
        #expect(throws: IPAddressError.self) { try IPAddress(parsingIgnoringZone: "1.2.3.4%eth0") }
    }

    @Test(arguments: [
        ("127.0.0.1", "loopback"), ("127.255.255.255", "loopback"), ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("128.0.0.1", ""), ("0.0.0.0", "unspecified"), ("::", "unspecified"), ("169.254.1.1", "link-local"),
        ("febf::1", "link-local"), ("fec0::1", ""), ("10.1.1.1", "private"), ("172.31.0.1", "private"),
        ("172.32.0.1", ""), ("192.168.1.1", "private"), ("fdff::1", "private"), ("fe00::1", ""),
        ("224.0.0.1", "multicast"), ("ff02::1", "multicast"), ("240.0.0.1", ""), ("2001:db8::1", ""),
    ])
    func `An address knows its class`(text: String, expected: String) throws {
        let address = try IPAddress(parsing: text)
        #expect(address.isLoopback == (expected == "loopback"))
        #expect(address.isUnspecified == (expected == "unspecified"))
        #expect(address.isLinkLocal == (expected == "link-local"))
        #expect(address.isPrivate == (expected == "private"))
        #expect(address.isMulticast == (expected == "multicast"))
    }

    @Test(arguments: [
        ("1.2.3.4:5", "1.2.3.4", 5), ("[::1]:65535", "::1", 65535), ("[2001:DB8::1]:0", "2001:db8::1", 0),
    ])
    func `An address with a port reads and prints`(text: String, ip: String, port: UInt16) throws {
        let address = try NetworkAddress(parsing: text)
        #expect(try address == NetworkAddress(ip: IPAddress(parsing: ip), port: port))
        #expect("\(address)" == text.lowercased())
    }

    @Test(arguments: [
        ("", NetworkAddressError.Reason.missingPort), ("1.2.3.4", .missingPort), ("1.2.3.4:", .port),
        ("1.2.3.4:x", .port),
        ("1.2.3.4:65536", .port), ("1.2.3.4:01", .port), ("::1:5", .brackets), ("[::1:5", .brackets),
        ("[1.2.3.4]:5", .brackets), ("name:5", .address(.ipv4)), ("[::1]", .brackets),
    ])
    func `Text without address or port says so`(text: String, reason: NetworkAddressError.Reason) throws {
        let error = try #require(throws: NetworkAddressError.self) { try NetworkAddress(parsing: text) }
        #expect(error.reason == reason)
    }
}
