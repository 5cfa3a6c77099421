import NIOCore
import Testing

@testable import Proxy

@Suite struct RequestWriteTests {
    private static let added = [
        "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: a.test",
    ]

    /// What goes upstream for these fields beside Host, without the lines that the edge always adds.
    private static func passedOn(_ lines: String...) -> [String]? {
        ScannedRequest.written(["POST / HTTP/1.1", "Host: a.test"] + lines).map { written in
            Array(written.dropFirst(2)).filter { !Self.added.contains($0) }
        }
    }

    @Test func `A plain request goes upstream as it came, with what the edge adds`() {
        let lines = ["GET /x?y=1 HTTP/1.1", "hOsT:  a.test ", "Accept:*/*"]
        #expect(
            ScannedRequest.written(lines)
                == lines + Self.added
        )
    }

    @Test(arguments: [
        ("/a^b`c{d|e}\"<>/[f]?q=^|", "/a%5Eb%60c%7Bd%7Ce%7D%22%3C%3E/[f]?q=^|"), ("http://a.test/a|b", "/a%7Cb"),
        ("/a?|", "/a?|"),
    ])
    func `What no path of a URI has as it is goes upstream escaped`(target: String, path: String) {
        let written = ScannedRequest.written(["GET \(target) HTTP/1.1", "Host: a.test"])
        #expect(written?.first == "GET \(path) HTTP/1.1")
    }

    @Test func `Values pass byte for byte`() {
        var bytes = Array("GET / HTTP/1.1\r\nHost: a.test\r\nX: ".utf8)
        let value = Array(UInt8(0x21)...0x7E) + [0x20, 0x09] + Array(UInt8(0x80)...0xFF)
        bytes += value + Array("\r\n\r\n".utf8)
        let head = RequestHead()
        let written = bytes.withUnsafeBytes { bytes -> [UInt8] in
            guard case .complete = head.scan(bytes) else { return [] }
            var buffer = ByteBuffer()
            head.write(into: &buffer, from: bytes, forwarding: ForwardedFields(address: "::1".utf8, proto: "http"))
            return Array(buffer.readableBytesView)
        }
        #expect(written.starts(with: bytes.dropLast(2)))
    }

    @Test func `Fields for one hop stay behind, in any place and number`() {
        #expect(
            Self.passedOn(
                "Keep-Alive: timeout=5",
                "A: 1",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: Basic eDp5",
                "Proxy-Authenticate: Basic",
                "B: 2",
                "C: 3",
                "Connection: keep-alive",
                "Trailer: X",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__",
                "TE: gzip",
                "D: 4",
                "Forwarded: for=1.2.3.4"
            ) == ["A: 1", "B: 2", "C: 3", "D: 4"]
        )
    }

    @Test func `Fields that Connection names stay behind, but not what frames and routes`() {
        #expect(
            Self.passedOn(
                "X-Secret: 1",
                "Connection: x-secret, Host, Content-Length",
                "Content-Length: 3",
                "connection: A,b",
                "a: 1",
                "B: 2",
                "AB: 3",
                "x-SECRET: 4"
            ) == ["Content-Length: 3", "AB: 3"]
        )
    }

    @Test func `A visitor cannot take away what the edge adds`() {
        let lines = ["GET / HTTP/1.1", "Host: a.test", "X-Forwarded-For: 1.1.1.1", "X-Forwarded-Host: b.test"]
        #expect(
            ScannedRequest.written(lines + ["Connection: X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host"])
                == ["GET / HTTP/1.1", "Host: a.test"] + Self.added
        )
    }

    @Test func `Other spellings of fields that upstreams trust stay behind`() {
        #expect(
            Self.passedOn(
                "X_Forwarded_For: 1.1.1.1",
                "X-Forwarded_Proto: http",
                "Content_Length: 5",
                "Transfer_Encoding: chunked",
                "x_forwarded_host: b.test",
                "User_Agent: x",
                "My_Field: 1"
            ) == ["User_Agent: x", "My_Field: 1"]
        )
    }

    @Test func `The visitor's address and scheme are added to what came`() {
        let lines = [
            "GET / HTTP/1.1", "X-Forwarded-For: 1.1.1.1, 2.2.2.2", "Host: a.test", "X-Forwarded-Proto: http",
            "x-forwarded-for: 3.3.3.3", "X-Forwarded-Host: b.test", "X-Forwarded-For:", "A: 1",
        ]
        #expect(
            ScannedRequest.written(lines) == [
                "GET / HTTP/1.1", "Host: a.test", "X-Forwarded-Host: b.test", "A: 1",
                "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3, 192.0.2.1", "X-Forwarded-Proto: http, https",
            ]
        )
    }

    @Test func `Chunked framing is said anew, a length stays as it is`() {
        #expect(Self.passedOn("transfer-encoding:  CHUNKED", "A: 1") == ["A: 1", "Transfer-Encoding: chunked"])
        #expect(Self.passedOn("content-length:7") == ["content-length:7"])
        #expect(Self.passedOn("Content-Length: 0010", "A: 1") == ["A: 1", "Content-Length: 10"])
        #expect(Self.passedOn("Content-Length: 0") == ["Content-Length: 0"])
        #expect(Self.passedOn("Content-Length: 00") == ["Content-Length: 0"])
    }

    @Test func `TE goes on where it says trailers and nothing else`() {
        #expect(Self.passedOn("TE: trailers", "Connection: TE") == ["TE: trailers", "Connection: TE"])
        #expect(Self.passedOn("te: Trailers") == ["TE: trailers", "Connection: TE"])
        #expect(Self.passedOn("TE: trailers, deflate") == [])
        #expect(Self.passedOn("TE: gzip;q=1") == [])
    }

    @Test func `Upgrade goes on only where it was asked for in Connection`() {
        #expect(
            Self.passedOn("Upgrade:  Foo/2", "A: 1", "Connection: keep-alive, UPGRADE, te", "TE: trailers")
                == ["Upgrade:  Foo/2", "A: 1", "Connection: upgrade"]
        )
        #expect(Self.passedOn("Upgrade: foo", "A: 1") == ["A: 1"])
        #expect(Self.passedOn("Upgrade: websocket, h2c", "Connection: Upgrade") == [])
    }

    @Test func `Expect goes on, but not from HTTP/1.0`() {
        #expect(
            Self.passedOn("Expect: 100-continue", "Content-Length: 1") == ["Expect: 100-continue", "Content-Length: 1"]
        )
        let old = ScannedRequest.written([
            "POST / HTTP/1.0", "Host: a.test", "Expect: 100-continue", "Content-Length: 1",
        ])
        #expect(old == ["POST / HTTP/1.1", "Host: a.test", "Content-Length: 1"] + Self.added)
    }

    @Test(arguments: [
        ("GET", "http://b.test:81/x?y", "/x?y", "b.test:81"), ("GET", "http://b.test", "/", "b.test"),
        ("GET", "HTTPS://b.test?x=1", "/?x=1", "b.test"), ("OPTIONS", "http://b.test", "*", "b.test"),
        ("OPTIONS", "http://b.test/", "/", "b.test"), ("OPTIONS", "http://b.test?a", "/?a", "b.test"),
    ])
    func `An absolute target goes on as path and Host`(method: String, target: String, path: String, host: String) {
        #expect(
            ScannedRequest.written(["\(method) \(target) HTTP/1.1", "A: 1", "Host: a.test", "B: 2"]) == [
                "\(method) \(path) HTTP/1.1", "Host: \(host)", "A: 1", "B: 2", "X-Forwarded-For: 192.0.2.1",
                "X-Forwarded-Proto: https", "X-Forwarded-Host: \(host)",
            ]
        )
    }

    @Test func `A request of HTTP/1.0 without Host goes on with an empty one`() {
        #expect(
            ScannedRequest.written(["GET /x HTTP/1.0", "A: 1"]) == [
                "GET /x HTTP/1.1", "Host: ", "A: 1", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https",
            ]
        )
    }

    @Test func `Empty lines before a request stay behind`() {
        #expect(ScannedRequest.written(["", "", "GET / HTTP/1.1", "Host: a.test"])?.first == "GET / HTTP/1.1")
    }

    @Test func `Text is appended to what the buffer holds`() {
        let head = RequestHead()
        var buffer = ByteBuffer(string: "before")
        Array("GET / HTTP/1.0\r\n\r\n".utf8).withUnsafeBytes { bytes in
            _ = head.scan(bytes)
            head.write(into: &buffer, from: bytes, forwarding: ForwardedFields(address: "::1".utf8, proto: "http"))
        }
        #expect(
            String(buffer: buffer)
                == "beforeGET / HTTP/1.1\r\nHost: \r\nX-Forwarded-For: ::1\r\nX-Forwarded-Proto: http\r\n\r\n"
        )
    }
}
