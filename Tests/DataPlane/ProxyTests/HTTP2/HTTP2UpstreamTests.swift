import EdgeLink
import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy

/// Exchanges with a service that speaks HTTP/2, for visitors of either version.
@Suite struct HTTP2UpstreamTests {
    private static let call = HTTP2Visitor.post + [("content-type", "application/grpc"), ("te", "trailers")]

    private static func visit() throws -> HTTP2Visitor {
        try HTTP2Visitor(LoopUnderTest(upstreamProtocol: .http2))
    }

    @Test func `A call goes up as it came, with its trailers both ways`() throws {
        let visitor = try Self.visit()
        try visitor.headers(1, Self.call, ends: false)
        let service = try HTTP2Service(visitor.test.upstream())
        #expect(
            try service.received() == [
                "HEADERS 1 :method: POST, :scheme: http, :path: /, :authority: a.test, "
                    + "content-type: application/grpc, x-forwarded-for: unknown, x-forwarded-proto: http, "
                    + "x-forwarded-host: a.test, te: trailers"
            ]
        )
        try visitor.data(1, "ask")
        #expect(try service.received() == ["DATA 1 ask"])
        service.headers(1, [(":status", "200"), ("content-type", "application/grpc")])
        service.data(1, "answer")
        #expect(try visitor.receive() == ["HEADERS 1 :status: 200, content-type: application/grpc", "DATA 1 answer"])
        try visitor.data(1, "", ends: true)
        #expect(try service.received() == ["DATA 1  END"])
        service.headers(1, [("grpc-status", "0"), ("x-tr", "v")], ends: true)
        #expect(try visitor.receive() == ["HEADERS 1 grpc-status: 0, x-tr: v END"])
    }

    @Test func `An answer of a head alone stays one`() throws {
        let visitor = try Self.visit()
        try visitor.headers(1, Self.call)
        let service = try HTTP2Service(visitor.test.upstream())
        service.headers(1, [(":status", "200"), ("grpc-status", "12")], ends: true)
        #expect(try visitor.receive() == ["HEADERS 1 :status: 200, grpc-status: 12, content-length: 0 END"])
    }

    @Test func `A visitor of HTTP/1.1 gives and gets chunks`() throws {
        let test = try LoopUnderTest(upstreamProtocol: .http2)
        try test.connectHTTP1()
        try test.receive("POST /p HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nask\r\n")
        let service = try HTTP2Service(test.upstream())
        #expect(try service.received().last == "DATA 1 ask")
        try test.receive("0\r\nX-Sum: 3\r\n\r\n")
        #expect(try service.received() == ["HEADERS 1 x-sum: 3 END"])
        service.headers(1, [(":status", "103"), ("link", "x")])
        service.headers(1, [(":status", "200")])
        service.data(1, "ok")
        service.headers(1, [("x-sum", "2")], ends: true)
        #expect(
            try test.sentText()
                == "HTTP/1.1 103 \r\nlink: x\r\n\r\nHTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nok\r\n0\r\nx-sum: 2\r\n\r\n"
        )
        // The next request is another stream of the same connection.
        try test.receive("HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        #expect(try service.received().first?.hasPrefix("HEADERS 3 :method: HEAD") == true)
        service.headers(3, [(":status", "200"), ("content-length", "7")], ends: true)
        #expect(try test.sentText() == "HTTP/1.1 200 \r\ncontent-length: 7\r\n\r\n")
    }

    @Test func `A connection that takes nothing gets no other request, and ends with those that it has`() throws {
        let visitor = try Self.visit()
        try visitor.headers(1, Self.call, ends: false)
        let upstream = try visitor.test.upstream()
        upstream.setWritable(false)
        try visitor.headers(3, Self.call)
        #expect(visitor.test.upstreams.opened.count == 2)
        try visitor.reset(1)
        #expect(upstream.isAborted)
        #expect(try !visitor.test.upstream(1).isAborted)
    }

    @Test func `Nothing is left of a body that was taken back before it was sent`() throws {
        let visitor = try Self.visit()
        try visitor.headers(1, Self.call, ends: false)
        try visitor.headers(3, Self.call, ends: false)
        let service = try HTTP2Service(visitor.test.upstream(), settings: [(4, 0)])
        try visitor.data(1, "waits")
        let handler = try visitor.test.channel.pipeline.syncOperations.handler(type: HTTP2VisitorHandler.self)
        weak let link = handler.streams[1]?.exchange.link as? HTTP2Link
        #expect(link?.queue.bytes == 5)
        try visitor.reset(1)
        #expect(link == nil)
        #expect(try service.received().last == "RST 1 8")
    }

    @Test func `One that is taken back is taken back there, and the others go on`() throws {
        let visitor = try Self.visit()
        try visitor.headers(1, Self.call, ends: false)
        try visitor.headers(3, Self.call)
        #expect(visitor.test.upstreams.opened.count == 1)
        let service = try HTTP2Service(visitor.test.upstream())
        _ = try service.received()
        try visitor.reset(1)
        #expect(try service.received() == ["RST 1 8"])
        service.data(1, "late")
        service.headers(3, [(":status", "200")])
        service.data(3, "ok", ends: true)
        #expect(try visitor.receive() == ["HEADERS 3 :status: 200", "DATA 3 ok END"])
    }

    @Test func `A service that leaves is left, and what it has not seen goes to its next connection`() throws {
        let visitor = try Self.visit()
        try visitor.headers(1, HTTP2Visitor.get)
        try visitor.headers(3, HTTP2Visitor.get)
        let service = try HTTP2Service(visitor.test.upstream())
        service.send { $0.writeGoAway(lastStream: 1, .noError) }
        #expect(visitor.test.upstreams.opened.count == 2)
        let next = try HTTP2Service(visitor.test.upstream(1))
        next.headers(1, [(":status", "204")], ends: true)
        service.headers(1, [(":status", "200"), ("content-length", "0")], ends: true)
        #expect(
            try visitor.receive() == ["HEADERS 3 :status: 204 END", "HEADERS 1 :status: 200, content-length: 0 END"]
        )
    }

    @Test func `A body keeps to the service's window, and the visitor waits`() throws {
        let visitor = try Self.visit()
        try visitor.headers(1, Self.call, ends: false)
        let service = try HTTP2Service(visitor.test.upstream(), settings: [(4, 20_000)])
        for _ in 0..<4 { try visitor.data(1, String(repeating: "x", count: 16_000)) }
        #expect(try service.received().dropFirst() == ["DATA 1 (16000)", "DATA 1 (4000)"])
        // Three were taken before it was clear that the service is slow; the fourth is not given back.
        #expect(try visitor.receive().filter { $0.hasPrefix("WINDOW 1") } == ["WINDOW 1 48000"])
        for _ in 0..<2 { try visitor.data(1, String(repeating: "x", count: 16_000)) }
        #expect(try visitor.receive() == [])
        service.send {
            $0.writeWindowUpdate(0, increment: 100_000)
            $0.writeWindowUpdate(1, increment: 100_000)
        }
        #expect(try service.received().last == "DATA 1 (16000)")
        #expect(try visitor.receive() == ["WINDOW 1 48000"])
    }

    @Test func `What the visitor does not take is not asked for`() throws {
        let visitor = try Self.visit()
        try visitor.headers(1, Self.call)
        let service = try HTTP2Service(visitor.test.upstream())
        service.headers(1, [(":status", "200")])
        for _ in 0..<15 { service.data(1, String(repeating: "x", count: 16_000)) }
        // 65,535 bytes are on their way to the visitor; the rest waits, and its window with it.
        #expect(try service.received().filter { $0.hasPrefix("WINDOW 1") }.isEmpty)
        _ = try visitor.receive()
        try visitor.send {
            $0.writeWindowUpdate(0, increment: 1_000_000)
            $0.writeWindowUpdate(1, increment: 1_000_000)
        }
        _ = try visitor.receive()
        #expect(try service.received().contains { $0.hasPrefix("WINDOW 1") })
    }

    @Test(arguments: [
        [(":status", "20")], [("x", "1")], [(":status", "200"), ("x y", "1")],
        [(":status", "200"), ("connection", "x")],
        [(":status", "101")], [(":status", "200"), ("content-length", "1"), ("content-length", "2")],
    ])
    func `A head that no server may send is answered with 502`(fields: [(String, String)]) throws {
        let visitor = try Self.visit()
        try visitor.headers(1, HTTP2Visitor.get)
        let service = try HTTP2Service(visitor.test.upstream())
        _ = try service.received()
        service.headers(1, fields)
        #expect(try visitor.receive().first?.hasPrefix("HEADERS 1 :status: 502") == true)
        #expect(try service.received() == ["RST 1 1"])
    }

    @Test func `A connection that breaks ends what was on it`() throws {
        let visitor = try Self.visit()
        try visitor.headers(1, Self.call)
        try visitor.headers(3, Self.call)
        let service = try HTTP2Service(visitor.test.upstream())
        service.headers(1, [(":status", "200")])
        service.transport.end(.reset)
        let lines = try visitor.receive()
        #expect(lines.contains("RST 1 2"))
        #expect(lines.contains { $0.hasPrefix("HEADERS 3 :status: 502") || $0 == "RST 3 2" })
    }

    @Test func `An upgrade goes over HTTP/1.1`() throws {
        let test = try LoopUnderTest(upstreamProtocol: .http2)
        try test.connectHTTP1()
        try test.receive(
            "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        #expect(try test.upstream().takeText().hasPrefix("GET / HTTP/1.1\r\n"))
    }

    @Test func `An idle connection is closed after its time`() throws {
        let visitor = try Self.visit()
        try visitor.headers(1, HTTP2Visitor.get)
        let service = try HTTP2Service(visitor.test.upstream())
        service.headers(1, [(":status", "204")], ends: true)
        _ = try visitor.receive()
        _ = try service.received()
        visitor.test.tick(62)
        #expect(try service.received() == ["GOAWAY 0"])
        #expect(service.transport.isAborted)
    }
}
