import NIOCore
import Testing

@testable import Proxy

@Suite struct ResponseHeadTests {
    private static func scan(_ text: String) -> ScanResult {
        let head = ResponseHead()
        return Array(text.utf8).withUnsafeBytes { head.scan($0) }
    }

    private static func error(_ text: String) -> HTTP1Error? {
        if case .invalid(let error) = Self.scan(text) { error } else { nil }
    }

    private static func read<Value>(
        _ lines: [String],
        end: String = "\r\n",
        _ body: (ResponseHead, UnsafeRawBufferPointer) -> Value
    ) -> Value? {
        let head = ResponseHead()
        return Array((lines + ["", ""]).joined(separator: end).utf8).withUnsafeBytes { bytes in
            head.scan(bytes) == .complete(headBytes: bytes.count) ? body(head, bytes) : nil
        }
    }

    private static func written(_ lines: [String], end: String = "\r\n", closing: Bool = false) -> [String]? {
        Self.read(lines, end: end) { head, bytes in
            var buffer = ByteBuffer()
            head.write(into: &buffer, from: bytes, closing: closing)
            return Self.lines(buffer)
        }
    }

    /// The lines of a head without its end.
    private static func lines(_ buffer: ByteBuffer) -> [String] {
        let text = buffer.readableBytesView.map { String(UnicodeScalar($0)) }.joined()
        guard text.hasSuffix("\r\n\r\n") else { return ["no end: \(text)"] }
        return text.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast(2).map(String.init)
    }

    // MARK: The status line

    @Test(arguments: [
        ("HTTP/1.1 200 OK", 200, 1), ("HTTP/1.0 404 Not Found", 404, 0), ("HTTP/1.1 200", 200, 1),
        ("HTTP/1.1 200 ", 200, 1), ("HTTP/1.1 999 \u{E9}\ta", 999, 1), ("HTTP/1.2 301 Moved", 301, 1),
    ])
    func `A status line is read, with and without reason`(line: String, status: Int, minor: Int) {
        let read = Self.read([line]) { head, _ in (head.status, head.minorVersion) }
        #expect(read?.0 == status)
        #expect(read?.1 == minor)
    }

    @Test(arguments: [
        "HTTP/1.1  200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 X", "HTTP/1.1 +20 OK", "HTTP/1.1 200OK",
        "HTTP/1.1\t200 OK", "HTTP/2.0 200 OK", "http/1.1 200 OK", "ICY 200 OK", " HTTP/1.1 200 OK", "HTTP/1.1",
        "HTTP/1.x 200 OK", "HTTP/1.1 abc OK", "HTTP/1.10 200 OK", "", "<html>",
    ])
    func `A status line of another form is refused`(line: String) {
        #expect(Self.error("\(line)\r\n\r\n") != nil)
    }

    @Test func `An upstream of another protocol is told by its first bytes`() {
        #expect(Self.error("SSH-2.0") == .statusLine)
        #expect(Self.error("HTTP/2") == .statusLine)
        #expect(Self.scan("HTTP/1") == .incomplete)
        #expect(Self.scan("") == .incomplete)
    }

    // MARK: Framing

    @Test(arguments: [
        (["HTTP/1.1 200 OK"], BodyFraming.untilClose, BodyFraming.none),
        (["HTTP/1.1 200 OK", "Content-Length: 5"], .length(5), .none),
        (["HTTP/1.1 200 OK", "Content-Length: 0"], .length(0), .none),
        (["HTTP/1.1 200 OK", "Content-Length: 5", "content-length: 5"], .length(5), .none),
        (["HTTP/1.1 200 OK", "Transfer-Encoding: Chunked"], .chunked, .none),
        (["HTTP/1.1 204 No Content"], .none, .none), (["HTTP/1.1 204 No Content", "Content-Length: 5"], .none, .none),
        (["HTTP/1.1 304 Not Modified", "Content-Length: 5"], .none, .none),
        (["HTTP/1.1 304 Not Modified", "Transfer-Encoding: chunked"], .none, .none),
        (["HTTP/1.1 100 Continue"], .none, .none), (["HTTP/1.1 101 Switching Protocols"], .none, .none),
        (["HTTP/1.1 205 Reset Content", "Content-Length: 0"], .length(0), .none),
        (["HTTP/1.0 200 OK", "Content-Length: 5"], .length(5), .none),
    ])
    func `A body is framed as RFC 9112 says`(lines: [String], framing: BodyFraming, forHEAD: BodyFraming) {
        let read = Self.read(lines) { head, _ in (head.framing(forHEAD: false), head.framing(forHEAD: true)) }
        #expect(read?.0 == framing)
        #expect(read?.1 == forHEAD)
    }

