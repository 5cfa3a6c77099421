import Testing

@testable import Proxy

@Suite struct RequestFieldsTests {
    private static func framing(_ lines: String..., version: String = "1.1") -> BodyFraming? {
        ScannedRequest.read(["POST / HTTP/\(version)", "Host: a.test"] + lines) { head, _ in head.framing }
    }

    private static func error(_ lines: String..., version: String = "1.1") -> HTTP1Error? {
        let all = ["POST / HTTP/\(version)", "Host: a.test"] + lines + ["", ""]
        return ScannedRequest.error(all.joined(separator: "\r\n"))
    }

    // MARK: Framing

    @Test func `A body is framed by its length, by chunks, or there is none`() {
        #expect(Self.framing() == BodyFraming.none)
        #expect(Self.framing("Content-Length: 5") == .length(5))
        #expect(Self.framing("content-length:\t5 ") == .length(5))
        #expect(Self.framing("Content-Length: 05") == .length(5))
        #expect(Self.framing("Content-Length: 0") == .length(0))
        #expect(Self.framing("Content-Length: 9223372036854775807") == .length(UInt64(Int64.max)))
        #expect(Self.framing("Content-Length: 5", version: "1.0") == .length(5))
        #expect(Self.framing("Transfer-Encoding: chunked") == .chunked)
        #expect(Self.framing("transfer-encoding:CHUNKED \t") == .chunked)
        #expect(Self.framing("Content_Length: 5", "Transfer_Encoding: chunked") == BodyFraming.none)
    }

    @Test(arguments: [
        "5, 5", "5,", ",5", "+5", "-5", "5 5", "", "0x5", "5.0", "1e1", "\"5\"", "9223372036854775808",
        "18446744073709551621", "five",
    ])
    func `A length that is no number is refused`(value: String) {
        #expect(Self.error("Content-Length: \(value)") == .contentLength)
    }

    @Test func `A length stands once`() {
        #expect(Self.error("Content-Length: 5", "Content-Length: 5") == .contentLength)
        #expect(Self.error("Content-Length: 5", "content-length: 6") == .contentLength)
    }

    @Test(arguments: [
        "identity", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked,", ", chunked", "xchunked",
        "chunkedx", "chunke", "chunked;q=1", "\"chunked\"", "chunked chunked", "chunk\u{E9}d", "\u{A0}chunked",
    ])
    func `Another transfer coding is refused`(value: String) {
        #expect(Self.error("Transfer-Encoding: \(value)") == .transferCoding)
    }

    @Test func `Framing that contradicts itself is refused`() {
        #expect(Self.error("Transfer-Encoding:") == .transferEncoding)
        #expect(Self.error("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") == .transferEncoding)
        #expect(Self.error("Transfer-Encoding: chunked", "Content-Length: 5") == .transferEncoding)
        #expect(Self.error("Content-Length: 0", "Transfer-Encoding: chunked") == .transferEncoding)
        #expect(Self.error("Transfer-Encoding: chunked", version: "1.0") == .transferEncoding)
    }

    // MARK: The connection

    @Test(arguments: [
        ("1.1", "X: y", true), ("1.1", "Connection: close", false), ("1.1", "Connection: x, CLOSE", false),
        ("1.1", "Connection: keep-alive, close", false), ("1.1", "Connection: keep-alive", true),
        ("1.1", "Connection: closed", true), ("1.1", "Proxy-Connection: close", true), ("1.0", "X: y", false),
        ("1.0", "Connection: keep-alive", false),
    ])
    func `A connection lives on unless the visitor or HTTP/1.0 ends it`(version: String, line: String, lives: Bool) {
        let read = ScannedRequest.read(["GET / HTTP/\(version)", "Host: a.test", line]) { head, _ in head.keepsAlive }
        #expect(read == lives)
    }

    @Test func `Connection has 32 members at most, in all its lines`() {
        let many = String(repeating: "a,", count: 16)
        #expect(Self.framing("Connection: \(many)", "Connection: \(many)") == BodyFraming.none)
        #expect(Self.error("Connection: \(many)", "Connection: \(many)b") == .connection)
    }

