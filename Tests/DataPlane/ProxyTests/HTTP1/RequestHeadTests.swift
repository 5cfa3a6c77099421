import NIOCore
import Testing

@testable import Proxy

@Suite struct RequestHeadTests {
    // MARK: The request line

    @Test(arguments: [
        ("GET", Method.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("DELETE", .delete),
        ("OPTIONS", .options), ("PATCH", .patch), ("BREW", .other), ("M-SEARCH", .other), ("PROPFIND", .other),
        ("X", .other), ("GOT", .other), ("POSS", .other), ("PURGE", .other), ("NOTIFY", .other), ("MKCALENDAR", .other),
    ])
    func `Methods are known or passed on as they are`(text: String, method: Method) {
        let read = ScannedRequest.read(["\(text) / HTTP/1.1", "Host: a.test"]) { head, bytes in
            (head.method, String(decoding: bytes[head.methodRange], as: UTF8.self))
        }
        #expect(read?.0 == method)
        #expect(read?.1 == text)
    }

    @Test(arguments: [
        "CONNECT", "TRACE", "TRACK", "PRI", "get", "Get", "patch", String(repeating: "A", count: 33),
    ])
    func `Methods that are not served are refused`(text: String) {
        let target = text == "CONNECT" ? "a.test:443" : "/"
        #expect(ScannedRequest.error("\(text) \(target) HTTP/1.1\r\nHost: a.test\r\n\r\n")?.status == 501)
    }

    @Test(arguments: [
        ("HTTP/1.0", 0), ("HTTP/1.1", 1), ("HTTP/1.2", 1), ("HTTP/1.9", 1),
    ])
    func `Versions of HTTP/1 are read`(version: String, minor: Int) {
        #expect(ScannedRequest.read(["GET / \(version)", "Host: a.test"]) { head, _ in head.minorVersion } == minor)
    }

    @Test(arguments: [
        ("GET / HTTP/2.0", HTTP1Error.version), ("GET / HTTP/0.9", .version), ("GET / HTTP/3.0", .version),
        ("PRI * HTTP/2.0", .version), ("GET / http/1.1", .requestLine), ("GET / HTTP/1.10", .requestLine),
        ("GET / HTTP/1", .requestLine), ("GET / HTTP/1.", .requestLine), ("GET / HTTP/1,1", .requestLine),
        ("GET / HTTP/1.1 ", .requestLine), ("GET / HTTP/+.1", .requestLine), ("GET /", .requestLine),
        ("GET HTTP/1.1", .requestLine), ("GET  HTTP/1.1", .requestLine), ("GET  / HTTP/1.1", .target),
        ("GET /  HTTP/1.1", .target), ("GET\t/ HTTP/1.1", .requestLine), (" GET / HTTP/1.1", .requestLine),
        ("GET /\tHTTP/1.1", .requestLine), ("G\u{E9}T / HTTP/1.1", .requestLine), ("GE\"T / HTTP/1.1", .requestLine),
        ("SSH-2.0-OpenSSH_9.2", .requestLine), ("PROXY TCP4 9.9.9.9 127.0.0.1 1 80", .requestLine),
    ])
    func `A request line of another form is refused`(line: String, error: HTTP1Error) {
        #expect(ScannedRequest.error("\(line)\r\nHost: a.test\r\n\r\n") == error)
        // Its end alone is waited for.
        #expect(ScannedRequest.error("\(line)\r\n") == error)
    }

    @Test(arguments: [
        ("/", "/"), ("/a?b=c&d", "/a?b=c&d"), ("//evil.test/x", "//evil.test/x"), ("/%41%7e", "/%41%7e"),
        ("/a[1]{2}|3^4", "/a[1]{2}|3^4"), ("/?q=\\\"<>`", "/?q=\\\"<>`"), ("/?a=100%", "/?a=100%"),
        ("/a?b?c", "/a?b?c"),
        ("http://a.test/x?y", "/x?y"), ("HTTP://a.test/", "/"), ("https://a.test:443/x", "/x"),
        ("http://a.test", ""), ("http://a.test?x=1", "?x=1"), ("http://[::1]:80/", "/"),
    ])
    func `The path is what goes upstream`(target: String, path: String) {
        let read = ScannedRequest.read(["GET \(target) HTTP/1.1", "Host: a.test"]) { head, bytes in
            String(decoding: bytes[head.pathRange], as: UTF8.self)
        }
        #expect(read == path)
    }

    @Test(arguments: [
        "a", "?a=b", "*", "\\a", "a.test:80", "/a#b", "/#", "/?#", "/\u{E9}", "/a\\b", "/%", "/%4", "/%zz", "/%00",
        "/a%0",
        "ftp://a.test/", "http:/a.test/", "http:///x", "http://", "http://?x", "http://u@a.test/", "http://u:p@a.test/",
        "http://a.test:x/", "http://a.test:99999/", "http://a b/", "http://a.test#f", "http://a.test/a#b",
        "http://a..b/",
        "http://[::1/", "javascript:alert(1)", "/a\u{1}b",
    ])
    func `A target of another form is refused`(target: String) {
        #expect(ScannedRequest.error("GET \(target) HTTP/1.1\r\nHost: a.test\r\n\r\n")?.status == 400)
    }

    @Test func `An asterisk is a target of OPTIONS alone`() {
        #expect(ScannedRequest.written(["OPTIONS * HTTP/1.1", "Host: a.test"])?.first == "OPTIONS * HTTP/1.1")
        #expect(ScannedRequest.error("OPTIONS ** HTTP/1.1\r\nHost: a.test\r\n\r\n") == .target)
    }

    @Test func `Up to four empty lines before a request are passed over`() {
        let request = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
        for count in 0...4 {
            let bytes = Array((String(repeating: "\r\n", count: count) + request).utf8)
            #expect(ScannedRequest.result(bytes) == .complete(headBytes: bytes.count))
        }
        #expect(ScannedRequest.error(String(repeating: "\r\n", count: 5) + request) == .requestLine)
        #expect(ScannedRequest.error("\n" + request) != nil)
        #expect(ScannedRequest.error("\r" + request) == .lineEnd)
    }

    @Test(
        arguments: [
            [0x16, 0x03, 0x01], [0x00], [0xEF, 0xBB, 0xBF], [0x80], [0x20], [0x0A], [0x7B],
            [0x0D, 0x0A, 0x0D, 0x0A, 0x00],
            [0x0D, 0x47],
        ] as [[UInt8]]
    )
    func `Bytes of another protocol are told at once`(bytes: [UInt8]) {
        guard case .invalid = ScannedRequest.result(bytes) else {
            Issue.record("waits for more after \(bytes)")
            return
        }
    }

    @Test func `Any part of a right head is waited on`() {
        let bytes = Array("\r\nPOST /x HTTP/1.1\r\nHost: a.test\r\nA: b\r\nContent-Length: 3\r\n\r\n".utf8)
        for count in 0..<bytes.count {
            #expect(ScannedRequest.result(Array(bytes.prefix(count))) == .incomplete)
        }
        #expect(ScannedRequest.result(bytes + Array("abcGET".utf8)) == .complete(headBytes: bytes.count))
    }

    // MARK: Limits

    @Test func `A line may be as long as its limit, not longer`() {
        let limit = HeadLimits.request.lineBytes
        let fixed = "GET / HTTP/1.1".utf8.count
        let target = String(repeating: "a", count: limit - fixed)
        #expect(ScannedRequest.read(["GET /\(target) HTTP/1.1", "Host: a.test"]) { _, _ in true } == true)
        #expect(ScannedRequest.error("GET /\(target)a HTTP/1.1\r\nHost: a.test\r\n\r\n") == .targetTooLong)
        #expect(ScannedRequest.error("GET /\(target)" + String(repeating: "a", count: fixed)) == .targetTooLong)
        let value = String(repeating: "a", count: limit - 3)
        let head = "GET / HTTP/1.1\r\nHost: a.test\r\n"
        #expect(ScannedRequest.read(["GET / HTTP/1.1", "Host: a.test", "X: \(value)"]) { _, _ in true } == true)
        #expect(ScannedRequest.error("\(head)X: a\(value)\r\n\r\n") == .fieldTooLong)
        #expect(ScannedRequest.error("\(head)X: a\(value)") == .fieldTooLong)
        #expect(ScannedRequest.error(head + String(repeating: "n", count: 257)) == .fieldTooLong)
    }

    @Test func `A head may be as long as its limit, not longer`() {
        let limits = HeadLimits(lineBytes: 1000, headBytes: 400, fields: 100)
        let fixed = "GET / HTTP/1.1\r\nHost: a.test\r\nX: \r\n\r\n".utf8.count
        let value = String(repeating: "a", count: 400 - fixed)
        let head = "GET / HTTP/1.1\r\nHost: a.test\r\nX: \(value)"
        #expect(ScannedRequest.result(Array("\(head)\r\n\r\n".utf8), limits: limits) == .complete(headBytes: 400))
        #expect(ScannedRequest.error("\(head)a\r\n\r\n", limits: limits) == .headTooLong)
        #expect(ScannedRequest.error("\(head)aaaa", limits: limits) == .headTooLong)
    }

    @Test func `A hundred fields are taken, not one more`() {
        let lines = ["GET / HTTP/1.1", "Host: a.test"] + (1..<100).map { "X-\($0): y" }
        #expect(ScannedRequest.read(lines) { head, _ in head.fields.count } == 100)
        #expect(ScannedRequest.error((lines + ["Y: z", "", ""]).joined(separator: "\r\n")) == .tooManyFields)
    }

    @Test func `A head that comes in small pieces is read over only where a line ends`() {
        let head = RequestHead()
        let bytes = Array("GET / HTTP/1.1\r\nHost: a.test\r\nX: \(String(repeating: "v", count: 300))\r\n\r\n".utf8)
        var progress = HeadProgress()
        for count in 1..<bytes.count {
            let result = bytes.prefix(count).withUnsafeBytes { head.scan($0, progress: &progress) }
            #expect(result == .incomplete)
            #expect(progress.examined == count)
        }
        let result = bytes.withUnsafeBytes { head.scan($0, progress: &progress) }
        #expect(result == .complete(headBytes: bytes.count))
    }

    // MARK: Field lines

    @Test(arguments: [
        "X : 1", "X\t: 1", " X: 1", "\tX: 1", ": 1", "X", "X=1", "X(Y): 1", "X Y: 1", "X\u{7F}: 1", "X/Y: 1",
        "X\"Y\": 1",
        "X: a\u{0}b", "X: a\u{1}", "X: \u{B}", "X: \u{7F}", "X: a\rb", "X: a\nb", "X: a\r\n b", "X: a\r\n\tb", "X: a\r",
        "X: a\n", "\rX: a", "\u{0}X: a", "X\u{E9}: 1", "X[0]: 1", "X,Y: 1", "X@Y: 1",
    ])
    func `A field line of another form is refused`(line: String) {
        #expect(ScannedRequest.error("GET / HTTP/1.1\r\nHost: a.test\r\n\(line)\r\n\r\n")?.status == 400)
        #expect(ScannedRequest.error("GET / HTTP/1.1\r\n\(line)\r\nHost: a.test\r\n\r\n")?.status == 400)
    }

    @Test func `Values are bytes, without the blanks around them`() {
        let read = ScannedRequest.read(["GET / HTTP/1.1", "Host: a.test", "X: \t a\t\"b  \u{E9} \t", "Y:", "Z:  "]) {
            head,
            bytes in (0..<head.fields.count).map { Array(bytes[head.fields[$0].value]) }
        }
        #expect(read == [Array("a.test".utf8), Array("a\t\"b  \u{E9}".utf8), [], []])
    }

    // MARK: Host

    @Test func `A request of HTTP/1.1 has one Host`() {
        #expect(ScannedRequest.error("GET / HTTP/1.1\r\n\r\n") == .host)
        #expect(ScannedRequest.error("GET / HTTP/1.1\r\nHost:\r\n\r\n") == .host)
        #expect(ScannedRequest.error("GET / HTTP/1.1\r\nHost: a.test\r\nHost: a.test\r\n\r\n") == .host)
        #expect(ScannedRequest.error("GET http://a.test/ HTTP/1.1\r\n\r\n") == .host)
        #expect(ScannedRequest.error("GET http://a.test/ HTTP/1.1\r\nHost: b@c\r\n\r\n") == .host)
        #expect(ScannedRequest.read(["GET / HTTP/1.0"]) { head, _ in head.hostRange } == .some(nil))
    }

    @Test func `An absolute target's authority is the host`() {
        let read = ScannedRequest.read(["GET http://b.test:81/x HTTP/1.1", "Host: a.test"]) { head, bytes in
            (head.hostNameRange.map { String(decoding: bytes[$0], as: UTF8.self) }, head.port)
        }
        #expect(read?.0 == "b.test")
        #expect(read?.1 == 81)
    }
}
