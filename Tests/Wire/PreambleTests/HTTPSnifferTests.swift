import NIOCore
import Preamble
import TestSupport
import Testing

@Suite struct HTTPSnifferTests {
    @Test(arguments: [
        ("", HTTPSniffer.Result.undecided), ("G", .undecided), ("GET", .undecided), ("GET ", .undecided),
        ("GET / HTTP/1.1", .undecided), ("GET / HTTP/1.1\r\n", .http1), ("GET / HTTP/1.0\n", .http1),
        ("M-SEARCH * HTTP/1.1\r\n", .http1), ("GET http://a/ HTTP/1.1\r\nHost", .http1), ("GET / HTTP/2.0\r\n", .other),
        ("GET /\r\n", .other), (" GET / HTTP/1.1\r\n", .other), ("get / HTTP/1.1\r\n", .other),
        ("SSH-2.0-x y\r\n", .other),
        ("EHLO mail.example.com\r\n", .other), ("\u{16}\u{03}\u{01}", .other), ("P", .undecided), ("PRI", .undecided),
        ("PRI ", .undecided), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r", .undecided),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .http2),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0", .http2), ("PRI * HTTP/1.1\r\n", .other), ("\r\n", .other),
        (String(repeating: "A", count: 33), .other),
    ])
    func `The first line tells what is spoken`(text: String, expected: HTTPSniffer.Result) {
        #expect(HTTPSniffer.sniff(ByteBuffer(string: text)) == expected)
    }

    @Test func `A line that does not end is given up at its limit`() {
        let limit = HTTPSniffer.maximumLine
        #expect(HTTPSniffer.sniff(ByteBuffer(string: "GET /" + String(repeating: "a", count: limit - 6))) == .undecided)
        #expect(HTTPSniffer.sniff(ByteBuffer(string: "GET /" + String(repeating: "a", count: limit - 5))) == .other)
    }

    @Test(arguments: UInt64(0)..<100) func `What is decided of a beginning holds for the whole`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let texts = [
            "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "SSH-2.0-x\r\n",
            "POST / HTTP/3\r\n",
        ]
        let bytes = Array((texts.randomElement(using: &random) ?? "").utf8)
        let start = HTTPSniffer.sniff(ByteBuffer(bytes: bytes.prefix(Int.random(in: 0...bytes.count, using: &random))))
        if start != .undecided { #expect(start == HTTPSniffer.sniff(ByteBuffer(bytes: bytes))) }
    }
}
