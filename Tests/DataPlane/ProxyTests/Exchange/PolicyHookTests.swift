import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy

/// Where a policy has a say in an exchange, and what comes of it, with a visitor of HTTP/1.1.
@Suite struct PolicyHookTests {
    private static let get = "GET /a?b HTTP/1.1\r\nHost: a.test\r\nX-One: 1\r\n\r\n"

    @Test func `A request goes on with the edits of its policy, those of the forwarding fields included`() throws {
        let test = try LoopUnderTest(
            policy: FakePolicy { head, exchange in
                #expect(String(decoding: head.method, as: UTF8.self) == "GET")
                #expect(String(decoding: head.path, as: UTF8.self) == "/a?b")
                #expect(head.first("x-ONE").map { String(decoding: $0, as: UTF8.self) } == "1")
                exchange.editRequest(.remove("x-one"))
                exchange.editRequest(.remove("X-Forwarded-For"))
                exchange.editRequest(.set("host", "b.test"))
                exchange.editRequest(.add("X-Two", "2"))
                exchange.editRequest(.path("/c"))
                return .forward
            }
        )
        try test.connectHTTP1()
        try test.receive(Self.get)
        #expect(
            try test.upstream().takeText()
                == "GET /c HTTP/1.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: a.test\r\nhost: b.test\r\nX-Two: 2\r\n\r\n"
        )
    }

    @Test func `What frames a message is not a policy's to change, and no edit may hold a line end`() {
        var edits = HeadEdits()
        for name in ["content-length", "Transfer-Encoding", "connection", "upgrade", "te", "a b", ""] {
            edits.append(.set(name, "1"))
            edits.append(.remove(name))
        }
        edits.append(.add("x", "a\r\ny: b"))
        edits.append(.path("/a b"))
        edits.append(.path("a"))
        #expect(edits.isEmpty)
    }

    @Test func `A policy answers in the upstream's place, and the connection goes on`() throws {
        let test = try LoopUnderTest(
            policy: FakePolicy { _, _ in
                .answer(LocalAnswer(status: 403, fields: [("X-Why", "no")], body: ByteBuffer(string: "no\n")))
            }
        )
        try test.connectHTTP1()
        for _ in 0..<2 {
            try test.receive(Self.get)
            let answer = try test.sentText()
            #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\nDate: "))
            #expect(answer.hasSuffix("\r\nX-Why: no\r\nContent-Length: 3\r\n\r\nno\n"))
        }
        #expect(test.upstreams.opened.isEmpty)
    }

    @Test func `A policy that waits lets the request wait, its body included`() throws {
        let test = try LoopUnderTest(policy: nil)
        let promise = test.channel.embeddedEventLoop.makePromise(of: RequestVerdict.self)
        test.loop.makePolicy = { _ in FakePolicy { _, _ in .later(promise.futureResult) } }
        test.loop.publish(test.loop.table)
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nab")
        #expect(test.upstreams.opened.isEmpty)
        promise.assumeIsolated().succeed(.forward)
        test.channel.embeddedEventLoop.run()
        #expect(try test.upstream().takeText().hasSuffix("\r\n\r\nab"))
        try test.receive("cd")
        #expect(try test.upstream().takeText() == "cd")
        try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(try test.sentText() == "HTTP/1.1 204 No Content\r\n\r\n")
    }

    @Test func `A visitor that goes while a policy waits is not waited for`() throws {
        let test = try LoopUnderTest(policy: nil)
        let promise = test.channel.embeddedEventLoop.makePromise(of: RequestVerdict.self)
        test.loop.makePolicy = { _ in FakePolicy { _, _ in .later(promise.futureResult) } }
        test.loop.publish(test.loop.table)
        try test.connectHTTP1()
        try test.receive(Self.get)
        _ = try test.channel.finish()
        promise.assumeIsolated().succeed(.forward)
        #expect(test.upstreams.opened.isEmpty)
    }

    @Test(arguments: [(4, "abcd", true), (3, "abc", false), (100, "abcd", true)])
    func `A policy sees a body up to its bound, without chunks, and it goes on whole`(
        limit: Int,
        seen: String,
        isWhole: Bool
    ) throws {
        let test = try LoopUnderTest(
            policy: FakePolicy { _, _ in
                .collectBody(upTo: limit) { body in
                    #expect(String(buffer: body.bytes).hasPrefix(seen))
                    #expect(body.isWhole == isWhole || limit == 4)
                    return .forward
                }
            }
        )
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n")
        if limit > 3 { #expect(test.upstreams.opened.isEmpty) }
        try test.receive("1\r\nd\r\n0\r\nX-Sum: 1\r\n\r\n")
        let text = try test.upstream().takeText()
        let body = text.split(separator: "\r\n\r\n", maxSplits: 1).last.map(String.init)
        let chunks = limit == 3 ? "3\r\nabc\r\n1\r\nd\r\n" : "4\r\nabcd\r\n"
        #expect(body == chunks + "0\r\nX-Sum: 1\r\n\r\n")
    }

    @Test func `A response is edited, replaced, or filtered`() throws {
        let policy = FakePolicy { _, _ in .forward }
        let test = try LoopUnderTest(policy: policy)
        try test.connectHTTP1()

        policy.onResponse = { head, exchange in
            #expect(head.status == 200)
            exchange.editResponse(.set("server", "me"))
            return .pass
        }
        try test.receive(Self.get)
        try test.upstream().answer("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\n\r\nok")
        #expect(try test.sentText() == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nserver: me\r\n\r\nok")

        policy.onResponse = { _, exchange in
            exchange.filterResponse(with: Doubling())
            return .pass
        }
        try test.receive(Self.get)
        try test.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
        try test.upstream().answer("cd")
        #expect(
            try test.sentText()
                == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\naabb\r\n4\r\nccdd\r\n1\r\n!\r\n0\r\n\r\n"
        )

        policy.onResponse = { _, _ in .replace(LocalAnswer(status: 502, body: ByteBuffer(string: "gone"))) }
        try test.receive(Self.get)
        try test.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd")
        #expect(try test.sentText().hasSuffix("Content-Length: 4\r\n\r\ngone"))
    }
}

private final class FakePolicy: ExchangePolicy {
    private let onRequest: (HeadView, Exchange) -> RequestVerdict
    var onResponse: (HeadView, Exchange) -> ResponseVerdict = { _, _ in .pass }

    init(onRequest: @escaping (HeadView, Exchange) -> RequestVerdict) {
        self.onRequest = onRequest
    }

    func judge(request: HeadView, of exchange: Exchange) -> RequestVerdict { self.onRequest(request, exchange) }
    func judge(response: HeadView, of exchange: Exchange) -> ResponseVerdict { self.onResponse(response, exchange) }
}

/// Says every byte twice, and something at the end.
private final class Doubling: BodyFilter {
    func filter(_ bytes: ByteBuffer) -> ByteBuffer? {
        ByteBuffer(bytes: bytes.readableBytesView.flatMap { [$0, $0] })
    }
    func end() -> ByteBuffer? { ByteBuffer(string: "!") }
}
