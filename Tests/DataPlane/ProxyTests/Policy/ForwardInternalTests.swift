import NIOCore
import NIOEmbedded
import Testing

@testable import PolicyEngine
@testable import Proxy

/// Requests that policies hand on to internal endpoints (`spec/traffic-policy.md` 2.6, 4.9).
@Suite struct ForwardInternalTests {
    static let get = "GET /a?b HTTP/1.1\r\nHost: app.test\r\nX-One: 1\r\n\r\n"

    /// A rule that forwards, then a rule for responses that says where they have been.
    static func forwards(to url: String, continues: Bool = false, marks name: String? = nil) -> String {
        let marks = name.map { name in
            "on_http_response: [{actions: [{type: add-headers, config: {headers: {x-way: \(name)}}}]}]\n"
        }
        return (marks ?? "")
            + "on_http_request: [{actions: [{type: forward-internal, config: {url: '\(url)'"
            + (continues ? ", on_error: continue" : "") + "}}]}]"
    }

    static func marks(_ name: String) -> String {
        """
        on_http_request: [{actions: [{type: add-headers, config: {headers: {x-seen-by: '${endpoint.url}'}}}]}]
        on_http_response: [{actions: [{type: add-headers, config: {headers: {x-way: \(name)}}}]}]
        """
    }

    static func answers(_ status: Int, _ body: String = "") -> String {
        "on_http_request: [{actions: [{type: custom-response, config: {status_code: \(status), body: '\(body)'}}]}]"
    }

    private func test(_ endpoints: [TestEndpoint]) throws -> LoopUnderTest {
        let test = try LoopUnderTest(endpoints: endpoints)
        try test.connectHTTP1()
        return test
    }

    @Test func `A request goes on at the inner endpoint, and the answer comes back through both policies`() throws {
        let test = try self.test([
            TestEndpoint("http://app.test", .cloud, Self.forwards(to: "https://a.internal", marks: "outer")),
            TestEndpoint("https://a.internal", Self.marks("inner")),
        ])
        for _ in 0..<2 {
            try test.receive(Self.get)
            let upstream = try test.upstream()
            #expect(upstream.bindID == "a.internal")
            let sent = upstream.takeText()
            #expect(sent.hasPrefix("GET /a?b HTTP/1.1\r\nHost: app.test\r\nX-One: 1\r\n"))
            #expect(sent.contains("\r\nx-seen-by: https://a.internal\r\n"))
            // What an upstream is told about the visitor is told once.
            for name in ["X-Forwarded-For: unknown", "X-Forwarded-Proto: http", "X-Forwarded-Host: app.test"] {
                #expect(sent.components(name).count == 2, "\(name)")
            }
            #expect(sent.lowercased().components("x-forwarded-for").count == 2)
            upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            let answer = try test.sentText()
            #expect(answer == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx-way: inner\r\nx-way: outer\r\n\r\nok")
        }
        // The second request used the connection that the first one left.
        #expect(test.upstreams.opened.count == 1)
        #expect(test.loop.counters.requests == 2)
    }

    @Test func `A chain has five endpoints, and a sixth is 3501`() throws {
        for length in 4...6 {
            var endpoints = [TestEndpoint("http://app.test", .cloud, Self.forwards(to: "http://n2.internal"))]
            for number in 2..<length {
                let next = Self.forwards(to: "http://n\(number + 1).internal", marks: "\(number)")
                endpoints.append(TestEndpoint("http://n\(number).internal", .cloud, next))
            }
            endpoints.append(TestEndpoint("http://n\(length).internal"))
            let test = try self.test(endpoints)
            try test.receive(Self.get)
            if length == 6 {
                let answer = try test.sentText()
                #expect(answer.hasPrefix("HTTP/1.1 508 Loop Detected\r\n") && answer.contains("ERR_NGROK_3501"))
                #expect(test.upstreams.opened.isEmpty)
            } else {
                try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
                let marks = (2..<length).reversed().map { "x-way: \($0)\r\n" }.joined()
                #expect(try test.sentText() == "HTTP/1.1 204 No Content\r\n\(marks)\r\n")
            }
        }
    }

    @Test func `Endpoints that forward to each other end with 3501, and the connection goes on`() throws {
        let test = try self.test([
            TestEndpoint("http://app.test", .cloud, Self.forwards(to: "http://a.internal")),
            TestEndpoint("http://a.internal", .cloud, Self.forwards(to: "http://b.internal")),
            TestEndpoint("http://b.internal", .cloud, Self.forwards(to: "http://a.internal")),
        ])
        for _ in 0..<2 {
            try test.receive(Self.get)
            #expect(try test.sentText().contains("ERR_NGROK_3501"))
        }
        #expect(test.channel.isActive)
    }

