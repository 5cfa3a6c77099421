import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy

/// A visitor's HTTP/2 connection, from frames to what an upstream of HTTP/1.1 sees, and back.
@Suite struct HTTP2VisitorTests {
    private static let forwarded =
        "X-Forwarded-For: unknown\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: a.test\r\n\r\n"

    @Test func `A request goes up as HTTP/1.1, and its answer comes down as frames`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.get + [("te", "trailers"), ("x-one", "1")])
        let upstream = try visitor.test.upstream()
        #expect(
            upstream.takeText()
                == "GET / HTTP/1.1\r\nhost: a.test\r\nx-one: 1\r\nTE: trailers\r\nConnection: TE\r\n" + Self.forwarded
        )
        upstream.answer("HTTP/1.1 200 OK\r\nServer: x\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")
        #expect(
            try visitor.receive() == ["HEADERS 1 :status: 200, server: x, content-length: 2", "DATA 1 ok END"]
        )
        // The connection to the service is used again.
        try visitor.headers(3, HTTP2Visitor.get)
        #expect(upstream.takeText().hasPrefix("GET / "))
        upstream.answer("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(try visitor.receive() == ["HEADERS 3 :status: 204 END"])
    }

    @Test func `Interim answers, chunks and trailers are translated in both directions`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.post + [("expect", "100-continue")], ends: false)
        let upstream = try visitor.test.upstream()
        #expect(upstream.takeText().contains("\r\nTransfer-Encoding: chunked\r\n"))
        upstream.answer("HTTP/1.1 100 Continue\r\n\r\n")
        #expect(try visitor.receive() == ["HEADERS 1 :status: 100"])
        try visitor.data(1, "hello")
        try visitor.headers(1, [("x-sum", "5"), ("content-length", "9")])
        #expect(upstream.takeText() == "5\r\nhello\r\n0\r\nx-sum: 5\r\n\r\n")
        upstream.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 2\r\n\r\n")
        #expect(try visitor.receive() == ["HEADERS 1 :status: 200", "DATA 1 ok", "HEADERS 1 x-sum: 2 END"])
    }

    @Test func `A length that is told is kept to, or the upstream never sees a whole request`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        for (stream, body) in [(1, "abcd"), (3, "ab")] as [(UInt32, String)] {
            try visitor.headers(stream, HTTP2Visitor.post + [("content-length", "3")], ends: false)
            let upstream = try #require(visitor.test.upstreams.opened.last)
            #expect(upstream.takeText().contains("\r\ncontent-length: 3\r\n"))
            try visitor.data(stream, body, ends: true)
            #expect(try visitor.receive() == ["RST \(stream) 1"])
            #expect(upstream.isAborted)
            #expect(upstream.takeText().isEmpty)
        }
    }

    @Test func `A large answer keeps to the visitor's windows, and the upstream waits`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.get)
        let upstream = try visitor.test.upstream()
        upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n")
        for _ in 0..<2 { upstream.answer(String(repeating: "x", count: 50_000)) }
        func count(_ lines: [String]) -> Int {
            lines.compactMap { Int($0.split(separator: "(").last?.prefix { $0.isNumber } ?? "") }.reduce(0, +)
        }
        #expect(count(try visitor.receive()) == 65_535)
        #expect(!upstream.isReading)
        try visitor.credit(1, 1 << 20)
        #expect(try visitor.receive() == [])
        try visitor.credit(0, 1 << 20)
        #expect(count(try visitor.receive()) == 100_000 - 65_535)
        #expect(upstream.isReading)
        upstream.answer(String(repeating: "x", count: 100_000))
        let rest = try visitor.receive()
        #expect(count(rest) == 100_000)
        #expect(rest.last?.hasSuffix(" END") == true)
    }

    @Test func `Streams send in turn, none waits for another to end`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.credit(0, 1 << 20)
        for stream in [1, 3] as [UInt32] { try visitor.headers(stream, HTTP2Visitor.get) }
        for index in 0..<2 {
            try visitor.test.upstream(index).answer("HTTP/1.1 200 OK\r\nContent-Length: 120000\r\n\r\n")
            try visitor.test.upstream(index).answer(String(repeating: "x", count: 120_000))
        }
        _ = try visitor.receive()
        try visitor.send {
            $0.writeWindowUpdate(1, increment: 40_000)
            $0.writeWindowUpdate(3, increment: 40_000)
        }
        let order = try visitor.receive().map { $0.split(separator: " ")[1] }
        #expect(order.prefix(4) == ["1", "3", "1", "3"])
    }

    @Test func `A body that the upstream does not take is not asked for`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.post, ends: false)
        let upstream = try visitor.test.upstream()
        upstream.setWritable(false)
        for _ in 0..<4 { try visitor.data(1, String(repeating: "x", count: 16_000)) }
        #expect(try visitor.receive() == [])
        upstream.setWritable(true)
        #expect(try visitor.receive() == ["WINDOW 1 64000"])
        for _ in 0..<4 { try visitor.data(1, String(repeating: "x", count: 16_000)) }
        upstream.setWritable(false)
        // Beyond its window is beyond what it may.
        for _ in 0..<5 { try visitor.data(1, String(repeating: "x", count: 16_000)) }
        #expect(try visitor.receive().contains("RST 1 3"))
    }

    @Test func `A visitor that resets a stream ends its exchange, and the others go on`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.get)
        try visitor.headers(3, HTTP2Visitor.get)
        try visitor.reset(1)
        #expect(try visitor.test.upstream(0).isAborted)
        try visitor.test.upstream(1).answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(try visitor.receive() == ["HEADERS 3 :status: 200, content-length: 0 END"])
    }

    @Test func `An answer that comes before the end of its request ends it`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.post, ends: false)
        try visitor.test.upstream().answer("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        #expect(try visitor.receive() == ["HEADERS 1 :status: 413, content-length: 0 END", "RST 1 0"])
        // What was on its way is let pass.
        try visitor.data(1, "abc", ends: true)
        #expect(try visitor.receive() == [])
    }

    @Test func `An answer that breaks off never looks whole`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.get)
        try visitor.test.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
        try visitor.test.upstream().end(.reset)
        #expect(try visitor.receive() == ["HEADERS 1 :status: 200, content-length: 5", "DATA 1 ab", "RST 1 2"])
    }

    @Test func `Failures are answered with their code`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.get.map { $0.0 == ":authority" ? ($0.0, "b.test") : $0 })
        try visitor.headers(3, HTTP2Visitor.get.map { $0.0 == ":method" ? ($0.0, "CONNECT") : $0 })
        try visitor.headers(5, HTTP2Visitor.get + (0..<120).map { ("x-\($0)", "1") })
        try visitor.headers(7, HTTP2Visitor.get + (0..<4).map { ("x-\($0)", String(repeating: "v", count: 15_500)) })
        let heads = try visitor.receive().filter { $0.hasPrefix("HEADERS") }
        let statuses = ["1 :status: 404", "3 :status: 405", "5 :status: 431", "7 :status: 431"]
        #expect(heads.map { String($0.split(separator: ",")[0]) } == statuses.map { "HEADERS \($0)" })
        #expect(heads[0].contains("ngrok-error-code: ERR_NGROK_3200"))
    }

    @Test func `A host of another account than the connection's is misdirected`() throws {
        let test = try LoopUnderTest(
            hosts: [("a.test", "ac_1"), ("b.test", "ac_2"), ("c.test", "ac_1")],
            scheme: "https"
        )
        let visitor = try HTTP2Visitor(test, visitor: LoopUnderTest.secure, serverName: "a.test")
        for (index, host) in ["A.test", "b.test", "c.test"].enumerated() {
            try visitor.headers(
                UInt32(index * 2 + 1),
                HTTP2Visitor.get.map { $0.0 == ":authority" ? ($0.0, host) : $0 }
            )
        }
        #expect(try visitor.receive().first?.hasPrefix("HEADERS 3 :status: 421") == true)
        #expect(test.upstreams.opened.map(\.bindID) == ["a.test", "c.test"])
    }

    @Test func `A WebSocket is a pipe inside a stream`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        let connect = [
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":authority", "a.test"),
            (":path", "/chat"), ("sec-websocket-version", "13"),
        ]
        try visitor.headers(1, connect, ends: false)
        let upstream = try visitor.test.upstream()
        #expect(upstream.takeText().contains("\r\nConnection: upgrade\r\n"))
        try visitor.data(1, "early")
        #expect(upstream.takeText().isEmpty)
        upstream.answer(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                + "Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: p\r\n\r\nhello"
        )
        #expect(upstream.takeText() == "early")
        #expect(try visitor.receive() == ["HEADERS 1 :status: 200, sec-websocket-protocol: p", "DATA 1 hello"])
        try visitor.data(1, "bye", ends: true)
        #expect(upstream.takeText() == "bye")
        #expect(upstream.hasFinished)
        upstream.answer("end")
        upstream.receiver?.transportReceivedEnd()
        #expect(try visitor.receive() == ["DATA 1 end END"])

        // A service that does not switch has opened nothing.
        try visitor.headers(3, connect, ends: false)
        try visitor.test.upstream(1).answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        #expect(try visitor.receive().first?.hasPrefix("HEADERS 3 :status: 502") == true)
    }

    @Test func `A drain lets what was begun end, and what was on its way begin`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.get)
        visitor.test.loop.drain()
        #expect(try visitor.receive() == ["GOAWAY 0", "PING 2"])
        try visitor.headers(3, HTTP2Visitor.get)
        try visitor.send { $0.writePing(2, isAcknowledgement: true) }
        #expect(try visitor.receive() == ["GOAWAY 0"])
        try visitor.headers(5, HTTP2Visitor.get)
        #expect(visitor.test.upstreams.opened.count == 2)
        for index in 0..<2 { try visitor.test.upstream(index).answer("HTTP/1.1 204 No Content\r\n\r\n") }
        #expect(try visitor.receive() == ["HEADERS 1 :status: 204 END", "HEADERS 3 :status: 204 END"])
        #expect(!visitor.test.channel.isActive)
    }

    @Test func `Requests that are taken back at once are stopped before they cost more`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        for index in 0..<200 where visitor.test.channel.isActive {
            try visitor.send {
                HTTP2Visitor.write(UInt32(index * 2 + 1), HTTP2Visitor.get, ends: true, into: &$0)
                $0.writeReset(UInt32(index * 2 + 1), .cancel)
            }
        }
        #expect(try visitor.receive().last == "GOAWAY 11")
        #expect(!visitor.test.channel.isActive)
        #expect(visitor.test.upstreams.opened.count <= 101)
    }

    @Test func `More streams than may be open are refused`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        for index in 0..<102 { try visitor.headers(UInt32(index * 2 + 1), HTTP2Visitor.get) }
        #expect(try visitor.receive() == ["RST 201 7", "RST 203 7"])
    }

    @Test func `A silent visitor is asked whether it is there, and closed when it is not`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.get)
        visitor.test.tick(121)
        #expect(try visitor.receive() == ["PING 1"])
        try visitor.send { $0.writePing(1, isAcknowledgement: true) }
        visitor.test.tick(121)
        #expect(try visitor.receive() == ["PING 1"])
        visitor.test.tick(41)
        #expect(try visitor.receive() == ["GOAWAY 0"])
        #expect(!visitor.test.channel.isActive)
    }

    @Test func `A connection without a stream is closed when it has been idle for its time`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.get)
        try visitor.test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        _ = try visitor.receive()
        visitor.test.tick(1199)
        #expect(visitor.test.channel.isActive)
        visitor.test.tick(3)
        #expect(try visitor.receive() == ["GOAWAY 0"])
    }
}
