import Addressing
import Testing

@Suite struct OutboundURLTests {
    private static let rules = OutboundRules()

    @Test(arguments: [
        ("http://8.8.8.8/", "8.8.8.8:80/"), ("HTTPS://Example.com", "example.com:443/"),
        ("https://example.com.:8443/a?b#c", "example.com:8443/a?b"),
        ("https://[2606:4700::1]?q", "[2606:4700::1]:443/?q"),
        ("https://my_host.example.com/", "my_host.example.com:443/"),
    ])
    func `A public URL says what to connect to and what to ask for`(text: String, expected: String) throws {
        let url = try OutboundURL(parsing: text, rules: Self.rules)
        #expect("\(url.host.urlText):\(url.port)\(url.target)" == expected)
    }

    @Test(arguments: [
        ("http://127.0.0.1/", OutboundURLError.Reason.address(.loopback4)),
        ("http://127.0.0.1./", .address(.loopback4)),
        ("http://[::ffff:127.0.0.1]/", .address(.loopback4)), ("http://127.1/", .host), ("http://0x7f000001/", .host),
        ("http://017700000001/", .host), ("http://%31%32%37.0.0.1/", .host), ("http://①②⑦.0.0.1/", .host),
        ("http://127.0.0.1\t/", .malformed), ("http://127.0.0.1\\@8.8.8.8/", .malformed),
        ("http://a@8.8.8.8/", .userinfo),
        ("http://localhost./", .localName), ("http://x.LOCAL/", .localName), ("http://metadata.internal/", .localName),
        ("ftp://8.8.8.8/", .scheme), ("//8.8.8.8/", .scheme), ("http://8.8.8.8:22/", .port),
        ("http://8.8.8.8:080/", .port),
        ("http:///", .host), ("http://[fe80::1%25eth0]/", .host), ("http://127.0.0.1#@8.8.8.8/", .address(.loopback4)),
    ])
    func `A URL that could lead inside is refused by its text`(text: String, reason: OutboundURLError.Reason) throws {
        let error = try #require(throws: OutboundURLError.self) { try OutboundURL(parsing: text, rules: Self.rules) }
        #expect(error.reason == reason)
    }

    @Test(arguments: [
        ("http://a.internal", "a.internal:80/"), ("HTTPS://A.b.Internal:8000/x?y#z", "a.b.internal:8000/x?y"),
        ("http://a.internal:1?q", "a.internal:1/?q"),
    ])
    func `A URL of an internal endpoint has any port`(text: String, expected: String) throws {
        let url = try OutboundURL(parsingInternal: text)
        #expect("\(url.host):\(url.port)\(url.target)" == expected)
    }

    @Test(arguments: [
        "http://internal/", "http://example.com/", "http://ainternal/", "http://a.internal.example.com/",
        "http://127.0.0.1/", "http://u@a.internal/", "ftp://a.internal/", "a.internal", "http://a.internal\\@b.test/",
    ])
    func `Anything else is no URL of an internal endpoint`(text: String) {
        #expect(throws: OutboundURLError.self) { try OutboundURL(parsingInternal: text) }
    }

    @Test func `The port that a scheme stands for must be open too`() throws {
        let rules = OutboundRules(ports: [8443])
        let error = try #require(throws: OutboundURLError.self) {
            try OutboundURL(parsing: "https://example.com/", rules: rules)
        }
        #expect(error.reason == .port)
        #expect(throws: Never.self) { try OutboundURL(parsing: "https://example.com:8443/", rules: rules) }
    }

    @Test func `A name that resolves to one private address is refused whole`() throws {
        let url = try OutboundURL(parsing: "https://rebind.example.com", rules: Self.rules)
        let open = try IPAddress(parsing: "8.8.8.8")
        let closed = try IPAddress(parsing: "169.254.169.254")
        #expect(try url.checked([open], by: Self.rules) == [open])
        #expect(throws: OutboundURLError.self) { try url.checked([open, closed], by: Self.rules) }
        #expect(throws: OutboundURLError.self) { try url.checked([], by: Self.rules) }
    }

    @Test func `An operator can open a private range`() throws {
        let rules = OutboundRules(opened: [try IPPrefix(parsing: "10.0.0.0/8")])
        #expect(throws: Never.self) { try OutboundURL(parsing: "http://10.1.2.3/", rules: rules) }
        #expect(throws: OutboundURLError.self) { try OutboundURL(parsing: "http://192.168.0.1/", rules: rules) }
    }
}

@Suite struct ForwardedForTests {
    private static let trusted = ["10.0.0.0/8", "2001:db8:1::/48"]

    @Test(arguments: [
        ("203.0.113.9", ["1.2.3.4"], "203.0.113.9"), ("10.0.0.1", ["1.2.3.4 ,\t10.0.0.2 "], "1.2.3.4"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"), ("10.0.0.1", ["9.9.9.9, 1.2.3.4, 10.0.0.2"], "1.2.3.4"),
        ("10.0.0.1", ["9.9.9.9", "1.2.3.4"], "1.2.3.4"), ("10.0.0.1", ["1.2.3.4:70000"], "10.0.0.1"),
        ("10.0.0.1", ["[2001:db8::9]"], "2001:db8::9"), ("10.0.0.1", ["[1.2.3.4]:1"], "10.0.0.1"),
        ("10.0.0.1", ["1.2.3.4,"], "10.0.0.1"), ("10.0.0.1", ["[2001:db8::9"], "10.0.0.1"),
    ])
    func `The visitor is the rightmost hop that is not trusted`(peer: String, fields: [String], expected: String) throws
    {
        let client = ForwardedFor.client(
            peer: try IPAddress(parsing: peer),
            fields: fields.map { Array($0.utf8) },
            trusted: try Self.trusted.map { try IPPrefix(parsing: $0) }
        )
        #expect("\(client)" == expected)
    }
}