    @Test(arguments: ["http://b.internal", "http://a.internal:81", "tcp://a.internal:80", "http://c.internal"])
    func `What is not there is 3200, and does not pass the rules for responses`(url: String) throws {
        let test = try self.test([
            TestEndpoint("http://app.test", .cloud, Self.forwards(to: url, marks: "outer")),
            TestEndpoint("http://a.internal"), TestEndpoint("http://c.internal", account: "ac_2"),
            TestEndpoint("tcp://a.internal:80"),
        ])
        try test.receive(Self.get)
        let answer = try test.sentText()
        #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n") && answer.contains("ERR_NGROK_3200"))
        #expect(!answer.contains("x-way"))
        #expect(test.upstreams.opened.isEmpty)
    }

    @Test func `A policy may go on where its target is not there, and says why`() throws {
        let policy = """
            on_http_request:
              - actions:
                  - type: forward-internal
                    config: {url: "http://${req.host.split('.')[0]}.internal", on_error: continue}
                  - type: custom-response
                    config:
                      status_code: 503
                      body: "${actions.ngrok.forward_internal.url} ${actions.ngrok.forward_internal.error.code}"
            """
        let test = try self.test([TestEndpoint("http://app.test", .cloud, policy)])
        try test.receive(Self.get)
        let answer = try test.sentText()
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.hasSuffix("\r\n\r\nhttp://app.internal ERR_NGROK_3200"))
        try test.serve([TestEndpoint("http://app.test", .cloud, policy), TestEndpoint("http://*.internal")])
        try test.receive(Self.get)
        try test.upstream().answer("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")
        // Any answer of the target is a success.
        #expect(try test.sentText().hasPrefix("HTTP/1.1 500 "))
    }

    @Test(arguments: [true, false])
    func `A service that its agent does not reach is a failure, 8012`(continues: Bool) throws {
        let outer = Self.forwards(to: "http://a.internal", continues: continues)
        let test = try self.test([TestEndpoint("http://app.test", outer), TestEndpoint("http://a.internal")])
        try test.receive(Self.get)
        #expect(try test.upstream().bindID == "a.internal")
        try test.upstream().answer(
            "HTTP/1.1 502 Bad Gateway\r\nngrok-error-code: ERR_NGROK_8012\r\nContent-Length: 2\r\n\r\nno"
        )
        if continues {
            #expect(try test.upstream(1).bindID == "app.test")
            #expect(try test.upstream(1).takeText().hasPrefix("GET /a?b HTTP/1.1\r\n"))
            try test.upstream(1).answer("HTTP/1.1 204 No Content\r\n\r\n")
            #expect(try test.sentText() == "HTTP/1.1 204 No Content\r\n\r\n")
        } else {
            let answer = try test.sentText()
            #expect(answer.hasPrefix("HTTP/1.1 502 ") && answer.contains("ngrok-error-code: ERR_NGROK_8012\r\n"))
        }
    }

    @Test func `A stream that ends without an answer is a failure, and the next target gets the request`() throws {
        let policy = """
            on_http_request:
              - actions: [{type: forward-internal, config: {url: "http://a.internal", on_error: continue}}]
              - actions: [{type: forward-internal, config: {url: "http://b.internal"}}]
            """
        let test = try self.test([
            TestEndpoint("http://app.test", .cloud, policy), TestEndpoint("http://a.internal"),
            TestEndpoint("http://b.internal"),
        ])
        try test.receive("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 6\r\n\r\nabc")
        #expect(try test.upstream().takeText().hasSuffix("\r\n\r\nabc"))
        try test.receive("de")
        try test.upstream().end(.reset)
        #expect(try test.upstream(1).takeText().hasSuffix("\r\n\r\nabcde"))
        try test.receive("f")
        #expect(try test.upstream(1).takeText() == "f")
        try test.upstream(1).answer("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(try test.sentText() == "HTTP/1.1 204 No Content\r\n\r\n")
        #expect(test.channel.isActive)
    }

    @Test func `A request of which too much has gone out to go elsewhere ends with the failure`() throws {
        let outer = Self.forwards(to: "http://a.internal", continues: true)
        let test = try self.test([TestEndpoint("http://app.test", outer), TestEndpoint("http://a.internal")])
        let size = InternalLink.keptBytes + 1
        let body = String(repeating: "x", count: size)
        try test.receive("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: \(size)\r\n\r\n\(body)")
        try test.upstream().end(.sessionLost)
        #expect(try test.sentText().contains("ERR_NGROK_3210"))
        #expect(test.upstreams.opened.count == 1)
    }

    @Test func `A failure further inside fails the endpoints before it, until one may go on`() throws {
        let outer = """
            on_http_request:
              - actions:
                  - {type: forward-internal, config: {url: "http://a.internal", on_error: continue}}
                  - {type: custom-response, config: {status_code: 503, body: fallback}}
            """
        let test = try self.test([
            TestEndpoint("http://app.test", .cloud, outer),
            TestEndpoint("http://a.internal", .cloud, Self.forwards(to: "http://nobody.internal", marks: "a")),
        ])
        try test.receive("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\n\r\nabc")
        #expect(try test.sentText().hasSuffix("\r\n\r\nfallback"))
        // The whole body was here, so that the connection goes on.
        try test.receive("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 6\r\n\r\nabc")
        #expect(try test.sentText().hasSuffix("\r\n\r\nfallback"))
    }

    @Test func `An answer of the inner policy is one for the outer`() throws {
        let test = try self.test([
            TestEndpoint(
                "http://app.test",
                .cloud,
                Self.forwards(to: "http://a.internal", continues: true, marks: "o")
            ),
            TestEndpoint("http://a.internal", Self.answers(403, "no")),
        ])
        for line in ["GET", "HEAD"] {
            try test.receive("\(line) / HTTP/1.1\r\nHost: app.test\r\n\r\n")
            let answer = try test.sentText()
            #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\n") && answer.contains("\r\nx-way: o\r\n"))
            #expect(answer.contains("Content-Length: 2\r\n"))
            #expect(answer.hasSuffix(line == "GET" ? "\r\n\r\nno" : "\r\n\r\n"))
        }
        try test.receive("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\n\r\nabc" + Self.get)
        #expect(try test.sentText().components("HTTP/1.1 403").count == 3)
        #expect(test.upstreams.opened.isEmpty && test.channel.isActive)
    }

    @Test func `What the inner policy refuses is refused, whatever the outer would do about failures`() throws {
        let refuses = """
            on_http_request: [{actions: [{type: restrict-ips, config: {enforce: true, allow: [192.0.2.1/32]}}]}]
            """
        let test = try self.test([
            TestEndpoint("http://app.test", Self.forwards(to: "http://a.internal", continues: true, marks: "outer")),
            TestEndpoint("http://a.internal", refuses),
        ])
        try test.receive(Self.get)
        let answer = try test.sentText()
        #expect(!answer.hasPrefix("HTTP/1.1 2"), "\(answer)")
        #expect(test.upstreams.opened.isEmpty)
    }

    @Test func `Closing at the inner endpoint closes the visitor's connection`() throws {
        let test = try self.test([
            TestEndpoint("http://app.test", .cloud, Self.forwards(to: "http://a.internal")),
            TestEndpoint("http://a.internal", "on_http_request: [{actions: [{type: close-connection}]}]"),
        ])
        try test.receive(Self.get)
        #expect(try test.sentText().isEmpty)
        #expect(!test.channel.isActive)
    }

    @Test(arguments: ["http://app.test", "http://a.internal"])
    func `A cloud endpoint that lets traffic pass is 6029`(open: String) throws {
        let test = try self.test([
            TestEndpoint(
                "http://app.test",
                .cloud,
                open == "http://app.test" ? nil : Self.forwards(to: "http://a.internal")
            ), TestEndpoint("http://a.internal", .cloud, Self.marks("a")),
        ])
        try test.receive(Self.get)
        let answer = try test.sentText()
        #expect(answer.hasPrefix("HTTP/1.1 500 ") && answer.contains("ERR_NGROK_6029"))
        #expect(test.channel.isActive)
    }

    @Test func `A pool is of agents and the cloud, and the member that was drawn has its policy`() throws {
        let test = try self.test([
            TestEndpoint("http://app.test", .cloud, Self.forwards(to: "http://a.internal")),
            TestEndpoint("http://a.internal"), TestEndpoint("http://a.internal", .cloud, Self.answers(418)),
        ])
        var answered = 0
        for _ in 0..<200 {
            let opened = test.upstreams.opened.count
            try test.receive(Self.get)
            if try test.sentText().hasPrefix("HTTP/1.1 418 ") {
                answered += 1
            } else {
                #expect(test.upstreams.opened.count == max(opened, 1))
                try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
                #expect(try test.sentText().hasPrefix("HTTP/1.1 204 "))
            }
        }
        #expect((50...150).contains(answered))
    }
}

extension String {
    func components(_ separator: String) -> [Substring] {
        self.split(separator: separator, omittingEmptySubsequences: false)
    }
}
