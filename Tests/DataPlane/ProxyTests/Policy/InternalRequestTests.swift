import NIOCore
import NIOEmbedded
import Testing

@testable import PolicyEngine
@testable import Proxy

/// Requests of policies to internal endpoints of their account (`spec/traffic-policy.md` 4.10).
@Suite struct InternalRequestTests {
    /// A policy that asks and tells its upstream what came of it.
    private static func asking(_ url: String, _ config: String = "") -> String {
        """
        on_http_request:
          - actions:
              - {type: http-request, config: {url: "\(url)"\(config)}}
              - type: add-headers
                config:
                  headers:
                    x-came: "${actions.ngrok.http_request.res.status_code} ${size(actions.ngrok.http_request.res.body)}"
                    x-error: "-${actions.ngrok.http_request.error.code}"
        """
    }

    private static let answers = "on_http_request: [{actions: [{type: custom-response, config: {body: own}}]}]"

    /// A visitor that has sent a request to `a.test`.
    private func visit(_ endpoints: [TestEndpoint]) throws -> LoopUnderTest {
        let test = try LoopUnderTest(endpoints: endpoints)
        try test.connectHTTP1()
        try self.ask(test)
        return test
    }

    private func ask(_ test: LoopUnderTest) throws {
        try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        test.channel.embeddedEventLoop.run()
    }

