import Foundation
import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy

/// Visitors that ask and ask, and read none of the answers: what waits for them has a bound.
@Suite struct UnreadAnswerTests {
    private static let missing = "GET / HTTP/1.1\r\nHost: b.test\r\n\r\n"
    private static let missingHead = [
        (":method", "HEAD"), (":scheme", "http"), (":authority", "b.test"), (":path", "/"),
    ]

    private static func set(_ isWritable: Bool, _ test: LoopUnderTest) {
        test.channel.isWritable = isWritable
        test.channel.pipeline.fireChannelWritabilityChanged()
    }

    private static func answers(_ test: LoopUnderTest) throws -> Int {
        try test.sentText().components(separatedBy: "HTTP/1.1 404 ").count - 1
    }

    @Test func `Requests sent ahead are answered as fast as the visitor reads`() throws {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        Self.set(false, test)
        for _ in 0..<4 { try test.receive(String(repeating: Self.missing, count: 500)) }
        #expect(try Self.answers(test) == 0)
        #expect(!test.readsFromVisitor)
        Self.set(true, test)
        #expect(try Self.answers(test) == 2000)
        #expect(test.readsFromVisitor)
        try test.receive(Self.missing)
        #expect(try Self.answers(test) == 1)
    }

    @Test func `A visitor with requests ahead that reads nothing is closed`() throws {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        Self.set(false, test)
        try test.receive(Self.missing + Self.missing)
        test.tick(121)
        #expect(!test.channel.isActive)
        #expect(test.loop.counters.count(of: .slowReaderTimeout) == 1)
    }

    @Test func `Heads over HTTP/2 have no window, and are counted`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        visitor.test.channel.isWritable = false
        for number in 0..<1000 { try visitor.headers(UInt32(2 * number + 1), Self.missingHead) }
        #expect(visitor.test.channel.isActive)
        try visitor.headers(2001, Self.missingHead)
        #expect(!visitor.test.channel.isActive)
        #expect(visitor.test.loop.counters.count(of: .http2QueuedFrames) == 1)
    }

    @Test func `Large heads count for more`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        visitor.test.channel.isWritable = false
        let field = "x: \(String(repeating: "y", count: 10_000))\r\n"
        for number in 0..<90 where visitor.test.channel.isActive {
            try visitor.headers(UInt32(2 * number + 1), HTTP2Visitor.get)
            try visitor.test.upstream().answer("HTTP/1.1 204 Fine\r\n\(field)\(field)\r\n")
        }
        #expect(!visitor.test.channel.isActive)
    }

    @Test func `Whoever reads is told the heads of any number of answers`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        for number in 0..<3000 { try visitor.headers(UInt32(2 * number + 1), Self.missingHead) }
        #expect(try visitor.receive().count == 3000)
    }

    @Test func `A connection that is given up ends, though nobody reads why`() throws {
        let test = try LoopUnderTest()
        try test.channel.pipeline.syncOperations.addHandler(FullPipe())
        let visitor = try HTTP2Visitor(test, isHeard: false)
        try visitor.send { for word in 0...100 { $0.writePing(UInt64(word), isAcknowledgement: false) } }
        #expect(test.channel.isActive)
        #expect(test.loop.counters.count(of: .http2Pings) == 1)
        test.tick(21)
        #expect(!test.channel.isActive)
        #expect(test.loop.counters.count(of: .lingerTimeout) == 1)
    }

    /// What is written never goes out, as on a connection whose other end does not read.
    private final class FullPipe: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private var promises: [EventLoopPromise<Void>] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if let promise { self.promises.append(promise) }
        }

        func flush(context: ChannelHandlerContext) {}

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            let promises = self.promises
            self.promises = []
            for promise in promises { promise.fail(ChannelError.ioOnClosedChannel) }
            context.close(mode: mode, promise: promise)
        }
    }
}