    @Test(arguments: [
        "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5, 5", "Content-Length: -1", "Content-Length:",
        "Content-Length: 18446744073709551617", "Transfer-Encoding:", "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    ])
    func `Framing that could be read in two ways is refused`(lines: String) {
        #expect(Self.error("HTTP/1.1 200 OK\r\n\(lines)\r\n\r\n") != nil)
        #expect(Self.error("HTTP/1.1 304 Not Modified\r\n\(lines)\r\n\r\n") != nil)
    }

    @Test func `A coding in HTTP/1.0 is refused`() {
        #expect(Self.error("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") == .transferEncoding)
    }

    @Test(arguments: [
        "X: a\r\n b", "X: a\r\n\tb", "X: a\rb", "X: a\nSet-Cookie: b", "X: a\u{0}", "X y: a", ": a", "X", "X\u{E9}: a",
        "\nX: a", "X: a\n",
    ])
    func `A field line that could be split is refused`(line: String) {
        #expect(Self.error("HTTP/1.1 200 OK\r\n\(line)\r\nContent-Length: 0\r\n\r\n") != nil)
    }

    // MARK: The connection

    @Test(arguments: [
        (["HTTP/1.1 200 OK", "Content-Length: 5"], true), (["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], true),
        (["HTTP/1.1 200 OK"], false), (["HTTP/1.1 200 OK", "Content-Length: 5", "Connection: a, Close"], false),
        (["HTTP/1.1 204 No Content"], true), (["HTTP/1.1 204 No Content", "Content-Length: 0"], true),
        (["HTTP/1.1 204 No Content", "Content-Length: 5"], false),
        (["HTTP/1.1 204 No Content", "Transfer-Encoding: chunked"], false),
        (["HTTP/1.1 304 Not Modified", "Content-Length: 5"], true), (["HTTP/1.1 101 Switching Protocols"], false),
        (["HTTP/1.0 200 OK", "Content-Length: 5"], false),
        (["HTTP/1.0 200 OK", "Content-Length: 5", "Connection: keep-alive"], true),
        (["HTTP/1.0 200 OK", "Connection: keep-alive"], false),
    ])
    func `A connection is used again only when where the response ends is certain`(lines: [String], reusable: Bool) {
        #expect(Self.read(lines) { head, _ in head.isReusable(forHEAD: false) } == reusable)
    }

    @Test func `A response to HEAD leaves the connection usable whatever body it speaks of`() {
        #expect(Self.read(["HTTP/1.1 200 OK"]) { head, _ in head.isReusable(forHEAD: true) } == true)
    }

    @Test func `Interim responses are told from final ones`() {
        let interim = [100, 101, 102, 103, 200].map { status in
            Self.read(["HTTP/1.1 \(status) X"]) { head, _ in (head.isInterim, head.isSwitchingProtocols) }
        }
        #expect(interim.map { $0?.0 } == [true, false, true, true, false])
        #expect(interim.map { $0?.1 } == [false, true, false, false, false])
    }

    // MARK: Writing

    @Test func `Status, reason and fields pass as they came`() {
        let lines = [
            "HTTP/1.1 200  All\u{E9} right ", "set-cookie:a=b", "Set-Cookie:  c ", "X: \"\t\"", "Content-Length: 5",
        ]
        let bytes = lines.map { $0.unicodeScalars.map { UInt8($0.value) } }
        let head = ResponseHead()
        var buffer = ByteBuffer()
        Array(bytes.joined(separator: Array("\r\n".utf8)) + Array("\r\n\r\n".utf8)).withUnsafeBytes { bytes in
            _ = head.scan(bytes)
            head.write(into: &buffer, from: bytes, closing: false)
        }
        #expect(Self.lines(buffer) == lines)
    }

    @Test func `Fields for one hop stay behind, and what only the edge may say`() {
        #expect(
            Self.written([
                "HTTP/1.1 200 OK", "Keep-Alive: timeout=5", "A: 1", "Connection: keep-alive, B", "B: 2",
                "Proxy-Connection: x", "Proxy-Authenticate: Basic", "Upgrade: h2c", "ngrok-error-code: ERR_NGROK_3200",
                "C: 3",
                "TE: x", "Ngrok-Error-Code: 1", "Content-Length: 5", "Content-Length: 5",
            ]) == ["HTTP/1.1 200 OK", "A: 1", "C: 3", "Content-Length: 5"]
        )
    }

    @Test func `Connection takes no length away`() {
        let lines = ["HTTP/1.1 200 OK", "Connection: content-length", "Content-Length: 5"]
        #expect(Self.written(lines) == ["HTTP/1.1 200 OK", "Content-Length: 5"])
    }

    @Test func `Chunks are announced anew, trailer names stay`() {
        #expect(
            Self.written(["HTTP/1.1 200 OK", "transfer-encoding:CHUNKED", "Trailer: X-T"], closing: true)
                == ["HTTP/1.1 200 OK", "Trailer: X-T", "Transfer-Encoding: chunked", "Connection: close"]
        )
    }

    @Test func `A visitor of HTTP/1.0 gets no chunks`() {
        let lines = Self.read(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "A: 1"]) { head, bytes in
            var buffer = ByteBuffer()
            head.writeForHTTP10(into: &buffer, from: bytes)
            return Self.lines(buffer)
        }
        #expect(lines == ["HTTP/1.1 200 OK", "A: 1", "Connection: close"])
    }

    @Test func `A switch of protocols keeps what it switches to`() {
        #expect(
            Self.written(["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "X: y"])
                == ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "X: y", "Connection: upgrade"]
        )
    }

    @Test func `A response that has no content says nothing about its length`() {
        #expect(Self.written(["HTTP/1.1 204 X", "Content-Length: 5"]) == ["HTTP/1.1 204 X"])
        #expect(Self.written(["HTTP/1.1 204 X", "Transfer-Encoding: chunked"]) == ["HTTP/1.1 204 X"])
        #expect(Self.written(["HTTP/1.1 103 X", "Content-Length: 5", "Link: a"]) == ["HTTP/1.1 103 X", "Link: a"])
        let notModified = ["HTTP/1.1 304 X", "Content-Length: 5"]
        #expect(Self.written(notModified) == notModified)
    }

    @Test func `A status line without reason is given its space`() {
        #expect(Self.written(["HTTP/1.0 200"]) == ["HTTP/1.1 200 "])
    }

    @Test func `White space before a colon is taken away`() {
        #expect(
            Self.written(["HTTP/1.1 200 OK", "X \t: a", "Content-Length : 5", "Y:b ", "Connection: Z", "Z : 1"])
                == ["HTTP/1.1 200 OK", "X: a", "Content-Length: 5", "Y: b"]
        )
        let framing = Self.read(["HTTP/1.1 200 OK", "Content-Length : 5"]) { head, _ in head.framing(forHEAD: false) }
        #expect(framing == .length(5))
    }

