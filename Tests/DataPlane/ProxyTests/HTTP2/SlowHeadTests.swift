import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy

/// Heads over HTTP/2 that come a byte now and then: from the first byte to the last there is one deadline.
@Suite struct SlowHeadTests {
    /// 2 s.
    private static let pause = 8

    private static func head(_ stream: UInt32) -> ByteBuffer {
        var frame = ByteBuffer()
        HTTP2Visitor.write(stream, HTTP2Visitor.get, ends: true, into: &frame)
        return frame
    }

    private static func trickle(_ bytes: ByteBuffer, to test: LoopUnderTest) throws {
        for byte in bytes.readableBytesView where test.channel.isActive {
            try test.channel.writeInbound(ByteBuffer(bytes: [byte]))
            test.tick(Self.pause)
        }
    }

    @Test func `A HEADERS frame`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try Self.trickle(Self.head(1), to: visitor.test)
        #expect(!visitor.test.channel.isActive)
        #expect(try visitor.receive() == ["GOAWAY 11"])
        #expect(visitor.test.loop.counters.count(of: .headTimeout) == 1)
    }

    @Test func `A CONTINUATION frame`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        var bytes = ByteBuffer()
        bytes.writeFrameHeader(FrameHeader(length: 0, kind: FrameHeader.Kind.headers, flags: 1, stream: 1))
        bytes.writeFrameHeader(FrameHeader(length: 1, kind: FrameHeader.Kind.continuation, flags: 4, stream: 1))
        try Self.trickle(bytes, to: visitor.test)
        #expect(!visitor.test.channel.isActive)
        #expect(visitor.test.loop.counters.count(of: .headTimeout) == 1)
    }

    @Test(arguments: [1, 20, 30]) func `What a connection begins with`(count: Int) throws {
        let test = try LoopUnderTest()
        try test.channel.pipeline.syncOperations.addHandler(
            HTTP2VisitorHandler(loop: test.loop, visitor: LoopUnderTest.plain)
        )
        try test.channel.connect(to: SocketAddress(unixDomainSocketPath: "/visitor")).wait()
        var opening = ByteBuffer()
        opening.writeStaticString(FrameReader.preface)
        opening.writeSettings([])
        try test.channel.writeInbound(opening.readSlice(length: count))
        test.tick(41)
        #expect(!test.channel.isActive)
        #expect(test.loop.counters.count(of: .headTimeout) == 1)
    }

    @Test func `One head that is cut, and another, and another, are each in time`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        var rest = Self.head(1)
        let cut = 15
        try visitor.test.channel.writeInbound(rest.readSlice(length: cut))
        for number in 1..<20 {
            visitor.test.tick(Self.pause)
            var next = Self.head(UInt32(2 * number + 1))
            var bytes = rest
            if let beginning = next.readSlice(length: cut) { bytes.writeImmutableBuffer(beginning) }
            rest = next
            try visitor.test.channel.writeInbound(bytes)
        }
        #expect(visitor.test.channel.isActive)
        #expect(visitor.test.upstreams.opened.count == 19)
    }

    /// A body may stop in the middle of a frame; how long is another limit's.
    @Test func `A frame of a body that is cut is no head`() throws {
        let visitor = try HTTP2Visitor(LoopUnderTest())
        try visitor.headers(1, HTTP2Visitor.post, ends: false)
        var frame = ByteBuffer()
        frame.writeFrameHeader(FrameHeader(length: 5, kind: FrameHeader.Kind.data, flags: 0, stream: 1))
        try visitor.test.channel.writeInbound(frame.readSlice(length: 7))
        visitor.test.tick(60)
        #expect(visitor.test.channel.isActive)
    }
}
