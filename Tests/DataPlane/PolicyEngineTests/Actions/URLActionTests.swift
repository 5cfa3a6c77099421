import Expression
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// `redirect` (`spec/traffic-policy.md` 4.18).
@Suite struct RedirectTests {
    private func redirect(_ config: String, _ uri: String) throws -> (outcome: PhaseOutcome?, exchange: Exchange) {
        let exchange = try ExchangeFixture(uri).exchange(actions: "- type: redirect\n  config: {\(config)}")
        return (exchange.run(.httpRequest), exchange)
    }

    private func location(_ config: String, _ uri: String) throws -> String? {
        try self.redirect(config, uri).outcome?.response?.fields.first { $0.name == "location" }?.value
    }

    @Test(
        arguments: [
            // The whole URL, as a reference to the current one.
            ("to: 'https://h.example/x'", "/a?b", "https://h.example/x"),
            ("to: '/x?y'", "/a?b", "https://app.example.com/x?y"), ("to: 'x'", "/a/b?c", "https://app.example.com/a/x"),
            ("to: '../x'", "/a/b/c", "https://app.example.com/a/x"),
            ("to: '?z'", "/a?b", "https://app.example.com/a?z"),
            ("to: '//h.example'", "/a", "https://h.example"), ("from: '', to: '/x'", "/a", "https://app.example.com/x"),
            // Every match, wherever it is.
            ("from: /old, to: /new", "/old/old?x=/old", "https://app.example.com/new/new?x=/new"),
            ("from: '^https?://[^/]+/blog/', to: 'https://b.example/'", "/blog/7", "https://b.example/7"),
            ("from: /old, to: 'https://h/blog'", "/old/foo", "https://app.example.comhttps://h/blog/foo"),
            ("from: '.*', to: 'https://h.example'", "/a", "https://h.example"),
            // Groups by Go's rules.
            ("from: '/(a)/(?P<n>b)', to: '/$n/$1'", "/a/b", "https://app.example.com/b/a"),
            ("from: '/(q)', to: '/$1x'", "/q", "https://app.example.com/"),
            ("from: '/(q)', to: '/$$1'", "/q", "https://app.example.com/$1"),
            ("from: '/(?<n>q)', to: '/z$n'", "/q", "https://app.example.com/zq"),
            // Interpolation comes first.
            ("from: '/${req.method}', to: '/x'", "/GET", "https://app.example.com/x"),
            ("to: '/${req.url.query}'", "/a?b", "https://app.example.com/b"),
            // What may not stand in a URL is encoded, what is encoded already stays.
            ("to: '/a b\u{E9}%20%zz\"'", "/a", "https://app.example.com/a%20b%C3%A9%20%25zz%22"),
            // Older replacements.
            ("to: 'http://$host$uri'", "/a?b=c", "http://app.example.com/a?b=c"),
            ("to: '$scheme://x.example/?$args'", "/a?b=c", "https://x.example/?b=c"),
            ("to: '/$arg_b$is_args$query_string'", "/a?b=c", "https://app.example.com/c?b=c"),
            ("to: '/[$port][$user][$is_user]$arg_none'", "/a", "https://app.example.com/[][][]"),
            ("to: '/$authority'", "/a", "https://app.example.com/app.example.com"),
        ]
    )
    func `from, to: the URL that comes of it`(config: String, uri: String, location: String) throws {
        #expect(try self.location(config, uri) == location)
    }

    @Test(arguments: ["from: /old, to: /new", "from: /new, to: /new", "to: '${req.url}'"])
    func `No match, or the same URL, goes on`(config: String) throws {
        #expect(try self.redirect(config, "/new").outcome?.brief == "proceed")
    }

    @Test(arguments: [
        ("", 302), (", status_code: 301", 301), (", status_code: 303", 303), (", status_code: 307", 307),
        (", status_code: 308", 308),
    ])
    func `status_code: 302 by default`(config: String, status: Int) throws {
        let response = try #require(try self.redirect("to: /x" + config, "/").outcome?.response)
        #expect(response.status == status && response.body.readableBytes == 0 && !response.runsResponsePhase)
    }

