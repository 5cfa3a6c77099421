import Addressing
import NIOCore
import NIOEmbedded
import Preamble
import Testing

@Suite struct ClientHelloHandlerTests {
    /// What the owner was told, and what reached those behind the handler.
    private final class Record: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        var outcomes: [ClientHelloHandler.Outcome] = []
        var bytes: [UInt8] = []
        var events: [String] = []

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.bytes += Array(Self.unwrapInboundIn(data).readableBytesView)
            self.events.append("bytes")
        }

        func channelReadComplete(context: ChannelHandlerContext) { self.events.append("complete") }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { self.events.append("end") }
        }

        func channelInactive(context: ChannelHandlerContext) { self.events.append("inactive") }
    }

    /// Counts the reads that get as far as the socket.
    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        var count = 0

        func read(context: ChannelHandlerContext) {
            self.count += 1
            context.read()
        }
    }

    private let record = Record()
    private let reads = ReadCounter()
    private let handler: ClientHelloHandler
    private let channel: EmbeddedChannel

    init() throws {
        let record = self.record
        self.handler = ClientHelloHandler { record.outcomes.append($0) }
        self.channel = EmbeddedChannel(handlers: [self.reads, self.handler, record])
        try self.channel.connect(to: SocketAddress(unixDomainSocketPath: "/visitor")).wait()
    }

    private func remove() throws {
        try self.channel.pipeline.syncOperations.removeHandler(self.handler).wait()
    }

    @Test func `The owner is told once, and those behind get every byte after the removal`() throws {
        let bytes = ClientHelloBytes().records()
        try self.channel.writeInbound(ByteBuffer(bytes: bytes[..<50]))
        #expect(self.record.outcomes.isEmpty)
        try self.channel.writeInbound(ByteBuffer(bytes: bytes[50...]))
        try self.channel.writeInbound(ByteBuffer(bytes: [1, 2, 3]))
        #expect(self.record.outcomes.count == 1)
        guard case .hello(let hello)? = self.record.outcomes.first else {
            Issue.record("told \(self.record.outcomes)")
            return
        }
        #expect(hello.host?.text == "a.example.com")
        #expect(self.record.events.isEmpty)
        try self.remove()
        #expect(self.record.bytes == bytes + [1, 2, 3])
        #expect(self.record.events == ["bytes", "complete"])
        try self.channel.writeInbound(ByteBuffer(bytes: [4]))
        #expect(self.record.bytes.last == 4)
    }

    @Test func `The owner may remove the handler while it is told`() throws {
        let channel = EmbeddedChannel()
        let record = Record()
        let handler = ClientHelloHandler { [unowned channel] outcome in
            record.outcomes.append(outcome)
            channel.pipeline.context(handlerType: ClientHelloHandler.self).whenSuccess { context in
                context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            }
        }
        try channel.pipeline.syncOperations.addHandlers([handler, record])
        try channel.writeInbound(ByteBuffer(bytes: ClientHelloBytes().records()))
        #expect(record.outcomes.count == 1)
        #expect(record.bytes == ClientHelloBytes().records())
    }

    @Test func `No read is let through between the outcome and the removal`() throws {
        self.channel.read()
        #expect(self.reads.count == 1)
        try self.channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\n"))
        #expect(self.record.outcomes == [.notTLS])
        #expect(self.handler.received == ByteBuffer(string: "GET / HTTP/1.1\r\n"))
        self.channel.read()
        self.channel.read()
        #expect(self.reads.count == 1)
        try self.remove()
        #expect(self.reads.count == 2)
    }

    @Test func `The owner's deadline counts only while nothing is known`() throws {
        self.handler.deadlinePassed()
        self.handler.deadlinePassed()
        #expect(self.record.outcomes == [.timedOut])
        try self.channel.writeInbound(ByteBuffer(bytes: ClientHelloBytes().records()))
        #expect(self.record.outcomes == [.timedOut])
    }

    @Test func `An end before the hello is an outcome`() throws {
        try self.channel.writeInbound(ByteBuffer(bytes: [22, 3, 1]))
        self.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(self.record.outcomes == [.ended])
        self.channel.pipeline.fireChannelInactive()
        #expect(self.record.outcomes == [.ended])
        #expect(self.record.events == ["inactive"])
    }

    @Test func `A half-close that came before the removal is seen after the bytes`() throws {
        let bytes = ClientHelloBytes().records()
        try self.channel.writeInbound(ByteBuffer(bytes: bytes))
        self.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(self.record.events.isEmpty)
        try self.remove()
        #expect(self.record.events == ["bytes", "complete", "end"])
    }

    @Test func `What breaks TLS is an outcome`() throws {
        try self.channel.writeInbound(ByteBuffer(bytes: [22, 3, 1, 0, 0]))
        #expect(self.record.outcomes == [.invalid])
    }
}