    /// What the service behind `a.test` gets once the policy is done.
    private func came(_ test: LoopUnderTest, _ index: Int) throws -> (came: String, error: String) {
        test.channel.embeddedEventLoop.run()
        let lines = try test.upstream(index).takeText().split(separator: "\r\n")
        func value(_ name: String) -> String {
            lines.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.utf8.count + 2)) } ?? "none"
        }
        return (value("x-came"), value("x-error"))
    }

    @Test func `An internal endpoint is asked, and its link kept for the next request`() throws {
        let test = try self.visit([
            TestEndpoint("http://a.test", Self.asking("http://b.internal/x?y=1", ", headers: {x-one: two}")),
            TestEndpoint("http://b.internal"),
        ])
        for turn in 0..<2 {
            let inner = try test.upstream(0)
            #expect(inner.bindID == "b.internal")
            let head = inner.takeText()
            #expect(head.hasPrefix("GET /x?y=1 HTTP/1.1\r\nhost: b.internal\r\nx-one: two\r\n"))
            #expect(head.contains("portico-policy-hops: 1\r\n") && !head.contains("content-length"))
            inner.answer("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nhi")
            let came = try self.came(test, 1)
            #expect(came.came == "201 2" && came.error == "-")
            try test.upstream(1).answer("HTTP/1.1 204 No Content\r\n\r\n")
            #expect(try test.sentText().hasPrefix("HTTP/1.1 204 "))
            if turn == 0 { try self.ask(test) }
        }
        #expect(test.upstreams.opened.count == 2)
    }

    @Test func `The endpoint's own policy answers, or refuses`() throws {
        let test = try self.visit([
            TestEndpoint("http://a.test", Self.asking("https://b.internal")),
            TestEndpoint("https://b.internal", .cloud, Self.answers),
        ])
        #expect(try self.came(test, 0).came == "200 3")
        let refused = try self.visit([
            TestEndpoint("http://a.test", Self.asking("http://b.internal")),
            TestEndpoint(
                "http://b.internal",
                "on_http_request: [{actions: [{type: restrict-ips, config: {allow: [10.0.0.0/8]}}]}]"
            ),
        ])
        let came = try self.came(refused, 0)
        #expect(came.came.hasPrefix("403 ") && came.error == "-")
    }

    @Test func `What the policy behind it forwards to answers for it`() throws {
        let forward = "on_http_request: [{actions: [{type: forward-internal, config: {url: \"http://c.internal\"}}]}]"
        let test = try self.visit([
            TestEndpoint("http://a.test", Self.asking("http://b.internal")),
            TestEndpoint("http://b.internal", .cloud, forward),
            TestEndpoint("http://c.internal", .cloud, Self.answers),
        ])
        #expect(try self.came(test, 0).came == "200 3")
    }

    /// What stands where the request goes; none of it answers.
    @Test(arguments: [
        [], [TestEndpoint("http://b.internal", account: "ac_2")], [TestEndpoint("http://b.internal:81")],
        [TestEndpoint("tcp://b.internal:80")], [TestEndpoint("http://b.internal", .cloud)],
        [TestEndpoint("http://b.internal", "on_http_request: [{actions: [{type: close-connection}]}]")],
    ])
    func `An endpoint that is not there is an error of the request`(others: [TestEndpoint]) throws {
        let test = try self.visit([TestEndpoint("http://a.test", Self.asking("http://b.internal"))] + others)
        let came = try self.came(test, 0)
        #expect(came.error == "-ERR_NGROK_100411" && came.came == "0 0")
        let halted = try self.visit(
            [TestEndpoint("http://a.test", Self.asking("http://b.internal", ", on_error: halt"))] + others
        )
        let answer = try halted.sentText()
        #expect(answer.hasPrefix("HTTP/1.1 502 ") && answer.contains("ERR_NGROK_100411"))
        #expect(halted.upstreams.opened.isEmpty)
    }

    @Test(arguments: ["http://example.com/", "http://127.0.0.1/", "http://user@b.internal/", "http://internal/"])
    func `Nothing else is asked where nobody asks hosts outside`(url: String) throws {
        let test = try self.visit([
            TestEndpoint("http://a.test", Self.asking(url)), TestEndpoint("http://b.internal", .cloud, Self.answers),
        ])
        #expect(try self.came(test, 0).error == "-ERR_NGROK_100410")
    }

    @Test func `A body goes with its length, and through the rules of the endpoint`() throws {
        let test = try self.visit([
            TestEndpoint("http://a.test", Self.asking("http://b.internal", ", method: POST, body: abc")),
            TestEndpoint(
                "http://b.internal",
                """
                on_http_request:
                  - actions: [{type: request-body-find-replace, config: {replacements: [{from: b, to: bbb}]}}]
                """
            ),
        ])
        let sent = try test.upstream(0).takeText()
        #expect(sent.hasPrefix("POST / HTTP/1.1\r\n") && sent.lowercased().contains("content-length: 5\r\n"))
        #expect(sent.hasSuffix("\r\n\r\nabbbc"))
        let empty = try self.visit([
            TestEndpoint("http://a.test", Self.asking("http://b.internal", ", method: POST")),
            TestEndpoint("http://b.internal"),
        ])
        #expect(try empty.upstream(0).takeText().lowercased().contains("content-length: 0\r\n"))
    }

    @Test func `A policy that asks its own endpoint ends after three requests`() throws {
        let test = try self.visit([
            TestEndpoint("http://a.test", Self.asking("http://b.internal", ", on_error: halt")),
            TestEndpoint("http://b.internal", Self.asking("http://b.internal", ", on_error: halt")),
        ])
        // The innermost is told of the loop; the one around it gets that page for an answer, and asks its service.
        for (index, expected) in [(0, "502 "), (0, "200 2"), (1, "200 2")] {
            let came = try self.came(test, index)
            #expect(came.came.hasPrefix(expected) && came.error == "-")
            try test.upstream(index).answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        }
        #expect(try test.sentText().hasPrefix("HTTP/1.1 200 "))
        #expect(test.upstreams.opened.count == 2)
    }

    @Test func `A policy that hides how often it was asked ends all the same`() throws {
        let asks = "{type: http-request, config: {url: \"http://b.internal\", on_error: halt}}"
        let hides = "{type: remove-headers, config: {headers: [portico-policy-hops]}}"
        let forwards = "{type: forward-internal, config: {url: \"http://c.internal\"}}"
        let test = try self.visit([
            TestEndpoint("http://a.test", "on_http_request: [{actions: [\(asks)]}]"),
            TestEndpoint("http://b.internal", .cloud, "on_http_request: [{actions: [\(hides), \(forwards)]}]"),
            TestEndpoint("http://c.internal", .cloud, "on_http_request: [{actions: [\(asks), {type: deny}]}]"),
        ])
        // The visitor's request goes on: what it got is an answer.
        #expect(try test.upstream().takeText().hasPrefix("GET / HTTP/1.1\r\n"))
        #expect(test.upstreams.opened.count == 1)
    }

    @Test(arguments: [true, false])
    func `An answer that is too large, or too late, is an error`(isLarge: Bool) throws {
        let test = try self.visit([
            TestEndpoint("http://a.test", Self.asking("http://b.internal")), TestEndpoint("http://b.internal"),
        ])
        let inner = try test.upstream(0)
        inner.answer("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n")
        if isLarge {
            inner.answer(String(repeating: "x", count: 262_145))
        } else {
            test.channel.embeddedEventLoop.advanceTime(by: .seconds(3))
        }
        test.channel.embeddedEventLoop.run()
        #expect(inner.isAborted)
        #expect(try self.came(test, 1).error == (isLarge ? "-ERR_NGROK_3601" : "-ERR_NGROK_3602"))
    }

    @Test func `An answer that breaks off, and one of another protocol, are errors`() throws {
        for end in [
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        ] {
            let test = try self.visit([
                TestEndpoint("http://a.test", Self.asking("http://b.internal")), TestEndpoint("http://b.internal"),
            ])
            let inner = try test.upstream(0)
            inner.answer(end)
            inner.receiver?.transportEnded(.reset)
            #expect(try self.came(test, 1).error == "-ERR_NGROK_100411")
        }
    }

    @Test func `A visitor that leaves leaves nothing behind`() throws {
        let test = try self.visit([
            TestEndpoint("http://a.test", Self.asking("http://b.internal")), TestEndpoint("http://b.internal"),
        ])
        let inner = try test.upstream(0)
        try test.channel.close().wait()
        inner.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        test.channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(test.upstreams.opened.count == 1)
    }
}
