import TestSupport
import Testing

@testable import PolicyEngine

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("", "/"), ("/", "/"), ("/a/b", "/a/b"), ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/../a", "/a"), ("/a/..", "/"),
        ("/a/.", "/a/"), ("/%61dmin", "/admin"), ("/a%2fb", "/a%2Fb"), ("/%2e%2e/a", "/a"), ("/a//b", "/a//b"),
        ("/%252e", "/%252e"), ("/.a", "/.a"), ("/a/...", "/a/..."), ("*", "*"), ("/%7e", "/~"),
        ("/a^b|c", "/a%5Eb%7Cc"), ("/{x}/../<\">`", "/%3C%22%3E%60"), ("/[a]", "/[a]"),
    ])
    func `A path has one spelling`(raw: String, normal: String) {
        #expect(PathNormalizer.normalize(raw) == normal)
    }

    @Test(arguments: UInt64(0)..<200)
    func `A path in its one spelling keeps it`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = ["/", ".", "..", "%2e", "%2F", "a", "%41", "%C3%A9", "%25", ";", "~", "|"]
        let path =
            "/"
            + (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? ""
            }.joined()
        let normal = PathNormalizer.normalize(path)
        #expect(PathNormalizer.normalize(normal) == normal)
        #expect(!normal.contains("/../") && !normal.contains("/./"))
    }

    @Test func `A URL is put together without its default port, with its query as it came`() {
        let target = RequestTarget(
            scheme: "https",
            userInformation: "u:p",
            host: "example.com",
            port: 443,
            rawPath: "/a/%2e/%62",
            query: "q=%20"
        )
        #expect(target.url == "https://u:p@example.com/a/b?q=%20")
        #expect(target.rawURL == "https://u:p@example.com/a/%2e/%62?q=%20")
        #expect(target.authority == "u:p@example.com" && target.hostAndPort == "example.com")
        #expect(RequestTarget(scheme: "http", host: "h", port: 8080, rawPath: "", query: "").url == "http://h:8080/?")
    }
}
