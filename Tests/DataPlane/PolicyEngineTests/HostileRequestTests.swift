import Foundation
import Model
import TestSupport
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// What strangers send is any text: nothing that actions make of it traps, or brings into a head what may not be there.
@Suite struct HostileRequestTests {
    private static let seeds =
        UInt64(0)..<(ProcessInfo.processInfo.environment["PORTICO_FULL_COUNTS"] == nil ? 100 : 5000)

    private static let pieces = [
        "/", "//", ":", "?", "#", "[", "]", "@", "%", "%2", "%2F", "%zz", "%0d%0a", ".", "..", "/./", "/../", "a", "1",
        "$", "$1", "$$", "${", "}", "\\", " ", "\r\n", "\u{301}", "\u{E9}", "\u{1F1E9}\u{1F1EA}", "\u{0}", "\"", "'",
        "&",
        "=", "+", ";", ",", "https", "http:", "host", "~", "\u{7F}",
    ]

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }

    @Test(arguments: seeds) func `URLs are made of any request, and have only what URLs may have`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let policies = [
            "redirect, config: {to: \"${req.url.raw_path}\"}", "redirect, config: {from: '[a/]', to: '$0.'}",
            "redirect, config: {from: \"${getReqHeader('x-any')[0]}\", to: \"${getReqHeader('x-any')[0]}\"}",
            "url-rewrite, config: {to: \"${getReqHeader('x-any')[0]}\"}",
            "url-rewrite, config: {from: '(.)(.)', to: '$2$1'}",
            "url-rewrite, config: {from: '^https://[^/]+', to: '//$arg_a'}",
        ]
        var fixture = ExchangeFixture("/" + Self.text(&random) + "?a=" + Self.text(&random))
        fixture.fields += [("X-Any", Self.text(&random)), ("Cookie", Self.text(&random))]
        fixture.fields += [("Authorization", "Basic " + Self.text(&random))]
        for policy in policies {
            let exchange = try fixture.exchange(actions: "- {type: \(policy)}")
            let before = exchange.request.target
            switch try #require(exchange.run(.httpRequest)) {
            case .respond(let response):
                let location = try #require(response.fields.first { $0.name == "location" }?.value)
                #expect(Self.isPlain(location), "\(policy): \(location.debugDescription)")
            case .proceed:
                guard exchange.request.target != before else { continue }
                #expect(Self.isPlain(exchange.request.target.url), "\(policy)")
                #expect(exchange.request.target.rawURI.utf8.first == UInt8(ascii: "/"))
                #expect(exchange.request.head.values("host").allSatisfy { Self.isPlain($0) && !$0.isEmpty })
            // A pattern that is none, or no URL.
            case .fail(let failure, let status):
                #expect([2247, 2261, 2238].contains(failure.code.number) && status != 400)
            case .close, .forward: Issue.record("\(policy) closed or forwarded")
            }
        }
    }

    @Test(arguments: seeds) func `Credentials, cookies and parameters are read from any text`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var fixture = ExchangeFixture("/?" + Self.text(&random))
        let credentials = Data(Self.text(&random).utf8).base64EncodedString()
        fixture.fields += [("Cookie", Self.text(&random)), ("User-Agent", Self.text(&random))]
        fixture.fields += [("Content-Type", Self.text(&random))]
        fixture.fields += [("Authorization", (Bool.random(using: &random) ? "Basic " : "basic") + credentials)]
        let exchange = try fixture.exchange(
            actions: """
                - {type: basic-auth, config: {credentials: ['user:password'], enforce: false}}
                - {type: log, config: {metadata: {a: '${req.cookies}', b: '${req.url.query_params}'}}}
                - {type: log, config: {metadata: {c: '${req.user_agent.name}', d: '${req.content_type.parameters}'}}}
                """
        )
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        #expect(exchange.record.logs.count == 2)
        for log in exchange.record.logs {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(log.metadata.utf8)) }
        }
    }
}
