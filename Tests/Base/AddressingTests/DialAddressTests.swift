import Addressing
import Testing

@Suite struct DialAddressTests {
    @Test(arguments: [
        ("edge.example.com", "edge.example.com:443"), ("edge.example.com:8443", "edge.example.com:8443"),
        ("127.0.0.1:4443", "127.0.0.1:4443"), ("[::1]", "[::1]:443"), ("[2001:DB8::1]:1", "[2001:db8::1]:1"),
        ("localhost", "localhost:443"), ("my_service:99", "my_service:99"),
        ("Edge.Example.COM.", "edge.example.com:443"),
    ])
    func `A connect address is host and port, with 443 where none is written`(text: String, expected: String) throws {
        #expect(try "\(DialAddress(parsing: text, defaultPort: 443))" == expected)
    }

    @Test(arguments: [
        ("", DialAddressError.Reason.empty), ("https://edge.example.com", .url), ("tcp://a:1", .url), ("a/b", .url),
        ("u@a:1", .url), ("a:", .port), ("a:0", .port), ("a:65536", .port), ("a:x", .port), ("::1", .host),
        ("[::1", .host),
        ("[1.2.3.4]:1", .host), ("127.1:1", .host), ("0x7f.1:1", .host), ("2130706433:1", .host), ("a b:1", .host),
        ("a..b:1", .host), (":1", .host), ("[::1]x:1", .host), ("é:1", .host),
    ])
    func `Anything else says what is wrong`(text: String, reason: DialAddressError.Reason) throws {
        let error = try #require(throws: DialAddressError.self) { try DialAddress(parsing: text, defaultPort: 443) }
        #expect(error.reason == reason)
    }

    @Test func `A port must be written where none is meant`() throws {
        let error = try #require(throws: DialAddressError.self) { try DialAddress(parsing: "a") }
        #expect(error.reason == .missingPort)
    }
}

@Suite struct UpstreamAddressTests {
    @Test(arguments: [
        ("8080", EndpointScheme.http, "http://localhost:8080"), ("443", .http, "https://localhost:443"),
        ("localhost:443", .https, "https://localhost:443"), ("host:443", .http, "https://host:443"),
        ("http://host:443", .http, "http://host:443"), ("host", .http, "http://host:80"),
        ("host:81", .http, "http://host:81"),
        ("[::1]:80", .http, "http://[::1]:80"), ("http://", .http, "http://localhost:80"),
        ("https://", .http, "https://localhost:443"), ("http://h", .http, "http://h:80"),
        ("https://h", .http, "https://h:443"),
        ("https://h:8443/", .http, "https://h:8443"), ("HTTP://H:1", .http, "http://h:1"),
        ("10.0.0.1:1", .http, "http://10.0.0.1:1"),
        ("22", .tcp, "tcp://localhost:22"), ("443", .tcp, "tcp://localhost:443"), ("h:22", .tls, "tcp://h:22"),
        ("tcp://h:22", .tcp, "tcp://h:22"), ("tls://h:22", .tcp, "tls://h:22"),
        ("tls://[::1]:22", .tls, "tls://[::1]:22"),
        ("file:///srv/www", .http, "file:///srv/www"), ("file://C:\\dir", .http, "file://C:\\dir"),
    ])
    func `Every spelling of an upstream is read`(text: String, endpoint: EndpointScheme, expected: String) throws {
        #expect(try "\(UpstreamAddress(parsing: text, for: endpoint))" == expected)
    }

    @Test(arguments: [
        ("", EndpointScheme.http, UpstreamAddressError.Reason.empty), ("0", .http, .port), ("65536", .http, .port),
        ("h:x", .http, .port), ("http://h:80/x", .http, .part), ("h/x", .http, .part), ("h/", .http, .part),
        ("http://u@h", .http, .part), ("http://h?q", .http, .part), ("host", .tcp, .missingPort),
        ("tls://h", .tls, .missingPort),
        ("tcp://", .tcp, .host), ("http://:80", .http, .host), ("h h:1", .http, .host), ("127.1:80", .http, .host),
        ("file://relative", .http, .path), ("ftp://h:1", .http, .scheme(allowed: ["http://", "https://", "file://"])),
        ("tcp://h:1", .http, .scheme(allowed: ["http://", "https://", "file://"])),
        ("http://h:1", .tcp, .scheme(allowed: ["tcp://", "tls://"])),
        ("file:///x", .tcp, .scheme(allowed: ["tcp://", "tls://"])),
    ])
    func `Anything else says what is wrong`(
        text: String,
        endpoint: EndpointScheme,
        reason: UpstreamAddressError.Reason
    ) throws {
        let error = try #require(throws: UpstreamAddressError.self) {
            try UpstreamAddress(parsing: text, for: endpoint)
        }
        #expect(error.reason == reason)
        #expect("\(error)".hasPrefix("\""))
    }
}
