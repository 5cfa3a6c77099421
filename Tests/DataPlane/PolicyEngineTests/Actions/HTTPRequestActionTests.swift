import Expression
import Model
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// http-request (`spec/traffic-policy.md` 4.10), with answers that the test gives.
@Suite struct HTTPRequestActionTests {
    /// Answers one request after the other, and remembers them.
    private final class Requester: PolicyRequester {
        private let state:
            NIOLockedValueBox<(answers: [Result<PolicyAnswer, PolicyRequestError>], sent: [PolicyRequest])>

        init(_ answers: [Result<PolicyAnswer, PolicyRequestError>]) {
            self.state = NIOLockedValueBox((answers, []))
        }

        var sent: [PolicyRequest] { self.state.withLockedValue { $0.sent } }

        /// Never, when the answers are used up.
        func send(_ request: PolicyRequest, on eventLoop: any EventLoop) -> EventLoopFuture<PolicyAnswer> {
            let answer = self.state.withLockedValue { state in
                state.sent.append(request)
                return state.answers.isEmpty ? nil : state.answers.removeFirst()
            }
            let promise = eventLoop.makePromise(of: PolicyAnswer.self)
            if let answer { promise.completeWith(answer.mapError { $0 as any Error }) }
            return promise.futureResult
        }
    }

    private struct Run {
        let exchange: Exchange
        let host: FixtureHost
        let requests: [PolicyRequest]
        let outcome: PhaseOutcome?

