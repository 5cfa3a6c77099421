import Portico
import Testing

struct UpstreamTests {
    @Test(arguments: [
        ("8080", Scheme.https, "http://localhost:8080"),
        ("443", .https, "https://localhost:443"),
        ("db.internal:443", .http, "https://db.internal:443"),
        ("http://db.internal:443", .https, "http://db.internal:443"),
        ("web", .https, "http://web:80"),
        ("https://", .https, "https://localhost:443"),
        ("[::1]:8080", .https, "http://[::1]:8080"),
        ("22", .tcp, "tcp://localhost:22"),
        ("tls://mail:993", .tls, "tls://mail:993"),
    ])
    func `What people type becomes an address to dial`(text: String, endpoint: Scheme, url: String) throws {
        #expect(try Upstream(text, for: endpoint).description == url)
    }

    @Test func `A folder is an upstream of requests`() throws {
        let upstream = try Upstream("file:///srv/www")
        #expect(upstream.description == "file:///srv/www")
        #expect(upstream.scheme == .http)
        #expect(throws: PorticoError.self) { try Upstream("file:///srv/www", for: .tcp) }
    }

    @Test(arguments: ["", "0", "65536", "a:b", "http://a/path", "user@host:80", "ftp://a", "file://relative", "a b"])
    func `What cannot be dialled is refused with the text, a code and what to do`(text: String) throws {
        let error = try #require(throws: PorticoError.self) { try Upstream(text, for: .https) }
        #expect(error.kind == .invalidConfiguration)
        #expect(error.code == "ERR_PORTICO_100308")
        #expect(error.remedy != nil)
    }

    @Test(arguments: [
        ("edge.example", "edge.example:443"), ("edge.example:4443", "edge.example:4443"), ("[::1]:1", "[::1]:1"),
    ])
    func `A server address without a port means 443`(text: String, address: String) throws {
        #expect(try ServerAddress(text).description == address)
    }

    @Test(arguments: ["https://edge.example", "edge.example:0", "", "edge.example:443/x"])
    func `A URL is no server address`(text: String) throws {
        let error = try #require(throws: PorticoError.self) { try ServerAddress(text) }
        #expect(error.code == "ERR_PORTICO_100307")
    }

    @Test(arguments: [
        (nil, Scheme.https, Scheme.https, "https://"),
        (nil, .tcp, .tcp, "tcp://"),
        ("shop.example", .https, .https, "https://shop.example"),
        ("http://shop.example", .https, .http, "http://shop.example"),
        ("tls://", .https, .tls, "tls://"),
        ("edge.example:20001", .tcp, .tcp, "tcp://edge.example:20001"),
    ])
    func `The scheme of a URL decides, and one without gets the endpoint's`(
        url: String?,
        scheme: Scheme,
        wanted: Scheme,
        asked: String
    ) throws {
        let wish = try EndpointOptions(scheme: scheme, url: url).wish()
        #expect(wish.scheme == wanted)
        #expect(wish.url == asked)
    }

    @Test func `An error is one line, whatever the edge wrote into it`() {
        let error = PorticoError(.sessionRefused, code: "ERR_NGROK_107", "No\u{1B}[2J\nsuch token", remedy: "Make one.")
        #expect(error.description == "No\\u{1b}[2J such token. Make one. (ERR_NGROK_107)")
    }
}