    @Test func `headers: interpolated, behind the location`() throws {
        let response = try #require(
            try self.redirect("to: /x, headers: {X-A: '${req.method}'}", "/").outcome?.response
        )
        #expect(
            response.fields.map { "\($0.name): \($0.value)" } == ["location: https://app.example.com/x", "x-a: GET"]
        )
    }

    @Test func `It sees what url-rewrite has made`() throws {
        let exchange = try ExchangeFixture("/q").exchange(
            actions: """
                - {type: url-rewrite, config: {from: /q, to: /r}}
                - {type: redirect, config: {from: /r, to: /s}}
                """
        )
        #expect(exchange.run(.httpRequest)?.response?.fields.first?.value == "https://app.example.com/s")
    }

    @Test func `redirect.matches, redirect.url: what was found and where it goes`() throws {
        let exchange = try self.redirect("from: '[ab]', to: x", "/ab").exchange
        #expect(try exchange.read("actions.ngrok.redirect.url") == "https://xpp.exxmple.com/xx")
        #expect(try exchange.read("actions.ngrok.redirect.matches") == #"["a","a","a","b"]"#)
        let other = try self.redirect("from: zzz, to: x", "/").exchange
        #expect(try other.read("actions.ngrok.redirect.url") == "")
    }

    @Test(arguments: [
        ("to: '${vars.none}'", "fail 2238 500"), ("from: '${vars.none}', to: x", "fail 2238 500"),
        ("from: '${\"(\"}', to: x", "fail 2261 500"), ("to: x, headers: {a: '${vars.none}'}", "fail 2238 500"),
    ])
    func `A part without a value, or a pattern that is none, fails`(config: String, outcome: String) throws {
        #expect(try self.redirect(config, "/").outcome?.brief == outcome)
    }

    @Test func `A URL of more than 16 KiB fails with 2247`() throws {
        let config = "from: a, to: '" + String(repeating: "a", count: 1000) + "'"
        let outcome = try self.redirect(config, "/" + String(repeating: "a", count: 20)).outcome
        #expect(outcome?.brief == "fail 2247 500")
    }

    @Test func `A reference takes nothing from the current URL that a URL may not have`() throws {
        #expect(try self.location("to: x", "/a b/c") == "https://app.example.com/a%20b/x")
    }

    @Test func `A line break cannot get into the location`() throws {
        #expect(try self.location(#"to: "/${'a\\r\\nb'}""#, "/") == "https://app.example.com/a%0D%0Ab")
    }
}

/// `url-rewrite` (`spec/traffic-policy.md` 4.19).
@Suite struct URLRewriteTests {
    private func rewrite(_ config: String, _ uri: String) throws -> Exchange {
        let exchange = try ExchangeFixture(uri).exchange(actions: "- type: url-rewrite\n  config: {\(config)}")
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        return exchange
    }

    @Test(
        arguments: [
            ("from: '/v1/([a-z]+)', to: '/api/$1/v1'", "/v1/users?x=1", "/api/users/v1?x=1"),
            ("to: '/x?y'", "/a?b", "/x?y"), ("to: 'https:///x'", "/a?b", "/x"), ("to: '/x#frag'", "/a", "/x"),
            ("to: 'http://h.example'", "/a", "/"),
            ("from: none, to: x", "/%61?b", "/%61?b"), ("from: a, to: a", "/%61?b", "/%61?b"),
        ]
    )
    func `from, to: path and query that go upstream`(config: String, uri: String, sent: String) throws {
        #expect(try self.rewrite(config, uri).request.target.rawURI == sent)
    }

    @Test func `The generated form works: five groups, redundant escapes, an optional port`() throws {
        let from =
            #"^(?P<scheme>[a-zA-Z][a-zA-Z0-9+.\-]*):\/\/(?P<host>[^:\/]+)(?P<port>:\d+)?(?P<prefix>\/old)(?P<rest>.*)$"#
        let exchange = try self.rewrite("from: '\(from)', to: '$1://$2$3/new$5'", "/old/a?b=c")
        #expect(exchange.request.target.url == "https://app.example.com/new/a?b=c")
    }

    @Test func `Expressions see the new URL; the received one is kept`() throws {
        let exchange = try self.rewrite("from: /q, to: /r", "/q?x=1")
        let read = try exchange.read("req.url.path + '|' + req.url.uri + '|' + req.url")
        #expect(read == "/r|/r?x=1|https://app.example.com/r?x=1")
        #expect(exchange.request.receivedTarget.rawURI == "/q?x=1" && exchange.request.isRewritten)
    }

    @Test func `A new host is the request's, and its Host header`() throws {
        let exchange = try self.rewrite("from: '^https://[^/]+', to: 'https://Inner.example:8080'", "/a")
        #expect(exchange.request.target.host == "inner.example" && exchange.request.target.port == 8080)
        #expect(exchange.request.head.values("host") == ["inner.example:8080"])
        #expect(try exchange.read("req.host") == "inner.example:8080")
    }

    @Test func `A new scheme affects the variables alone`() throws {
        let exchange = try self.rewrite("from: '^https', to: http", "/a")
        #expect(try exchange.read("req.url.scheme") == "http")
        #expect(!exchange.request.head.isEdited && exchange.request.target.rawURI == "/a")
    }

    @Test(arguments: ["to: 'https://:8/x'", "to: 'https://h:port/'", "to: 'https://h:99999/'", "to: 'mailto:x'"])
    func `What is no URL fails with 2247`(config: String) throws {
        let exchange = try ExchangeFixture().exchange(actions: "- type: url-rewrite\n  config: {\(config)}")
        #expect(exchange.run(.httpRequest)?.brief == "fail 2247 500")
        #expect(exchange.request.target == exchange.request.receivedTarget)
    }

    @Test func `url_rewrite.matches, url_rewrite.url: what was found, and the new URL`() throws {
        let exchange = try self.rewrite("from: /q, to: /r", "/q/q")
        #expect(try exchange.read("actions.ngrok.url_rewrite.matches") == #"["/q","/q"]"#)
        #expect(try exchange.read("actions.ngrok.url_rewrite.url") == "https://app.example.com/r/r")
    }

    @Test func `An expression without a value fails with 2238`() throws {
        let exchange = try ExchangeFixture().exchange(actions: "- {type: url-rewrite, config: {to: '/${vars.none}'}}")
        #expect(exchange.run(.httpRequest)?.brief == "fail 2238 500")
    }
}
