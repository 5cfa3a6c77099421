import NIOCore
import Testing

@testable import Proxy

/// The page before what accounts serve, where the operator wants it.
@Suite struct BrowserWarningTests {
    private static let browser = "User-Agent: Mozilla/5.0\r\nAccept: text/html,*/*\r\n"

    private static func test() throws -> LoopUnderTest {
        var configuration = ProxyConfiguration()
        configuration.limits.warnsBrowsers = true
        let test = try LoopUnderTest(configuration: configuration)
        try test.connectHTTP1()
        return test
    }

    private static func get(_ test: LoopUnderTest, _ target: String, _ fields: String) throws -> String {
        try test.receive("GET \(target) HTTP/1.1\r\nHost: a.test\r\n\(fields)\r\n")
        return try test.sentText()
    }

    @Test func `A browser sees the address, the account and a link, and nothing reaches the service`() throws {
        let test = try Self.test()
        let answer = try Self.get(test, "/a?b=<\u{26}>", Self.browser)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\nngrok-error-code: ERR_NGROK_6024\r\n"))
        #expect(answer.contains("You are about to visit a.test") && answer.contains("ac_1"))
        #expect(
            answer.contains(#"<a class="on" href="/.portico/visit?/a?b=&lt;&amp;&gt;" rel="nofollow">Visit site</a>"#),
            "\(answer)"
        )
        #expect(test.upstreams.opened.isEmpty)
    }

    @Test(arguments: [
        "User-Agent: curl/8\r\nAccept: text/html\r\n", "User-Agent: Mozilla/5.0\r\nAccept: application/json\r\n",
        "\(Self.browser)ngrok-skip-browser-warning: x\r\n", "\(Self.browser)Cookie: a=b; portico-visited=1\r\n",
        "\(Self.browser)Connection: upgrade\r\nUpgrade: echo\r\n",
    ])
    func `Programs pass, and browsers that were warned`(fields: String) throws {
        let test = try Self.test()
        #expect(try Self.get(test, "/", fields).isEmpty)
        #expect(test.upstreams.opened.count == 1)
    }

    @Test(arguments: ["Sec-Fetch-Site: same-origin\r\n", "Referer: http://A.test/a\r\n"])
    func `The page's own link goes on, and is remembered for a week`(sign: String) throws {
        let answer = try Self.get(try Self.test(), "/.portico/visit?/a?b=c", Self.browser + sign)
        #expect(answer.hasPrefix("HTTP/1.1 302 Found\r\n"))
        #expect(answer.contains("\r\nLocation: /a?b=c\r\n"))
        #expect(
            answer.contains("\r\nSet-Cookie: portico-visited=1; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax\r\n")
        )
    }

    @Test(arguments: [
        ("/.portico/visit?/a", "Sec-Fetch-Site: cross-site\r\nReferer: http://a.test/\r\n"), ("/.portico/visit?/a", ""),
        ("/.portico/visit?/a", "Referer: http://a.test.evil.test/\r\n"),
        ("/.portico/visit?//evil.test/", "Sec-Fetch-Site: same-origin\r\n"),
        ("/.portico/visit?https://evil.test/", "Sec-Fetch-Site: same-origin\r\n"),
    ])
    func `A stranger's link does not pass the warning, and none leads elsewhere`(target: String, sign: String) throws {
        let answer = try Self.get(try Self.test(), target, Self.browser + sign)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(answer)")
        #expect(!answer.contains("Set-Cookie") && !answer.contains("Location"))
    }

    @Test func `It is off unless it is switched on`() throws {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        #expect(try Self.get(test, "/", Self.browser).isEmpty)
        #expect(test.upstreams.opened.count == 1)
    }
}
