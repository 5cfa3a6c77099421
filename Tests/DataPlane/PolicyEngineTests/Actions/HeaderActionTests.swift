import Expression
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// `add-headers` (`spec/traffic-policy.md` 4.1).
@Suite struct AddHeadersTests {
    @Test func `headers: a line is added behind those of the same name, its name in lower case`() throws {
        var fixture = ExchangeFixture()
        fixture.fields += [("X-A", "old")]
        let exchange = try fixture.exchange(actions: "- {type: add-headers, config: {headers: {X-A: new, x-b: '2'}}}")
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        #expect(lines(exchange.request.head) == ["Host: app.example.com", "X-A: old", "x-a: new", "x-b: 2"])
    }

    @Test func `headers: values are interpolated`() throws {
        let exchange = try ExchangeFixture("/a?b=c").exchange(
            actions: "- {type: add-headers, config: {headers: {x-at: '${req.method} ${req.url.path}'}}}"
        )
        _ = exchange.run(.httpRequest)
        #expect(exchange.request.head.values("x-at") == ["GET /a"])
    }

    @Test func `headers: in on_http_response they go to the response`() throws {
        let exchange = try ExchangeFixture().responding(
            actions: "- {type: add-headers, config: {headers: {x-a: '1'}}}"
        )
        #expect(exchange.run(.httpResponse)?.brief == "proceed")
        #expect(lines(exchange.response.head) == ["x-a: 1"] && exchange.request.head.values("x-a").isEmpty)
    }

    @Test func `headers: host replaces the request's`() throws {
        let exchange = try ExchangeFixture().exchange(
            actions: "- {type: add-headers, config: {headers: {Host: inner.example}}}"
        )
        _ = exchange.run(.httpRequest)
        #expect(lines(exchange.request.head) == ["host: inner.example"])
        #expect(try exchange.read("req.host") == "inner.example")
        #expect(try exchange.read("req.url.host") == "app.example.com")
    }

    @Test(arguments: [(#"\r\n"#, 2211), (#"\0"#, 2211), (#"\n"#, 2211), (#"\x7f"#, 2211)])
    func `A value with a control character fails`(escape: String, code: Int) throws {
        let value = escape.replacing(#"\0"#, with: #"\x00"#)
        let exchange = try ExchangeFixture().exchange(
            actions:
                "- type: add-headers\n  config: {headers: {x-a: \"${'a\(value.replacing("\\", with: "\\\\"))b'}\"}}"
        )
        #expect(exchange.run(.httpRequest)?.brief == "fail \(code) 500")
        #expect(exchange.request.head.values("x-a").isEmpty)
    }

    @Test func `A value of more than 4096 bytes fails with 2209`() throws {
        var fixture = ExchangeFixture()
        fixture.fields += [("X-Long", String(repeating: "a", count: 4097))]
        let exchange = try fixture.exchange(
            actions: "- {type: add-headers, config: {headers: {x-a: \"${req.headers['x-long'][0]}\"}}}"
        )
        #expect(exchange.run(.httpRequest)?.brief == "fail 2209 500")
    }

    @Test func `An expression without a value fails with 2238, and nothing is added`() throws {
        let exchange = try ExchangeFixture().exchange(
            actions: "- {type: add-headers, config: {headers: {x-a: '1', x-b: '${vars.none}'}}}"
        )
        #expect(exchange.run(.httpRequest)?.brief == "fail 2238 500")
        #expect(!exchange.request.head.contains("x-a"))
    }

    @Test func `add_headers.headers_added: what was added by the last run`() throws {
        let exchange = try ExchangeFixture().exchange(
            actions: """
                - {type: add-headers, config: {headers: {x-a: '1'}}}
                - {type: add-headers, config: {headers: {X-B: '2'}}}
                """
        )
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        #expect(try exchange.read("actions.ngrok.add_headers.headers_added") == #"{"x-b":"2"}"#)
    }
}

/// `remove-headers` (`spec/traffic-policy.md` 4.2).
@Suite struct RemoveHeadersTests {
    @Test func `headers: all lines of a name go, in any case; what is not there is no failure`() throws {
        var fixture = ExchangeFixture()
        fixture.fields += [("X-A", "1"), ("x-a", "2"), ("X-B", "3")]
        let exchange = try fixture.exchange(
            actions: "- {type: remove-headers, config: {headers: [x-A, x-none]}}"
        )
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        #expect(lines(exchange.request.head) == ["Host: app.example.com", "X-B: 3"])
        #expect(try exchange.read("actions.ngrok.remove_headers.headers_removed") == #"["x-a"]"#)
    }

    @Test func `headers: in on_http_response they leave the response`() throws {
        let exchange = try ExchangeFixture().responding(
            .httpResponse,
            [("Server", "x")],
            actions: "- {type: remove-headers, config: {headers: [server]}}"
        )
        _ = exchange.run(.httpResponse)
        #expect(lines(exchange.response.head).isEmpty)
    }

    @Test func `Removing and adding replaces`() throws {
        var fixture = ExchangeFixture()
        fixture.fields += [("X-A", "1")]
        let exchange = try fixture.exchange(
            actions: """
                - {type: remove-headers, config: {headers: [x-a]}}
                - {type: add-headers, config: {headers: {x-a: new}}}
                """
        )
        _ = exchange.run(.httpRequest)
        #expect(exchange.request.head.values("x-a") == ["new"])
    }
}
