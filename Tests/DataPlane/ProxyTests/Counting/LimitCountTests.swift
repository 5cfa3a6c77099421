import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy

/// Each limit is reached once, does what `docs/limits.md` says, and is counted by its name.
@Suite struct LimitCountTests {
    /// What a limit answers.
    enum Answer: Sendable {
        case status(Int)
        case closed
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let limit: Limit
        let answer: Answer
        let reach: @Sendable (LoopUnderTest) throws -> Void

        init(_ limit: Limit, _ answer: Answer, _ reach: @escaping @Sendable (LoopUnderTest) throws -> Void) {
            self.limit = limit
            self.answer = answer
            self.reach = reach
        }

        var testDescription: String { self.limit.rawValue }
    }

    private static let get = "GET / HTTP/1.1\r\nHost: a.test\r\n"

    private static func post(_ test: LoopUnderTest, _ fields: String) throws {
        try test.receive("POST / HTTP/1.1\r\nHost: a.test\r\n\(fields)\r\n\r\n")
    }

    private static let cases: [Case] = [
        Case(.headTimeout, .status(408)) {
            try $0.receive("GET / HTTP/1.1\r\n")
            $0.tick(41)
        },
        Case(.headBytes, .status(431)) { test in
            try test.receive(Self.get)
            for name in "abcdefg" { try test.receive("\(name): \(String(repeating: "x", count: 10_000))\r\n") }
        },
        Case(.headFields, .status(431)) {
            try $0.receive(Self.get + String(repeating: "x: y\r\n", count: 100) + "\r\n")
        },
        Case(.lineBytes, .status(414)) {
            try $0.receive("GET /\(String(repeating: "x", count: 16_384)) HTTP/1.1\r\nHost: a.test\r\n\r\n")
        },
        Case(.trailerBytes, .status(431)) {
            try Self.post($0, "Transfer-Encoding: chunked")
            try $0.receive("0\r\n" + String(repeating: "x: \(String(repeating: "y", count: 1000))\r\n", count: 20))
        },
        Case(.chunkExtensionBytes, .status(400)) {
            try Self.post($0, "Transfer-Encoding: chunked")
            try $0.receive("1;\(String(repeating: "x", count: 1024))\r\ny\r\n")
        },
        Case(.bodyIdleTimeout, .status(408)) {
            try Self.post($0, "Content-Length: 5")
            try $0.receive("1234")
            $0.tick(121)
        },
        Case(.bodyRate, .status(408)) {
            try Self.post($0, "Content-Length: 100000")
            for _ in 0..<31 {
                try $0.receive(String(repeating: "x", count: 480))
                $0.tick(4)
            }
        },
        Case(.lingerTimeout, .closed) {
            try Self.post($0, "Content-Length: 5")
            try $0.upstream().answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            $0.tick(21)
        },
        Case(.halfCloseGrace, .closed) {
            try $0.receive(Self.get + "\r\n")
            $0.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            $0.tick(13)
        },
        Case(.slowReaderTimeout, .closed) {
            try $0.receive(Self.get + "\r\n")
            try $0.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
            $0.channel.isWritable = false
            $0.channel.pipeline.fireChannelWritabilityChanged()
            $0.tick(121)
        },
        Case(.keepAliveTimeout, .closed) { $0.tick(241) },
        Case(.pipeIdleTimeout, .closed) {
            try $0.receive(Self.get + "Connection: upgrade\r\nUpgrade: echo\r\n\r\n")
            try $0.upstream().answer("HTTP/1.1 101 Fine\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
            $0.tick(1201)
        },
        Case(.waitingVisitors, .status(404)) { test in
            var configuration = ProxyConfiguration()
            configuration.limits.waitingVisitorsPerPool = 0
            test.loop.setLimits(configuration.limits)
            try test.serve([TestEndpoint("http://a.test", .held)])
            try test.receive(Self.get + "\r\n")
        },
    ]

    @Test(arguments: Self.cases) func `Over HTTP/1.1`(reached: Case) throws {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        try reached.reach(test)
        let answer = try test.sentText()
        #expect(test.loop.counters.count(of: reached.limit) == 1, "\(answer)")
        #expect(test.loop.counters.limitsReached == 1)
        switch reached.answer {
        case .status(let status): #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
        case .closed: #expect(!test.channel.isActive)
        }
    }

    // MARK: - HTTP/2

    struct HTTP2Case: Sendable, CustomTestStringConvertible {
        let limit: Limit
        /// A frame that the visitor gets; nil where the connection ends without one.
        let frame: String?
        let reach: @Sendable (HTTP2Visitor) throws -> Void

        init(_ limit: Limit, _ frame: String?, _ reach: @escaping @Sendable (HTTP2Visitor) throws -> Void) {
            self.limit = limit
            self.frame = frame
            self.reach = reach
        }

        var testDescription: String { self.limit.rawValue }
    }

    private static func frames(
        _ visitor: HTTP2Visitor,
        _ count: Int,
        _ kind: UInt8,
        stream: UInt32 = 0,
        flags: UInt8 = 0,
        payload: [UInt8] = []
    ) throws {
        try visitor.send {
            for _ in 0..<count {
                $0.writeFrameHeader(FrameHeader(length: payload.count, kind: kind, flags: flags, stream: stream))
                $0.writeBytes(payload)
            }
        }
    }

    private static let http2Cases: [HTTP2Case] = [
        HTTP2Case(.http2Streams, "RST 201 7") { visitor in
            for number in 0...100 { try visitor.headers(UInt32(2 * number + 1), HTTP2Visitor.get) }
        },
        HTTP2Case(.http2Pings, "GOAWAY 11") {
            try Self.frames($0, 101, FrameHeader.Kind.ping, payload: [0, 0, 0, 0, 0, 0, 0, 0])
        },
        // One has been sent with the preface.
        HTTP2Case(.http2SettingsFrames, "GOAWAY 11") { try Self.frames($0, 100, FrameHeader.Kind.settings) },
        HTTP2Case(.http2PriorityFrames, "GOAWAY 11") {
            try Self.frames($0, 101, FrameHeader.Kind.priority, stream: 1, payload: [0, 0, 0, 3, 0])
        },
        HTTP2Case(.http2WindowUpdates, "GOAWAY 11") {
            try Self.frames($0, 101, FrameHeader.Kind.windowUpdate, payload: [0, 0, 0, 1])
        },
        HTTP2Case(.http2UnknownFrames, "GOAWAY 11") { try Self.frames($0, 101, 0x77) },
        HTTP2Case(.http2Resets, "GOAWAY 11") { visitor in
            for number in 0...100 {
                try visitor.headers(UInt32(2 * number + 1), HTTP2Visitor.get)
                try visitor.reset(UInt32(2 * number + 1))
            }
        },
        HTTP2Case(.http2EmptyFrames, "GOAWAY 11") {
            try $0.headers(1, HTTP2Visitor.post, ends: false)
            try Self.frames($0, 2, FrameHeader.Kind.data, stream: 1)
        },
        HTTP2Case(.http2ContinuationFrames, "GOAWAY 11") {
            try Self.frames($0, 1, FrameHeader.Kind.headers, stream: 1)
            try Self.frames($0, 6, FrameHeader.Kind.continuation, stream: 1, payload: [0x82])
        },
        HTTP2Case(.http2QueuedFrames, nil) { visitor in
            visitor.test.channel.isWritable = false
            for _ in 0..<11 {
                try Self.frames(visitor, 100, FrameHeader.Kind.ping, payload: [0, 0, 0, 0, 0, 0, 0, 0])
                visitor.test.tick(4)
            }
        },
        HTTP2Case(.http2Windows, "RST 1 3") { visitor in
            try visitor.headers(1, HTTP2Visitor.post, ends: false)
            // The service takes nothing.
            try visitor.test.upstream().setWritable(false)
            for _ in 0..<5 { try visitor.data(1, String(repeating: "x", count: 16_000)) }
        },
        HTTP2Case(.http2IdleTimeout, "GOAWAY 0") { $0.test.tick(1201) },
        HTTP2Case(.http2PingTimeout, "GOAWAY 0") {
            try $0.headers(1, HTTP2Visitor.get)
            $0.test.tick(121 + 41)
        },
        HTTP2Case(.headTimeout, "GOAWAY 11") {
            try Self.frames($0, 1, FrameHeader.Kind.headers, stream: 1)
            $0.test.tick(41)
        },
        HTTP2Case(.headBytes, "DATA 1 (") { visitor in
            let fields = "abcdefg".map { ("\($0)", String(repeating: "x", count: 9000)) }
            try visitor.headers(1, HTTP2Visitor.get + fields)
        },
        HTTP2Case(.bodyIdleTimeout, "DATA 1 (") {
            try $0.headers(1, HTTP2Visitor.post, ends: false)
            // The visitor is there, and sends nothing of the body.
            for _ in 0..<4 {
                $0.test.tick(31)
                try Self.frames($0, 1, FrameHeader.Kind.ping, payload: [0, 0, 0, 0, 0, 0, 0, 0])
            }
        },
        HTTP2Case(.bodyRate, "DATA 1 (") {
            try $0.headers(1, HTTP2Visitor.post, ends: false)
            for _ in 0..<31 {
                try $0.data(1, String(repeating: "x", count: 480))
                $0.test.tick(4)
            }
        },
        HTTP2Case(.slowReaderTimeout, "RST 1 8") {
            try $0.headers(1, HTTP2Visitor.get)
            try $0.test.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n")
            try $0.test.upstream().answer(String(repeating: "x", count: 70_000))
            for _ in 0..<4 {
                $0.test.tick(31)
                try Self.frames($0, 1, FrameHeader.Kind.ping, payload: [0, 0, 0, 0, 0, 0, 0, 0])
            }
        },
    ]

    @Test(arguments: Self.http2Cases) func `Over HTTP/2`(reached: HTTP2Case) throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try reached.reach(visitor)
        let counters = visitor.test.loop.counters
        let frames = try visitor.receive().filter { !$0.hasPrefix("PING ACK") }
        #expect(counters.count(of: reached.limit) == 1, "\(frames)")
        #expect(counters.limitsReached == 1)
        guard let frame = reached.frame else {
            #expect(!visitor.test.channel.isActive)
            return
        }
        #expect(frames.contains { $0.hasPrefix(frame) }, "\(frames)")
    }

