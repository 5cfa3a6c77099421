import Addressing
import TestSupport
import Testing

@Suite struct EndpointURLTests {
    @Test(arguments: [
        ("", EndpointScheme.https, "https nil nil"), ("", .tcp, "tcp nil nil"), ("https://", .http, "https nil nil"),
        ("http://", .https, "http nil nil"), ("tls://", .https, "tls nil nil"), ("tcp://", .https, "tcp nil nil"),
        ("example.base", .https, "https example.base nil"), ("example.base", .tls, "tls example.base nil"),
        ("example.base:1234", .tcp, "tcp example.base 1234"), ("foo.internal", .https, "https foo.internal nil"),
        ("foo.internal:8080", .https, "https foo.internal 8080"),
        ("HTTPS://Example.Base:443", .http, "https example.base 443"),
        ("*.example.base", .https, "https *.example.base nil"), ("http://h.base:80", .https, "http h.base 80"),
        ("tcp://1.tcp.base:1", .https, "tcp 1.tcp.base 1"), ("tcp://127.0.0.1:9", .https, "tcp 127.0.0.1 9"),
        ("http://127.0.0.1", .https, "http 127.0.0.1 nil"),
        ("tcp://localhost:65535", .https, "tcp localhost 65535"), ("tcp://x.internal:1", .https, "tcp x.internal 1"),
        ("*.a.b.c.internal", .https, "https *.a.b.c.internal nil"), ("h.base.", .https, "https h.base nil"),
    ])
    func `Every spelling of a wish is read`(text: String, scheme: EndpointScheme, expected: String) throws {
        let wish = try EndpointWish(parsing: text, defaultScheme: scheme)
        let host = wish.host.map { "\($0)" } ?? "nil"
        let port = wish.port.map { "\($0)" } ?? "nil"
        #expect("\(wish.scheme) \(host) \(port)" == expected)
    }

    @Test(arguments: [
        ("ftp://a.b", 0, EndpointURLError.Reason.scheme), ("://a.b", 0, .scheme), ("https://a.b/", 11, .trailingSlash),
        ("https:///", 8, .trailingSlash), ("/", 0, .trailingSlash), ("https://a.b/x", 11, .part),
        ("https://a.b?q", 11, .part), ("https://a.b#f", 11, .part), ("https://u:p@a.b", 8, .part),
        ("https://a.b:8443", 12, .port(allowed: [443])), ("tcp://a.b", 9, .missingPort),
        ("https://a.b:x", 12, .portNotNumeric),
        ("https://a.b:-1", 12, .portNotNumeric), ("https://a.b:0", 12, .portOutOfRange),
        ("tcp://a.b:99999999999999999999", 10, .portOutOfRange), ("tcp://a.b:0080", 10, .portOutOfRange),
        ("https://a b", 9, .malformed), ("https://a.b\\c", 11, .malformed), ("https://:443", 0, .malformed),
        ("https://[::1]:443", 9, .malformed), ("a.b:1:2", 3, .malformed), ("https://a.b\n", 11, .malformed),
        ("a.b.c.d.e.internal", 0, .tooDeep), ("https://a_b.c", 9, .host(.underscore)), ("name", 0, .host(.suffix)),
        ("https://1.2.3.4", 8, .host(.suffix)), ("http://1.2.3", 7, .host(.suffix)),
        ("http://*.2.3.4", 7, .host(.suffix)), ("8080", 0, .host(.suffix)),
    ])
    func `Text that is no wish says what is wrong and where`(
        text: String,
        position: Int,
        reason: EndpointURLError.Reason
    ) throws {
        let error = try #require(throws: EndpointURLError.self) {
            try EndpointWish(parsing: text, defaultScheme: .https)
        }
        #expect(error.reason == reason)
        #expect(error.position == position)
    }

    @Test func `Ports of the edge's own listeners are allowed where it has them`() throws {
        let ports = PublicPorts(http: [80, 8080], tls: [443, 8443])
        #expect(try EndpointWish(parsing: "https://a.b:8443", defaultScheme: .https, ports: ports).port == 8443)
        let error = try #require(throws: EndpointURLError.self) {
            try EndpointWish(parsing: "https://a.b:8080", defaultScheme: .https, ports: ports)
        }
        #expect(error.problem.contains("443 or 8443"))
    }

    @Test(arguments: [
        ("https://A.b:443", "https://a.b", "a.b:443"), ("http://a.b", "http://a.b", "a.b:80"),
        ("tls://a.b", "tls://a.b", "a.b:443"),
        ("tcp://a.b:443", "tcp://a.b:443", "a.b:443"),
        ("http://x.internal:8080", "http://x.internal:8080", "x.internal:8080"),
    ])
    func `Spellings that differ in case or default port are one URL`(text: String, shown: String, hostport: String)
        throws
    {
        let url = try EndpointURL(parsing: text)
        #expect("\(url)" == shown)
        #expect(url.hostport == hostport)
        #expect(try EndpointURL(parsing: shown) == url)
    }

    @Test(arguments: ["", "https://", "tcp://", "a.b", "a.b:443"]) func `A whole URL leaves nothing open`(text: String)
        throws
    {
        let error = try #require(throws: EndpointURLError.self) { try EndpointURL(parsing: text) }
        #expect(error.reason == .incomplete)
    }

    @Test func `A wish is a URL once nothing of it is left to chance`() throws {
        #expect(try EndpointWish(parsing: "a.b", defaultScheme: .https).url == EndpointURL(parsing: "https://a.b"))
        #expect(try EndpointWish(parsing: "", defaultScheme: .https).url == nil)
        #expect(try EndpointWish(parsing: "tcp://", defaultScheme: .https).url == nil)
    }

    @Test(arguments: UInt64(0)..<100) func `A URL reads back from what it prints`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        let labels = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            String(
                (0..<Int.random(in: 1...20, using: &random)).compactMap { _ in letters.randomElement(using: &random) }
            )
        }
        let star = Bool.random(using: &random) ? "*." : ""
        let scheme = try #require(EndpointScheme.allCases.randomElement(using: &random))
        let host = try HostPattern(parsing: star + labels.joined(separator: ".") + ".internal")
        let url = EndpointURL(scheme: scheme, host: host, port: .random(in: 1 ... .max, using: &random))
        #expect(try EndpointURL(parsing: "\(url)") == url)
    }
}
