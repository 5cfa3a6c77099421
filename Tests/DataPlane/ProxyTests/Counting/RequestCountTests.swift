import NIOCore
import NIOEmbedded
import Telemetry
import Testing

@testable import Proxy

/// What an event loop counts of requests, as scrapers see it.
@Suite struct RequestCountTests {
    /// The samples of a family, as they stand in the text.
    private static func lines(_ test: LoopUnderTest, _ name: String) -> [String] {
        Exposition.text(test.loop.counts().families).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("\(name){") || $0.hasPrefix("\(name) ") }
    }

    @Test func `A request counts for its endpoint, by method and by the status of its answer`() throws {
        let test = try LoopUnderTest(hosts: [("a.test", "ac_1"), ("b.test", "ac_1")])
        try test.connectHTTP1()
        for status in [200, 200, 404] {
            try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
            try test.upstream().answer("HTTP/1.1 \(status) Fine\r\nContent-Length: 0\r\n\r\n")
        }
        try test.receive("BREW / HTTP/1.1\r\nHost: b.test\r\n\r\n")
        try test.upstream(1).answer("HTTP/1.1 204 No Content\r\n\r\n")
        try test.receive("GET / HTTP/1.1\r\nHost: nobody.test\r\n\r\n")
        #expect(
            Self.lines(test, "portico_requests_total") == [
                #"portico_requests_total{endpoint="",method="GET",code="404"} 1"#,
                #"portico_requests_total{endpoint="http://a.test",method="GET",code="200"} 2"#,
                #"portico_requests_total{endpoint="http://a.test",method="GET",code="404"} 1"#,
                #"portico_requests_total{endpoint="http://b.test",method="other",code="204"} 1"#,
            ]
        )
        #expect(
            Self.lines(test, "portico_request_duration_seconds_count") == ["portico_request_duration_seconds_count 5"]
        )
    }

    @Test func `A request whose visitor has left has no status, and one that failed has the edge's`() throws {
        let test = try LoopUnderTest()
        let visitor = try HTTP2Visitor(test)
        try visitor.headers(1, HTTP2Visitor.get)
        try visitor.reset(1)
        try visitor.headers(3, HTTP2Visitor.get)
        try #require(test.upstreams.opened.last).receiver?.transportEnded(.reset)
        #expect(
            Self.lines(test, "portico_requests_total") == [
                #"portico_requests_total{endpoint="http://a.test",method="GET",code="502"} 1"#,
                #"portico_requests_total{endpoint="http://a.test",method="GET",code="none"} 1"#,
            ]
        )
        #expect(Self.lines(test, "portico_failed_exchanges_total") == ["portico_failed_exchanges_total 1"])
    }

    @Test func `An upgraded connection is a request, and its life is none of a request's durations`() throws {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        let fields = "Connection: upgrade\r\nUpgrade: echo\r\n"
        try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\(fields)\r\n")
        try test.upstream().answer("HTTP/1.1 101 Switching Protocols\r\n\(fields)\r\n")
        _ = try test.channel.finish(acceptAlreadyClosed: true)
        #expect(
            Self.lines(test, "portico_requests_total")
                == [#"portico_requests_total{endpoint="http://a.test",method="GET",code="101"} 1"#]
        )
        #expect(
            Self.lines(test, "portico_request_duration_seconds_count") == ["portico_request_duration_seconds_count 0"]
        )
    }

    @Test func `What policies do is counted by action and result, at a glance or not`() throws {
        let policy = """
            on_http_request:
              - {expressions: ["req.url.path == '/no'"], actions: [{type: deny, config: {status_code: 403}}]}
              - actions:
                  - {type: add-headers, config: {headers: {x-a: '1'}}}
                  - {type: add-headers, config: {headers: {x-b: '1'}}}
              - expressions: ["req.url.path == '/own'"]
                actions: [{type: custom-response, config: {status_code: 200, content: hello}}]
            """
        let test = try LoopUnderTest(endpoints: [TestEndpoint("http://a.test", policy)])
        try test.connectHTTP1()
        for path in ["no", "", "own"] {
            try test.receive("GET /\(path) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            if path.isEmpty { try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n") }
        }
        #expect(
            Self.lines(test, "portico_policy_action_total") == [
                #"portico_policy_action_total{action="add-headers",result="next"} 4"#,
                #"portico_policy_action_total{action="custom-response",result="respond"} 1"#,
                #"portico_policy_action_total{action="deny",result="respond"} 1"#,
            ]
        )
    }

    @Test func `A forwarded request counts once, for the endpoint that the visitor asked`() throws {
        let policy = "on_http_request: [{actions: [{type: forward-internal, config: {url: 'http://b.internal'}}]}]"
        let test = try LoopUnderTest(endpoints: [
            TestEndpoint("http://a.test", policy), TestEndpoint("http://b.internal"),
        ])
        try test.connectHTTP1()
        try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        try test.upstream().answer("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        #expect(
            Self.lines(test, "portico_requests_total")
                == [#"portico_requests_total{endpoint="http://a.test",method="GET",code="201"} 1"#]
        )
    }

    @Test func `Beyond so many endpoints and statuses, the rest is counted as one`() throws {
        var configuration = ProxyConfiguration()
        configuration.limits.countedEndpoints = 1
        let test = try LoopUnderTest(hosts: [("a.test", "ac_1"), ("b.test", "ac_1"), ("c.test", "ac_1")])
        test.loop.setLimits(configuration.limits)
        try test.connectHTTP1()
        for (index, host) in ["a.test", "b.test", "c.test"].enumerated() {
            try test.receive("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            try test.upstream(index).answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        for status in 200..<300 {
            try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
            try test.upstream().answer("HTTP/1.1 \(status) Fine\r\nContent-Length: 0\r\n\r\n")
        }
        let lines = Self.lines(test, "portico_requests_total")
        #expect(lines.contains(#"portico_requests_total{endpoint="other",method="GET",code="200"} 2"#))
        #expect(lines.contains(#"portico_requests_total{endpoint="http://a.test",method="other",code="other"} 52"#))
        #expect(lines.count == 50)
    }

    @Test func `Bytes and connections of visitors are counted, whatever they speak`() throws {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        try test.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        let counts = test.loop.counts()
        #expect(counts.bytesIn == 32)
        #expect(counts.bytesOut == 43)
        #expect((counts.open, counts.connections) == (1, 1))
        _ = try test.channel.finish(acceptAlreadyClosed: true)
        #expect(test.loop.counts().open == 0)
        #expect(test.loop.counts().connections == 1)
    }
}