    @Test func `A service that does not accept a connection in time is 504, and each attempt counts`() throws {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        try test.receive(Self.get + "\r\n")
        for attempt in 0..<2 { try test.upstream(attempt).receiver?.transportEnded(.connectTimedOut) }
        #expect(try test.sentText().hasPrefix("HTTP/1.1 504 "))
        #expect(test.loop.counters.count(of: .connectTimeout) == 2)
    }

    // MARK: - Settings

    @Test func `A visitor is told the limits of HTTP/2 that are set, and held to them`() throws {
        var configuration = ProxyConfiguration()
        configuration.limits.http2Limits.concurrentStreams = 2
        configuration.limits.http2Limits.framesPerSecond = 3
        let test = try LoopUnderTest()
        test.loop.setLimits(configuration.limits)
        let visitor = try HTTP2Visitor(test)
        for stream in [1, 3, 5] as [UInt32] { try visitor.headers(stream, HTTP2Visitor.get) }
        #expect(try visitor.receive() == ["RST 5 7"])
        try Self.frames(visitor, 4, 0x77)
        #expect(try visitor.receive() == ["GOAWAY 11"])
    }

    @Test func `A body that pauses while the service takes nothing is not called slow`() throws {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        try Self.post(test, "Content-Length: 100000")
        try test.receive("begins")
        try test.upstream().setWritable(false)
        test.tick(400)
        try test.upstream().setWritable(true)
        for _ in 0..<40 {
            test.tick(4)
            try test.receive(String(repeating: "x", count: 501))
        }
        #expect(test.loop.counters.limitsReached == 0)
        #expect(try test.sentText().isEmpty)
    }
}