    @Test func `Continue is waited for where a body comes and HTTP/1.1 is spoken`() {
        func expects(_ version: String, _ lines: String...) -> Bool? {
            ScannedRequest.read(["POST / HTTP/\(version)", "Host: a.test"] + lines) { head, _ in head.expectsContinue }
        }
        #expect(expects("1.1", "Expect: 100-Continue", "Content-Length: 5") == true)
        #expect(expects("1.1", "Expect: 100-continue", "Transfer-Encoding: chunked") == true)
        #expect(expects("1.1", "Expect: 100-continue") == false)
        #expect(expects("1.1", "Expect: 200-ok", "Content-Length: 5") == false)
        #expect(expects("1.0", "Expect: 100-continue", "Content-Length: 5") == false)
    }

    // MARK: Upgrades

    private static let webSocket = [
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]

    private static func upgrade(_ lines: [String], method: String = "GET", version: String = "1.1") -> Bool? {
        ScannedRequest.read(["\(method) / HTTP/\(version)", "Host: a.test"] + lines) { head, _ in head.isUpgrade }
    }

    private static func replacing(_ index: Int, by line: String?) -> [String] {
        var lines = Self.webSocket
        if let line { lines[index] = line } else { lines.remove(at: index) }
        return lines
    }

    @Test func `A WebSocket handshake is an upgrade`() {
        let read = ScannedRequest.read(["GET / HTTP/1.1", "Host: a.test"] + Self.webSocket) { head, _ in
            head.isUpgrade && head.isWebSocket
        }
        #expect(read == true)
        #expect(Self.upgrade(Self.replacing(0, by: "Upgrade: WebSocket")) == true)
        #expect(Self.upgrade(Self.replacing(1, by: "Connection: keep-alive, Upgrade")) == true)
    }

    @Test func `A handshake that is not asked for in Connection, or for several protocols, is an ordinary request`() {
        #expect(Self.upgrade(Self.replacing(1, by: nil)) == false)
        #expect(Self.upgrade(Self.replacing(0, by: "Upgrade: websocket, h2c")) == false)
        #expect(Self.upgrade(Self.webSocket + ["Upgrade: h2c"]) == false)
    }

    @Test(
        arguments: [
            ("GET", 2, nil, HTTP1Error.upgrade), ("GET", 2, "Sec-WebSocket-Key: c2hvcnQ=", .upgrade),
            ("GET", 2, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!==", .upgrade),
            (
                "GET", 2, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                .upgrade
            ),
            ("GET", 3, nil, .webSocketVersion), ("GET", 3, "Sec-WebSocket-Version: 8", .webSocketVersion),
            ("GET", 3, "Sec-WebSocket-Version: 13, 8", .webSocketVersion),
            ("GET", 1, "Connection: Upgrade, Sec-WebSocket-Key", .upgrade), ("POST", 0, "Upgrade: websocket", .upgrade),
            ("GET", 0, "Upgrade: websocket\r\nContent-Length: 5", .upgrade),
        ] as [(String, Int, String?, HTTP1Error)]
    )
    func `A wrong WebSocket handshake is refused`(method: String, index: Int, line: String?, error: HTTP1Error) {
        let lines = ["\(method) / HTTP/1.1", "Host: a.test"] + Self.replacing(index, by: line) + ["", ""]
        #expect(ScannedRequest.error(lines.joined(separator: "\r\n")) == error)
    }

    @Test func `A WebSocket handshake in HTTP/1.0 is refused`() {
        let lines = ["GET / HTTP/1.0", "Host: a.test"] + Self.webSocket + ["", ""]
        #expect(ScannedRequest.error(lines.joined(separator: "\r\n")) == .upgrade)
    }

    @Test(arguments: [
        ("tcp", true), ("SPDY/3.1", true), ("foo", true), ("h2c", false), ("H2C", false), ("h2", false),
        ("HTTP/2.0", false), ("TLS/1.0", false), ("tls", false), ("a b", false), ("", false), ("a/", false),
        ("a/b/c", false),
    ])
    func `Other protocols are passed on unless they are HTTP or TLS again`(name: String, passes: Bool) {
        let lines = ["Connection: upgrade", "Upgrade: \(name)"]
        #expect(Self.upgrade(lines, method: "POST") == passes)
        #expect(Self.upgrade(lines + ["Content-Length: 0"], method: "POST") == passes)
        #expect(Self.upgrade(lines + ["Content-Length: 1"], method: "POST") == false)
        #expect(Self.upgrade(lines, version: "1.0") == false)
    }
}
