import NIOCore
import Testing

@testable import Proxy

/// Requests of HTTP/2 as they read in HTTP/1.1, and those that there must not be.
@Suite struct RequestTranscriptTests {
    typealias Fields = [(String, String)]

    static let base: Fields = [(":method", "GET"), (":scheme", "https"), (":authority", "a.test"), (":path", "/p?q")]

    private static func list(_ fields: Fields) -> FieldList {
        let list = FieldList(limit: 60 * 1024)
        for (name, value) in fields {
            let name = Self.latin1(name).withUnsafeBytes { list.append($0) }
            let value = Self.latin1(value).withUnsafeBytes { list.append($0) }
            list.append(name: name, value: value)
        }
        return list
    }

    private static func latin1(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    private static func text(_ fields: Fields, ends: Bool = true) throws(RequestTranscript.Problem) -> String {
        let transcript = try RequestTranscript(Self.list(fields))
        var buffer = ByteBuffer()
        transcript.write(into: &buffer, ends: ends, webSocketKey: Array("key".utf8))
        return buffer.readableBytesView.reduce(into: "") { $0.unicodeScalars.append(UnicodeScalar($1)) }
    }

    @Test func `A request is written with its host, its fields and one cookie`() throws {
        let text = try Self.text(Self.base + [("accept", "*/*"), ("cookie", "a=1"), ("x", "ä"), ("cookie", "b=2")])
        #expect(text == "GET /p?q HTTP/1.1\r\nhost: a.test\r\naccept: */*\r\nx: ä\r\ncookie: a=1; b=2\r\n\r\n")
        #expect(try Self.text(Self.base + [("cookie", "a=1")]).hasSuffix("a.test\r\ncookie: a=1\r\n\r\n"))
    }

    @Test func `A body without a length becomes chunks, and none is said where one is expected`() throws {
        let post = [(":method", "POST")] + Self.base.dropFirst()
        #expect(try Self.text(post, ends: false).hasSuffix("host: a.test\r\ntransfer-encoding: chunked\r\n\r\n"))
        #expect(try Self.text(post).hasSuffix("host: a.test\r\ncontent-length: 0\r\n\r\n"))
        #expect(try Self.text(post + [("content-length", "5")], ends: false).hasSuffix("content-length: 5\r\n\r\n"))
    }

    @Test func `A WebSocket is opened as HTTP/1.1 opens it`() throws {
        let connect: Fields = [
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":path", "/chat"),
            (":authority", "a.test"), ("sec-websocket-version", "13"), ("sec-websocket-key", "theirs"),
        ]
        #expect(
            try Self.text(connect, ends: false)
                == "GET /chat HTTP/1.1\r\nhost: a.test\r\nsec-websocket-version: 13\r\nconnection: upgrade\r\n"
                + "upgrade: websocket\r\nsec-websocket-key: key\r\n\r\n"
        )
        #expect(throws: RequestTranscript.Problem.connect) {
            try Self.text([(":method", "CONNECT")] + Self.base.dropFirst())
        }
    }

    @Test(arguments: [
        ("A", "1"), ("connection", "close"), ("keep-alive", "1"), ("proxy-connection", "x"), ("upgrade", "x"),
        ("transfer-encoding", "chunked"), ("te", "gzip"), (":path", "/"), (":new", "1"), (":status", "200"), ("", "1"),
        ("x", " 1"), ("x", "1 "), ("x", "\t1"), ("x y", "1"), ("x:", "1"), ("x\u{E4}", "1"), ("host", "b.test"),
        ("content-length", "x"), ("content-length", "-1"),
    ])
    func `A field that there must not be makes the request malformed`(name: String, value: String) {
        #expect(throws: RequestTranscript.Problem.malformed) { try Self.text(Self.base + [(name, value)]) }
    }

    @Test(arguments: [0x00, 0x0A, 0x0D, 0x7F, 0x01] as [UInt8])
    func `A byte that would end a line, or hide one, makes it malformed wherever it stands`(byte: UInt8) {
        let character = String(UnicodeScalar(byte))
        for index in Self.base.indices {
            var fields = Self.base
            fields[index].1 += character + "x"
            #expect(throws: RequestTranscript.Problem.malformed) { try Self.text(fields) }
        }
        #expect(throws: RequestTranscript.Problem.malformed) { try Self.text(Self.base + [("x", "a\(character)b")]) }
        #expect(throws: RequestTranscript.Problem.malformed) { try Self.text(Self.base + [("x\(character)", "a")]) }
    }

    @Test(arguments: [
        [(":scheme", "https"), (":authority", "a.test"), (":path", "/")],
        [(":method", "GET"), (":authority", "a.test"), (":path", "/")],
        [(":method", "GET"), (":scheme", "https"), (":authority", "a.test")],
        [(":method", "GET"), (":scheme", "https"), (":authority", "a.test"), (":path", "")],
        [(":method", "GET"), (":scheme", "https"), (":authority", "a.test"), (":path", "x")],
        [(":method", "GET"), (":scheme", "https"), (":authority", "a.test"), (":path", "/ x")],
        [(":method", ""), (":scheme", "https"), (":authority", "a.test"), (":path", "/")],
        [(":method", "G T"), (":scheme", "https"), (":authority", "a.test"), (":path", "/")],
        [(":method", "GET"), (":scheme", "ftp"), (":authority", "a.test"), (":path", "/")],
        [(":method", "GET"), (":scheme", "https"), (":authority", ""), (":path", "/")],
        [(":method", "GET"), ("x", "1"), (":scheme", "https"), (":authority", "a.test"), (":path", "/")],
    ])
    func `What must be there, and first, is asked for`(fields: Fields) {
        #expect(throws: RequestTranscript.Problem.malformed) { try Self.text(fields) }
    }

    @Test func `Trailers are filtered as those of HTTP/1.1 are`() throws {
        let fields = [("x-sum", "1"), ("content-length", "2"), ("grpc-status", "0")]
        let section = try TrailerBlock.section(Self.list(fields))
        #expect(section.map { String(buffer: $0) } == "x-sum: 1\r\ngrpc-status: 0\r\n\r\n")
        #expect(try TrailerBlock.section(Self.list([("host", "x")])) == nil)
        #expect(throws: RequestTranscript.Problem.malformed) { try TrailerBlock.section(Self.list([(":path", "/")])) }
        #expect(throws: RequestTranscript.Problem.malformed) { try TrailerBlock.section(Self.list([("x", "a\nb")])) }
    }
}
