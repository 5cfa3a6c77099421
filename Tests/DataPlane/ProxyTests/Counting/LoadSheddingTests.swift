import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy

@Suite struct LoadSheddingTests {
    private static func shedding(_ lags: [Int64]) -> LoadShedding {
        var shedding = LoadShedding()
        for lag in lags { shedding.noteTick(late: lag, limit: 50) }
        return shedding
    }

    @Test func `A loop that was late for less than a second refuses nothing`() {
        #expect(!Self.shedding([51, 51, 51]).isActive)
        #expect(!Self.shedding([60_000]).isActive)
        #expect(!Self.shedding(Array(repeating: [51, 50], count: 100).flatMap(\.self)).isActive)
    }

    @Test func `A late tick stands for the time that has passed, and one in time between does not hide it`() {
        #expect(Self.shedding([1000, 1000]).share == 4)
        #expect(Self.shedding([800, 20, 900, 700, 800]).share == 8)
    }

    @Test func `The longer it is late the more it refuses, and never all`() {
        let shares = (4...14).map { Self.shedding(Array(repeating: 60, count: $0)).share }
        #expect(shares == [2, 4, 6, 8, 10, 12, 14, 14, 14, 14, 14])
    }

    @Test func `In time again, it takes back what it refuses step by step`() {
        let late = Array(repeating: Int64(60), count: 5)
        #expect((0...5).map { Self.shedding(late + Array(repeating: 3, count: $0)).share } == [4, 3, 2, 1, 0, 0])
    }

    @Test func `Chance decides whom it meets, in the share that is said`() {
        let shedding = Self.shedding(Array(repeating: 60, count: 5))
        let refused = (0..<160).filter { shedding.refusal(chance: $0, waiting: 0) == .loopLag }
        #expect(refused.count == 40)
    }

    @Test(arguments: [
        (0, LoadShedding.Memory.enough), (899, .enough), (900, .short), (949, .short), (950, .exhausted),
        (5000, .exhausted),
    ])
    func `Near the budget new requests are refused, and at its end connections`(
        resident: Int,
        memory: LoadShedding.Memory
    ) {
        #expect(LoadShedding.Memory(resident: resident, budget: 1000) == memory)
    }

    @Test func `A request that is refused is told when to come again, and those before it go on`() throws {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        try test.receive("GET /first HTTP/1.1\r\nHost: a.test\r\n\r\n")
        test.loop.note(.short)
        try test.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(try test.sentText().hasPrefix("HTTP/1.1 200 OK\r\n"))
        try test.receive("GET /second HTTP/1.1\r\nHost: a.test\r\n\r\n")
        let answer = try test.sentText()
        #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(answer.contains("\r\nRetry-After: 5\r\n"))
        #expect(answer.contains("\r\nngrok-error-code: ERR_NGROK_743\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(test.loop.counters.count(of: .memory) == 1)
        #expect(test.upstreams.opened.count == 1)
    }

