import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy

/// When an upstream is not read on for a visitor that does not take what there is.
@Suite struct BackPressureTests {
    /// A visitor with an answer under way, in the middle of a batch of reads from its upstream.
    private static func inBatch() throws -> (test: LoopUnderTest, upstream: FakeTransport) {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        let upstream = try test.upstream()
        upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx")
        upstream.receiver?.transportReceived(ByteBuffer(string: "y"))
        return (test, upstream)
    }

    private static func set(_ isWritable: Bool, _ test: LoopUnderTest) {
        test.channel.isWritable = isWritable
        test.channel.pipeline.fireChannelWritabilityChanged()
    }

    @Test func `What a batch brings and its flush takes away stops nothing`() throws {
        let (test, upstream) = try Self.inBatch()
        Self.set(false, test)
        #expect(upstream.isReading)
        Self.set(true, test)
        upstream.receiver?.transportReadComplete()
        #expect(upstream.isReading)
    }

    @Test func `What is left behind the flush stops the upstream until the visitor takes it`() throws {
        let (test, upstream) = try Self.inBatch()
        Self.set(false, test)
        upstream.receiver?.transportReadComplete()
        #expect(!upstream.isReading)
        Self.set(true, test)
        #expect(upstream.isReading)
        Self.set(false, test)
        #expect(!upstream.isReading)
    }
}
