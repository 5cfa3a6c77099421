import NIOEmbedded
import Testing

@testable import Proxy

/// What visitors get of answers that a policy makes itself, by version and method.
@Suite struct PolicyAnswerTests {
    private static let answers = "on_http_request: [{actions: [{type: custom-response, config: {body: own}}]}]"

    @Test func `custom-response: a HEAD request gets the fields of the body, and no body`() throws {
        let test = try LoopUnderTest(endpoints: [TestEndpoint("http://a.test", .cloud, Self.answers)])
        try test.connectHTTP1()
        try test.receive("HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        let answer = try test.sentText()
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\nContent-Length: 3\r\n\r\n"))
        let visitor = try HTTP2Visitor(
            LoopUnderTest(endpoints: [TestEndpoint("http://a.test", .cloud, Self.answers)])
        )
        try visitor.headers(1, HTTP2Visitor.get.map { $0.0 == ":method" ? ($0.0, "HEAD") : $0 })
        let lines = try visitor.receive()
        #expect(lines.contains { $0.hasPrefix("HEADERS 1 :status: 200") && $0.contains("content-length: 3") })
        #expect(!lines.contains { $0.hasPrefix("DATA") })
    }

    @Test func `custom-response: what is left of the request's body reaches nobody`() throws {
        let test = try LoopUnderTest(endpoints: [TestEndpoint("http://a.test", .cloud, Self.answers)])
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 6\r\n\r\nabc")
        #expect(try test.sentText().hasSuffix("\r\n\r\nown"))
        #expect(test.upstreams.opened.isEmpty)
    }

    @Test func `close-connection: over HTTP/2 all streams of the connection end with it`() throws {
        let policy = """
            on_http_request:
              - {expressions: ["req.method == 'POST'"], actions: [{type: close-connection}]}
            """
        let test = try LoopUnderTest(endpoints: [TestEndpoint("http://a.test", policy)])
        let visitor = try HTTP2Visitor(test)
        try visitor.headers(1, HTTP2Visitor.get)
        let upstream = try test.upstream()
        try visitor.headers(3, HTTP2Visitor.post)
        #expect(!test.channel.isActive)
        #expect(upstream.isAborted)
        #expect(try !visitor.receive().contains { $0.hasPrefix("HEADERS") })
    }
}
