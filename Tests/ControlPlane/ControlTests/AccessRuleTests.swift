import Addressing
import EdgeLink
import Model
import Testing

@testable import Control

@Suite struct AccessRuleTests {
    @Test(
        arguments: [
            ([], "https://any.example.test", nil), (["*"], "https://any.example.test", nil),
            (["bind:*"], "tcp://portico.test:20001", nil), (["bind:a.test"], "https://a.test", nil),
            (["bind:A.Test"], "tls://a.test", nil), (["bind:a.test"], "https://b.test", 316),
            (["bind:a.test"], "https://x.a.test", 316), (["bind:*.a.test"], "https://x.a.test", nil),
            (["bind:*.a.test"], "https://x.y.a.test", nil), (["bind:*.a.test"], "https://*.a.test", nil),
            (["bind:*.a.test"], "https://*.x.a.test", nil), (["bind:*.a.test"], "https://a.test", 316),
            (["bind:x.a.test"], "https://*.a.test", 316), (["bind:b.test", "bind:a.test"], "https://a.test", nil),
            (["bind:portico.test:20001"], "tcp://portico.test:20001", nil),
            (["bind:portico.test:20001"], "tcp://portico.test:20002", 308),
            (["bind:portico.test"], "tcp://portico.test:20001", 308),
            (["bind:*.test"], "tcp://portico.test:20001", 308),
            (["bind:portico.test:443"], "https://portico.test", 316), (["bind:env=prod"], "https://a.test", 316),
        ] as [([String], String, Int?)]
    )
    func `A credential binds what one of its rules allows`(rules: [String], url: String, expected: Int?) async throws {
        let access = try AccessRules(rules)
        let parsed = try EndpointURL(parsing: url)
        #expect(await code { try access.check(parsed) } == expected)
    }

    @Test(arguments: [
        ("bind:", 600), ("bind:a..b", 600), ("bind:a.test:0", 600), ("bind:a.test:99999", 600), ("bind:a.test:x", 600),
        ("bind:a.*.test", 600), ("bind:under_score.test", 600), ("", 619), ("a.test", 619), ("serve:a.test", 619),
    ])
    func `What is no rule says so`(rule: String, expected: Int) async {
        #expect(await code { try AccessRules([rule]) } == expected)
    }

    @Test func `Rules are asked at each bind`() async throws {
        let test = try await ControlUnderTest()
        let token = try await test.authtoken(rules: ["bind:*.mine.portico.test", "bind:portico.test:20001"])
        try await test.open(on: 1, token: token)
        try await test.bind("https://a.mine.portico.test")
        try await test.bind("tcp://portico.test:20001", .tcp)
        #expect(await code { try await test.bind("https://a.portico.test") } == 316)
        #expect(await code { try await test.bind("tcp://portico.test:20002", .tcp) } == 308)
        #expect(await code { try await test.bind("") } == 316)
        #expect(await code { try await test.bind("tcp://", .tcp) } == 356)
    }

    @Test func `Rules come before conflicts, which would tell what others serve`() async throws {
        let test = try await ControlUnderTest()
        let token = try await test.authtoken(rules: ["bind:mine.portico.test"])
        try await test.open(on: 1)
        try await test.open(on: 2, token: token)
        try await test.bind("https://theirs.portico.test")
        #expect(await code { try await test.bind("https://theirs.portico.test", on: 2) } == 316)
    }

    @Test func `A token of a credential without rules does not open a random host to one with rules`() async throws {
        let test = try await ControlUnderTest()
        let token = try await test.authtoken(rules: ["bind:mine.portico.test"])
        try await test.open(on: 1)
        let grant = try await test.bind()
        await test.end(1, .graceful)
        try await test.open(on: 2, token: token)
        #expect(await code { try await test.bind(on: 2) { $0.bindToken = grant.token } } == 316)
    }
}
