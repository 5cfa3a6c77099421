import EdgeLink
import NIOCore
import NIOEmbedded
import Testing

@testable import PolicyEngine
@testable import Proxy

/// Bodies, upgrades and waits behind `forward-internal`: what passes through another endpoint passes as it would without.
@Suite struct ForwardedStreamTests {
    private func test(_ inner: TestEndpoint, outer: String? = nil) throws -> LoopUnderTest {
        let policy = outer ?? ForwardInternalTests.forwards(to: "http://a.internal")
        return try LoopUnderTest(endpoints: [TestEndpoint("http://app.test", .cloud, policy), inner])
    }

    @Test func `Bodies pass in pieces, with their chunks and trailers, both ways`() throws {
        let test = try self.test(TestEndpoint("http://a.internal"))
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        let upstream = try test.upstream()
        #expect(upstream.takeText().hasSuffix("\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc"))
        try test.receive("2\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n")
        #expect(upstream.takeText() == "\r\n2\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n")
        upstream.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        #expect(try test.sentText() == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab")
        upstream.answer("1\r\nc\r\n0\r\nX-End: 2\r\n\r\n")
        #expect(try test.sentText() == "\r\n1\r\nc\r\n0\r\nX-End: 2\r\n\r\n")
        #expect(test.channel.isActive)
    }

    @Test func `Neither side reads ahead of the other`() throws {
        let test = try self.test(TestEndpoint("http://a.internal"))
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 9\r\n\r\nabc")
        let upstream = try test.upstream()
        upstream.setWritable(false)
        #expect(!test.readsFromVisitor)
        upstream.setWritable(true)
        #expect(test.readsFromVisitor)
        try test.receive("defghi")
        upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        test.channel.isWritable = false
        test.channel.pipeline.fireChannelWritabilityChanged()
        #expect(!upstream.isReading)
        test.channel.isWritable = true
        test.channel.pipeline.fireChannelWritabilityChanged()
        #expect(upstream.isReading)
    }

    @Test func `Interim answers pass, and an upgrade makes a pipe through all endpoints`() throws {
        let test = try self.test(TestEndpoint("http://a.internal", ForwardInternalTests.marks("inner")))
        try test.connectHTTP1()
        try test.receive(
            "GET / HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\nearly"
        )
        let upstream = try test.upstream()
        let sent = upstream.takeText()
        #expect(sent.contains("\r\nUpgrade: test\r\n") && sent.contains("\r\nConnection: upgrade\r\n"))
        upstream.answer("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        #expect(try test.sentText() == "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        upstream.answer("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\nhello")
        let answer = try test.sentText()
        #expect(
            answer.hasPrefix("HTTP/1.1 101 ") && answer.contains("x-way: inner") && answer.hasSuffix("\r\n\r\nhello")
        )
        #expect(upstream.takeText() == "early")
        try test.receive("more")
        #expect(upstream.takeText() == "more")
        upstream.answer("back")
        #expect(try test.sentText() == "back")
        test.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(upstream.hasFinished)
        upstream.receiver?.transportReceivedEnd()
        #expect(!test.channel.isActive)
    }

    @Test func `An answer that breaks off breaks off for the visitor`() throws {
        let test = try self.test(TestEndpoint("http://a.internal"))
        try test.connectHTTP1()
        try test.receive(ForwardInternalTests.get)
        try test.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        try test.upstream().end(.reset)
        #expect(try test.sentText() == "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        #expect(!test.channel.isActive)
    }

    @Test func `A visitor that goes takes the whole chain with it`() throws {
        let test = try self.test(TestEndpoint("http://a.internal"))
        try test.connectHTTP1()
        try test.receive(ForwardInternalTests.get)
        let upstream = try test.upstream()
        _ = try test.channel.finish()
        #expect(upstream.isAborted)
    }