    @Test func `A head whose lines all end with a bare LF is written as it should be`() {
        #expect(
            Self.written(["HTTP/1.0 200 OK", "A:1 ", "B: 2", "Keep-Alive: 1"], end: "\n")
                == ["HTTP/1.1 200 OK", "A: 1", "B: 2"]
        )
        #expect(Self.error("HTTP/1.0 200 OK\nA: 1\r\n\r\n") == .lineEnd)
        #expect(Self.error("HTTP/1.0 200 OK\r\nA: 1\n\n") == .lineEnd)
        #expect(Self.scan("HTTP/1.0 200 OK\nA: 1\n") == .incomplete)
    }

    @Test func `A head comes to the same wherever the network cuts it`() {
        let texts = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\n", "HTTP/1.0 200 OK\nA: 1\n\n",
            "HTTP/1.0 200 OK\nA: 1\r", "HTTP/1.1 200\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", "HTTP/1.1 200 OK\r\nX : \(String(repeating: "v", count: 40))\r\n\r\n",
        ]
        let head = ResponseHead()
        for bytes in texts.map({ Array($0.utf8) }) {
            let whole = bytes.withUnsafeBytes { head.scan($0) }
            var progress = HeadProgress()
            var last = ScanResult.incomplete
            for count in 0...bytes.count where last == .incomplete {
                last = bytes.prefix(count).withUnsafeBytes { head.scan($0, progress: &progress) }
            }
            #expect(last == whole)
        }
    }

    @Test func `Responses may have more fields than requests, within their limit`() {
        let lines = ["HTTP/1.1 200 OK"] + (0..<500).map { "Set-Cookie: c\($0)=1" }
        #expect(Self.read(lines) { head, _ in head.fields.count } == 500)
        #expect(Self.error((lines + ["A: 1", "", ""]).joined(separator: "\r\n")) == .tooManyFields)
        #expect(Self.error("HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 64 * 1024)) == .fieldTooLong)
    }
}