    @Test func `A loop that is late has had no time to spare, however long it stood still`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        for number in 0..<40 { try visitor.headers(UInt32(2 * number + 1), HTTP2Visitor.get) }
        let test = visitor.test
        for _ in 0..<8 { test.loop.tick(late: 30, busy: 0.5) }
        #expect(!test.loop.shedding.queue.isActive)
        for _ in 0..<8 { test.loop.tick(late: 300, busy: 0.5) }
        #expect(test.loop.shedding.queue.isActive)
    }

    @Test func `Over HTTP/2 the refused stream ends, and the connection takes others`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.get)
        for _ in 0..<11 { visitor.test.loop.tick(late: 1000) }
        var refused: UInt32 = 3
        while visitor.test.loop.counters.count(of: .loopLag) == 0, refused < 401 {
            try visitor.headers(refused, HTTP2Visitor.get)
            refused += 2
        }
        let frames = try visitor.receive()
        #expect(!frames.contains { $0.hasPrefix("GOAWAY") })
        let head = try #require(frames.first { $0.contains(":status: 503") })
        #expect(head.contains("retry-after: 5"))
        for _ in 0..<20 { visitor.test.loop.tick() }
        let before = visitor.test.upstreams.opened.count
        try visitor.headers(refused, HTTP2Visitor.get)
        #expect(visitor.test.upstreams.opened.count == before + 1)
    }

    @Test func `Over HTTP/2 the refused stream ends, and without memory its connection too, and the rest goes on`()
        throws
    {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.get)
        visitor.test.loop.note(.short)
        try visitor.headers(3, HTTP2Visitor.get)
        let frames = try visitor.receive()
        #expect(frames.contains("GOAWAY 0"))
        #expect(frames.contains { $0.contains(":status: 503") })
        for upstream in visitor.test.upstreams.opened {
            upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        #expect(try visitor.receive().first?.hasPrefix("HEADERS 1 :status: 200") == true)
        #expect(!visitor.test.channel.isActive)
    }

    @Test func `Requests that wait on a loop without time to spare keep new ones out, until they are answered`() throws
    {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        let loop = visitor.test.loop
        for stream in 0..<40 { try visitor.headers(UInt32(2 * stream + 1), HTTP2Visitor.get) }
        #expect(loop.recent.count == 40)
        for _ in 0..<8 { loop.tick(busy: 0.5) }
        #expect(!loop.shedding.isActive)
        for _ in 0..<8 { loop.tick(busy: 1) }
        #expect(loop.shedding.queue.probability > 0.9)
        var refused: UInt32 = 81
        while loop.counters.count(of: .standingQueue) == 0, refused < 181 {
            try visitor.headers(refused, HTTP2Visitor.get)
            refused += 2
        }
        #expect(loop.counters.count(of: .standingQueue) == 1)
        #expect(try visitor.receive().contains { $0.contains(":status: 503") })
        let letIn = loop.recent.count
        for upstream in visitor.test.upstreams.opened.prefix(letIn) {
            upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole")
        }
        #expect(loop.recent.count == 0)
        for _ in 0..<20 { loop.tick(busy: 1) }
        #expect(!loop.shedding.isActive)
    }

    @Test func `A large answer, an old request and one whose visitor has gone are no queue`() throws {
        let large = try LoopUnderTest()
        try large.connectHTTP1()
        try large.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        #expect(large.loop.recent.count == 1)
        let enough = String(repeating: "x", count: 256 << 10)
        try large.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n")
        try large.upstream().answer(String(enough.dropLast()))
        #expect(large.loop.recent.count == 1)
        try large.upstream().answer("x")
        #expect(large.loop.recent.count == 0)
        #expect(large.loop.recent.takeAnswered() == 1)

        let slow = try LoopUnderTest()
        try slow.connectHTTP1()
        try slow.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        slow.channel.isWritable = false
        slow.channel.pipeline.fireChannelWritabilityChanged()
        #expect(slow.loop.recent.count == 0)

        let old = try LoopUnderTest()
        try old.connectHTTP1()
        try old.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        for _ in 0..<39 { old.loop.tick() }
        #expect(old.loop.recent.count == 1)
        old.loop.tick()
        #expect(old.loop.recent.count == 0)
        try old.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(old.loop.recent.count == 0)

        let gone = try LoopUnderTest()
        try gone.connectHTTP1()
        try gone.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        try gone.channel.close().wait()
        #expect(gone.loop.recent.count == 0)
        #expect(gone.loop.recent.takeAnswered() == 0)
    }

    @Test func `A connection beyond what is comfortable is told so, and ends`() throws {
        let test = try LoopUnderTest()
        let visitor = Visitor(address: nil, local: nil, isSecure: false, isSurplus: true)
        try test.channel.pipeline.syncOperations.addHandler(HTTP1VisitorHandler(loop: test.loop, visitor: visitor))
        try test.channel.connect(to: SocketAddress(unixDomainSocketPath: "/visitor")).wait()
        try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\nAccept: text/html\r\n\r\n")
        let answer = try test.sentText()
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.contains("ERR_NGROK_714"))
        #expect(answer.contains("<!doctype html>"))
        #expect(test.upstreams.opened.isEmpty)
    }
}