    @Test func `An agent that was just lost is waited for, with the body that came`() throws {
        let policy = ForwardInternalTests.forwards(to: "http://a.internal")
        let test = try self.test(TestEndpoint("http://a.internal", .held))
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 6\r\n\r\nabc")
        #expect(try test.sentText().isEmpty && test.upstreams.opened.isEmpty)
        #expect(!test.readsFromVisitor)
        try test.serve([TestEndpoint("http://app.test", .cloud, policy), TestEndpoint("http://a.internal")])
        #expect(try test.upstream().takeText().hasSuffix("\r\n\r\nabc"))
        #expect(try test.upstream().flushes > 0)
        #expect(test.readsFromVisitor)
        try test.receive("def")
        #expect(try test.upstream().takeText() == "def")
        try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(try test.sentText() == "HTTP/1.1 204 No Content\r\n\r\n")
    }

    /// Whether the agent's endpoint goes away, or the time that the visitor waits.
    @Test(arguments: [true, false]) func `One that does not come back is offline`(isGone: Bool) throws {
        let policy = """
            on_http_request:
              - actions:
                  - {type: forward-internal, config: {url: "http://a.internal", on_error: continue}}
                  - {type: custom-response, config: {status_code: 503, body: later}}
            """
        let test = try self.test(TestEndpoint("http://a.internal", .held), outer: policy)
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 6\r\n\r\nabc")
        #expect(try test.sentText().isEmpty)
        if isGone { try test.serve([TestEndpoint("http://app.test", .cloud, policy)]) } else { test.tick(41) }
        #expect(try test.sentText().hasSuffix("\r\n\r\nlater"))
    }

    @Test func `The inner policy may see and replace bodies that the outer has seen`() throws {
        let replaces = { (word: String) in
            """
              - actions:
                  - type: request-body-find-replace
                    config: {replacements: [{from: a, to: \(word)}]}
            """
        }
        let outer = """
            on_http_request:
            \(replaces("ba"))
              - actions: [{type: forward-internal, config: {url: "http://a.internal"}}]
            """
        let test = try self.test(TestEndpoint("http://a.internal", "on_http_request:\n" + replaces("c")), outer: outer)
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nxa")
        #expect(test.upstreams.opened.isEmpty)
        try test.receive("ya")
        let sent = try test.upstream().takeText()
        #expect(sent.hasSuffix("\r\nContent-Length: 6\r\n\r\nxbcybc"), "\(sent)")
        try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(try test.sentText() == "HTTP/1.1 204 No Content\r\n\r\n")
    }

    @Test func `HTTP/2 on both sides`() throws {
        var inner = TestEndpoint("http://a.internal", ForwardInternalTests.marks("inner"))
        inner.upstreamProtocol = .http2
        let test = try LoopUnderTest(endpoints: [
            TestEndpoint(
                "http://a.test",
                .cloud,
                ForwardInternalTests.forwards(to: "http://a.internal", marks: "outer")
            ),
            inner,
        ])
        let visitor = try HTTP2Visitor(test)
        try visitor.headers(1, HTTP2Visitor.post, ends: false)
        try visitor.data(1, "abc")
        let service = try HTTP2Service(test.upstream())
        let received = try service.received()
        #expect(received.contains { $0.hasPrefix("HEADERS 1") && $0.contains("x-seen-by: http://a.internal") })
        #expect(received.contains("DATA 1 abc"))
        try visitor.data(1, "def", ends: true)
        let rest = try service.received().joined(separator: ", ")
        #expect(rest.contains("DATA 1 def") && rest.hasSuffix(" END"), "\(rest)")
        service.headers(1, [(":status", "200"), ("content-type", "text/plain")])
        service.data(1, "one")
        service.data(1, "two", ends: true)
        let answer = try visitor.receive()
        #expect(answer.contains("HEADERS 1 :status: 200, content-type: text/plain, x-way: inner, x-way: outer"))
        #expect(answer.joined().contains("one") && answer.joined().contains("two"))
    }
}
