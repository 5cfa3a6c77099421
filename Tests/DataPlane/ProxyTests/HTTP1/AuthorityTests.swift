import Testing

@testable import Proxy

@Suite struct AuthorityTests {
    private static func parse(_ text: String) -> (name: String, port: UInt16?)? {
        Array(text.utf8).withUnsafeBytes { bytes in
            Authority(bytes, in: 0..<bytes.count).map { (String(decoding: bytes[$0.name], as: UTF8.self), $0.port) }
        }
    }

    @Test(
        arguments: [
            ("a.test", "a.test", nil), ("A.TEST", "A.TEST", nil), ("a.test:80", "a.test", 80),
            ("a.test:", "a.test", nil),
            ("a.test.", "a.test.", nil), ("a_b.test", "a_b.test", nil), ("localhost", "localhost", nil),
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("a.test:65535", "a.test", 65535), ("a.test:0080", "a.test", 80),
            ("xn--bcher-kva.test", "xn--bcher-kva.test", nil), ("[::1]", "[::1]", nil), ("[::1]:80", "[::1]", 80),
            ("[2001:db8::1]", "[2001:db8::1]", nil), ("[::]", "[::]", nil), ("[1::]", "[1::]", nil),
            ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", nil), ("[1:2:3:4:5:6::8]", "[1:2:3:4:5:6::8]", nil),
            ("[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]", nil),
            ("[1:2:3:4:5:6:192.0.2.1]:443", "[1:2:3:4:5:6:192.0.2.1]", 443),
        ] as [(String, String, UInt16?)]
    )
    func `A host with or without port is taken apart`(text: String, name: String, port: UInt16?) throws {
        let parsed = try #require(Self.parse(text))
        #expect(parsed.name == name)
        #expect(parsed.port == port)
    }

    @Test(arguments: [
        "", ":80", ".", "..", ".a", "a..b", "a b", "a\tb", "a@b", "u:p@a.test", "a/b", "a?b", "a#b", "a\\b", "<a>",
        "a,b",
        "a%2fb", "%00", "h\u{E9}.test", "a.test:x", "a.test:-1", "a.test:80:80", "a.test:65536", "a.test:99999",
        "a.test: 80", "a.test:0x50", "http://a.test", "::1", "[::1", "[]", "[::1]x", "[:1]", "[1:]", "[:::]",
        "[1::2::3]", "[1:2:3:4:5:6:7]", "[1:2:3:4::5:6:7:8]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7::8:9]",
        "[12345::]", "[g::]",
        "[::1%25eth0]",
        "[v1.a]", "[::256.0.0.1]", "[::1.2.3]", "[::1.2.3.4.5]", "[1:2:3:4:5:6:7:1.2.3.4]", "[1.2.3.4]", "[::1.2.3.]",
        String(repeating: "a", count: 64) + ".test", String(repeating: "abcdefgh.", count: 29),
    ])
    func `What is no host and port is refused`(text: String) {
        #expect(Self.parse(text) == nil)
    }
}