        var brief: String { (self.outcome ?? self.host.ended.last?.outcome)?.brief ?? "waits" }
        var only: PolicyRequest { get throws { try #require(self.requests.first) } }

        func result(_ expression: String) throws -> String {
            let template = "${actions.ngrok.http_request.\(expression)}"
            return try self.exchange.text(of: PolicyLanguage.environment(of: .httpRequest).compile(template: template))
        }
    }

    private static let ok = PolicyAnswer(
        status: 200,
        fields: [("x-a", "1"), ("x-a", "2")],
        body: .init(string: "hi"),
        address: "192.0.2.9"
    )

    private static func redirect(_ location: String, status: Int = 302) -> Result<PolicyAnswer, PolicyRequestError> {
        .success(PolicyAnswer(status: status, fields: [("location", location)]))
    }

    private func run(
        _ config: String,
        answers: [Result<PolicyAnswer, PolicyRequestError>]? = [.success(Self.ok)],
        fields: [(String, String)] = [],
        advance: TimeAmount? = nil,
        abuseContact: String? = nil
    ) throws -> Run {
        var fixture = ExchangeFixture("/path?q=1")
        fixture.fields += fields
        let requester = answers.map(Requester.init)
        fixture.services = PolicyServices(requester: requester, abuseContact: abuseContact)
        let exchange = try fixture.exchange(
            """
            on_http_request:
              - actions:
                  - type: http-request
                    config: {\(config)}
            """
        )
        let outcome = exchange.run(.httpRequest)
        if let advance { fixture.host.loop.advanceTime(by: advance) } else { fixture.host.loop.run() }
        return Run(exchange: exchange, host: fixture.host, requests: requester?.sent ?? [], outcome: outcome)
    }

    private func values(_ name: String, of request: PolicyRequest) -> [String] {
        request.fields.filter { $0.name == name }.map(\.value)
    }

    @Test func `url: with expressions, a GET by default and no body`() throws {
        let run = try self.run("url: 'https://${req.host}.internal/x'")
        #expect(run.brief == "proceed")
        #expect(try run.only.url == "https://app.example.com.internal/x")
        #expect(try run.only.method == "GET")
        #expect(try run.only.body.readableBytes == 0)
        #expect(try run.only.answerBytes == 262_144)
    }

    @Test(arguments: ["GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"])
    func `method and body are sent as they are given`(method: String) throws {
        let run = try self.run("url: 'http://a.internal', method: \(method), body: 'was ${req.method}'")
        #expect(try run.only.method == method)
        #expect(try String(buffer: run.only.body) == "was GET")
    }

    @Test func `query_params: escaped, in order, behind those of the URL`() throws {
        let run = try self.run(
            "url: 'http://a.internal/x?a=1', query_params: [{key: 'b c', value: '${req.url.path}&'}, {key: b, value: ''}]"
        )
        #expect(try run.only.url == "http://a.internal/x?a=1&b%20c=%2Fpath%26&b=")
        let plain = try self.run("url: 'http://a.internal', query_params: [{key: é, value: '~'}]")
        #expect(try plain.only.url == "http://a.internal?%C3%A9=~")
    }

    @Test func `headers: those of the configuration and our own, none of the visitor's`() throws {
        let run = try self.run(
            "url: 'http://a.internal', headers: {X-One: '${req.method}', x-forwarded-for: 1.2.3.4}",
            fields: [("Authorization", "Basic x"), ("Cookie", "a=b")],
            abuseContact: "https://example.com/abuse"
        )
        let request = try run.only
        #expect(self.values("x-one", of: request) == ["GET"])
        #expect(self.values("x-forwarded-for", of: request) == ["198.51.100.7"])
        #expect(self.values("user-agent", of: request) == ["portico/cloud"])
        #expect(self.values("ngrok-req-type", of: request) == ["http-request"])
        #expect(self.values("ngrok-report-abuse", of: request) == ["https://example.com/abuse"])
        #expect(self.values("ngrok-req-id", of: request).allSatisfy { $0.utf8.count == 20 })
        #expect(self.values("authorization", of: request).isEmpty && self.values("cookie", of: request).isEmpty)
    }

    @Test func `Results: the request, the answer, and every attempt`() throws {
        let run = try self.run("url: 'http://a.internal/x', method: POST, body: b, headers: {x-b: c}")
        #expect(try run.result("req.method") == "POST")
        #expect(try run.result("req.url") == "http://a.internal/x")
        #expect(try run.result("req.body") == "b")
        #expect(try run.result("req.header['x-b']") == "[\"c\"]")
        #expect(try run.result("res.status_code") == "200")
        #expect(try run.result("res.body") == "hi")
        #expect(try run.result("res.header['x-a']") == "[\"1\",\"2\"]")
        #expect(try run.result("res.resolved_ip") == "192.0.2.9")
        #expect(try run.result("res.time_ms") == "0")
        #expect(try run.result("attempts.size()") == "1")
        #expect(try run.result("attempts[0].response_status_code") == "200")
        #expect(try run.result("attempts[0].resolved_ip") == "192.0.2.9")
        #expect(try run.result("attempts[0].response_time_ms") == "0")
        #expect(try run.result("attempts[0].response_header['x-a'][1]") == "2")
        #expect(try run.result("error.code") == "")
    }

    @Test func `A status of 400 or above is no failure`() throws {
        let run = try self.run("url: 'http://a.internal', on_error: halt", answers: [.success(.init(status: 503))])
        #expect(run.brief == "proceed")
        #expect(try run.result("res.status_code") == "503")
    }

    @Test func `max_redirects: by default none is followed, and the redirect is the answer`() throws {
        let run = try self.run("url: 'http://a.internal'", answers: [Self.redirect("/b")])
        #expect(run.requests.count == 1)
        #expect(try run.result("res.status_code") == "302")
    }

    @Test func `max_redirects: up to five are followed, the next is 3214`() throws {
        let five = Array(repeating: Self.redirect("/next"), count: 5)
        let run = try self.run("url: 'http://a.internal/x', max_redirects: 5", answers: five + [.success(Self.ok)])
        #expect(run.requests.map(\.url).last == "http://a.internal/next")
        #expect(try run.result("res.status_code") == "200")
        #expect(try run.result("attempts.size()") == "1")
        let tooMany = try self.run("url: 'http://a.internal/x', max_redirects: 5, on_error: halt", answers: five + five)
        #expect(tooMany.brief == "fail 3214 502")
        #expect(tooMany.requests.count == 6)
    }

    @Test(arguments: [
        (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (303, "PUT", "GET"), (301, "PUT", "PUT"),
        (307, "POST", "POST"), (308, "POST", "POST"),
    ])
    func `Redirects: 303, and a POST with 301 or 302, become GET without body`(
        status: Int,
        method: String,
        expected: String
    ) throws {
        let run = try self.run(
            "url: 'http://a.internal/x/y', method: \(method), body: b, max_redirects: 1, headers: {content-type: a/b}",
            answers: [Self.redirect("../z?q", status: status), .success(Self.ok)]
        )
        let last = try #require(run.requests.last)
        #expect(last.url == "http://a.internal/z?q")
        #expect(last.method == expected)
        #expect(String(buffer: last.body) == (expected == "GET" ? "" : "b"))
        #expect(self.values("content-type", of: last).isEmpty == (expected == "GET"))
    }

    @Test func `Redirects: credentials stay with their origin`() throws {
        let config = "url: 'http://a.internal/', max_redirects: 2, headers: {authorization: s, x-a: b}"
        let run = try self.run(
            config,
            answers: [Self.redirect("/b"), Self.redirect("http://b.internal/"), .success(Self.ok)]
        )
        #expect(run.requests.map { self.values("authorization", of: $0) } == [["s"], ["s"], []])
        #expect(run.requests.map { self.values("x-a", of: $0) } == [["b"], ["b"], ["b"]])
    }

    @Test func `retry_condition: asked after every attempt, at most three more`() throws {
        let bad = Result<PolicyAnswer, PolicyRequestError>.success(.init(status: 500))
        let config = "url: 'http://a.internal', retry_condition: 'last_attempt.res.status_code == 500'"
        let once = try self.run(config, answers: [bad, .success(Self.ok)])
        #expect(once.requests.count == 2)
        #expect(try once.result("attempts.map(a, a.response_status_code)") == "[500,200]")
        let always = try self.run(config, answers: [bad, bad, bad, bad, bad])
        #expect(always.requests.count == 4)
        #expect(try always.result("res.status_code") == "500")
    }

    @Test(arguments: [
        "attempts < 2", "last_attempt.res.statusCode == 500 && attempts == 1",
        "last_attempt.req.method == 'GET' && attempts < 2",
        "last_attempt.res.body == 'b' && last_attempt.res.header['x'][0] == 'y' && attempts < 2",
        "req.method == 'GET' && attempts < 2",
    ])
    func `retry_condition: sees attempts, last_attempt and everything else`(condition: String) throws {
        let first = PolicyAnswer(status: 500, fields: [("x", "y")], body: .init(string: "b"))
        let run = try self.run(
            "url: 'http://a.internal', retry_condition: \"\(condition)\"",
            answers: [.success(first), .success(Self.ok)]
        )
        #expect(run.requests.count == 2)
    }

    @Test func `retry_condition: an error of the attempt can be seen, one of its own means no`() throws {
        let config = "url: 'http://a.internal', retry_condition: \"last_attempt.error != ''\""
        let run = try self.run(config, answers: [.failure(.failed("reset")), .success(Self.ok)])
        #expect(run.requests.count == 2)
        #expect(try run.result("error.code") == "")
        let broken = try self.run("url: 'http://a.internal', retry_condition: \"vars.x == 1\"")
        #expect(broken.requests.count == 1)
        #expect(broken.exchange.record.problems.count == 1)
    }

    @Test(arguments: [
        (PolicyRequestError.timedOut, 3602, 504), (.tooLarge, 3601, 502), (.failed("x"), 100_411, 502),
        (.refused("x"), 100_410, 502),
    ])
    func `on_error: continue by default, with the error in variables; halt ends the exchange`(
        error: PolicyRequestError,
        code: Int,
        status: Int
    ) throws {
        let run = try self.run("url: 'http://a.internal'", answers: [.failure(error)])
        #expect(run.brief == "proceed")
        #expect(try run.result("error.code") == "ERR_NGROK_\(code)")
        #expect(try !run.result("error.message").isEmpty)
        #expect(run.exchange.record.problems.count == 1)
        let halted = try self.run("url: 'http://a.internal', on_error: halt", answers: [.failure(error)])
        #expect(halted.brief == "fail \(code) \(status)")
    }

    @Test func `timeout: 3602 when it is over, whatever the requester does`() throws {
        let config = "url: 'http://a.internal', on_error: halt"
        #expect(try self.run(config, answers: [], advance: .milliseconds(2999)).brief == "waits")
        #expect(try self.run(config, answers: [], advance: .seconds(3)).brief == "fail 3602 504")
        #expect(try self.run(config + ", timeout: 1s", answers: [], advance: .seconds(1)).brief == "fail 3602 504")
        #expect(try self.run(config + ", timeout: 30s", answers: [], advance: .seconds(29)).brief == "waits")
    }

    @Test func `3601: an answer over 256 KiB, also when it is only so once decoded`() throws {
        let config = "url: 'http://a.internal', on_error: halt"
        let large = PolicyAnswer(status: 200, body: ByteBuffer(repeating: 0x61, count: 256 << 10 + 1))
        #expect(try self.run(config, answers: [.success(large)]).brief == "fail 3601 502")
        let (bomb, _) = try CompressorTests.compress([[UInt8](repeating: 0, count: 1 << 20)], with: .gzip)
        let encoded = PolicyAnswer(status: 200, fields: [("content-encoding", "gzip")], body: .init(bytes: bomb))
        #expect(try self.run(config, answers: [.success(encoded)]).brief == "fail 3601 502")
        let (small, _) = try CompressorTests.compress([Array("text".utf8)], with: .gzip)
        let decoded = PolicyAnswer(status: 200, fields: [("content-encoding", "gzip")], body: .init(bytes: small))
        #expect(try self.run(config, answers: [.success(decoded)]).result("res.body") == "text")
    }

    @Test func `3603: a request that came back three times goes no further`() throws {
        let config = "url: 'http://a.internal', on_error: halt"
        let first = try self.run(config)
        #expect(self.values("portico-policy-hops", of: try first.only) == ["1"])
        let third = try self.run(config, fields: [("Portico-Policy-Hops", "2")])
        #expect(self.values("portico-policy-hops", of: try third.only) == ["3"])
        let fourth = try self.run(config, fields: [("Portico-Policy-Hops", "3")])
        #expect(fourth.outcome?.brief == "fail 3603 502")
        #expect(fourth.requests.isEmpty)
        let below = try self.run(config, fields: [("Portico-Policy-Hops", "-9")])
        #expect(self.values("portico-policy-hops", of: try below.only) == ["1"])
        #expect(try below.only.hops == 1)
    }

    @Test func `A value that is not there, or makes no URL, fails before anything is sent`() throws {
        #expect(try self.run("url: 'http://${vars.x}', on_error: halt").brief == "fail 2238 500")
        #expect(try self.run("url: '${req.method}', on_error: halt").brief == "fail 2247 500")
        let run = try self.run("url: '${req.method}'")
        #expect(run.brief == "proceed" && run.requests.isEmpty)
        #expect(try run.result("error.code") == "ERR_NGROK_2247")
    }

    @Test func `An edge that can reach nothing says so`() throws {
        #expect(try self.run("url: 'http://a.internal', on_error: halt", answers: nil).brief == "fail 100410 502")
    }

    @Test func `The exchange that was given up hears no more of its request`() throws {
        var fixture = ExchangeFixture()
        let requester = Requester([])
        fixture.services = PolicyServices(requester: requester)
        let exchange = try fixture.exchange(
            """
            on_http_request:
              - actions:
                  - type: http-request
                    config: {url: 'http://a.internal', retry_condition: 'true'}
            """
        )
        _ = exchange.run(.httpRequest)
        exchange.abandon()
        fixture.host.loop.advanceTime(by: .seconds(60))
        #expect(requester.sent.count == 1)
        #expect(fixture.host.ended.isEmpty)
    }
}
