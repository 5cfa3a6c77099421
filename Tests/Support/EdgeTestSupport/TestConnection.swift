package import NIOCore
import NIOPosix
package import NIOSSL
import NIOTLS

/// One end of a real TCP or TLS connection, read only as far as the test asks: what is not asked for stays in the
/// sockets, so that back pressure can be seen.
package final class TestConnection: Sendable {
    package let channel: any Channel
    private let handler: NIOLoopBound<Handler>

    private init(_ channel: any Channel, _ handler: NIOLoopBound<Handler>) {
        self.channel = channel
        self.handler = handler
    }

    // MARK: Making one

    /// Connects to a port of 127.0.0.1: over TLS where a context and a server name are given, and with a socket
    /// receive buffer of `receiveBufferBytes` where that is.
    package static func open(
        port: UInt16,
        tls: (context: NIOSSLContext, serverName: String)? = nil,
        receiveBufferBytes: Int? = nil
    ) async throws -> TestConnection {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: tls != nil)
            .channelOption(.allowRemoteHalfClosure, value: tls == nil)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        if let receiveBufferBytes {
            bootstrap = bootstrap.channelOption(
                .socketOption(.so_rcvbuf),
                value: SocketOptionValue(receiveBufferBytes)
            )
        }
        let channel = try await bootstrap.connect(host: "127.0.0.1", port: Int(port)) { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: tls.context, serverHostname: tls.serverName)
                    )
                }
                return try Self.install(in: channel)
            }
        }
        return channel
    }

    static func install(in channel: any Channel) throws -> TestConnection {
        let handler = Handler()
        try channel.pipeline.syncOperations.addHandler(handler)
        return TestConnection(channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
    }

    // MARK: Writing

    package func write(_ bytes: ByteBuffer) async throws {
        try await self.channel.writeAndFlush(bytes).get()
    }

    package func write(_ text: String) async throws {
        try await self.write(ByteBuffer(string: text))
    }

    /// Ends our direction.
    package func finish() async throws {
        try await self.channel.close(mode: .output).get()
    }

    package func close() async {
        // It may be closed already. TLS ends with a word of the peer's, which must be read.
        try? await self.channel.setOption(.autoRead, value: true).get()
        try? await self.channel.close().get()
    }

    // MARK: Reading

    /// The next bytes; nil at the end.
    package func next() async throws -> ByteBuffer? {
        try await self.channel.eventLoop.flatSubmit { [handler] in handler.value.next() }.get()
    }

    /// Bytes up to and with the first `delimiter`. What came behind it is kept.
    package func read(until delimiter: String) async throws -> String {
        let wanted = Array(delimiter.utf8)
        var all: [UInt8] = []
        while true {
            if let end = all.firstIndex(of: wanted) {
                self.unread(Array(all[end...]))
                return String(decoding: all[..<end], as: UTF8.self)
            }
            guard let bytes = try await self.next() else {
                throw UnexpectedEnd(read: String(decoding: all, as: UTF8.self))
            }
            all += bytes.readableBytesView
        }
    }

    package func read(count: Int) async throws -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count {
            guard let bytes = try await self.next() else { throw UnexpectedEnd(read: "\(all.count) of \(count) bytes") }
            all += bytes.readableBytesView
        }
        self.unread(Array(all[count...]))
        return Array(all[..<count])
    }

    /// Everything up to the end of the connection; how it ends does not matter.
    package func readToEnd() async throws -> [UInt8] {
        var all: [UInt8] = []
        while let bytes = try await self.next() { all += bytes.readableBytesView }
        return all
    }

    private func unread(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        self.channel.eventLoop.execute { [handler] in handler.value.unread(ByteBuffer(bytes: bytes)) }
    }

    package struct UnexpectedEnd: Error {
        package let read: String
    }

    // MARK: On the event loop

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private var context: ChannelHandlerContext?
        private var buffered: [ByteBuffer] = []
        private var waiting: EventLoopPromise<ByteBuffer?>?
        private var isEnded = false

        func handlerAdded(context: ChannelHandlerContext) {
            self.context = context
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            self.context = nil
            self.end()
        }

        func next() -> EventLoopFuture<ByteBuffer?> {
            let eventLoop = self.context?.eventLoop ?? MultiThreadedEventLoopGroup.singleton.next()
            if !self.buffered.isEmpty { return eventLoop.makeSucceededFuture(self.buffered.removeFirst()) }
            guard !self.isEnded, let context = self.context else { return eventLoop.makeSucceededFuture(nil) }
            let promise = eventLoop.makePromise(of: ByteBuffer?.self)
            self.waiting = promise
            context.read()
            return promise.futureResult
        }

        func unread(_ bytes: ByteBuffer) {
            self.buffered.insert(bytes, at: 0)
        }

        func channelActive(context: ChannelHandlerContext) {
            // A read that was asked for before the channel was registered was not heard.
            if self.waiting != nil { context.read() }
            context.fireChannelActive()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.buffered.append(Self.unwrapInboundIn(data))
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            guard let waiting = self.waiting else { return }
            guard !self.buffered.isEmpty else {
                // TLS took the bytes: its handshake needs more.
                context.read()
                return
            }
            self.waiting = nil
            waiting.succeed(self.buffered.removeFirst())
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { self.end() }
            // The handshake had to be read without being asked for.
            if case TLSUserEvent.handshakeCompleted = event {
                try? context.channel.syncOptions?.setOption(.autoRead, value: false)
            }
            context.fireUserInboundEventTriggered(event)
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.end()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        private func end() {
            self.isEnded = true
            let waiting = self.waiting
            self.waiting = nil
            if self.buffered.isEmpty { waiting?.succeed(nil) } else { waiting?.succeed(self.buffered.removeFirst()) }
        }
    }
}

extension [UInt8] {
    /// Where the part behind the first occurrence of `other` begins; nil where there is none.
    fileprivate func firstIndex(of other: [UInt8]) -> Int? {
        guard self.count >= other.count else { return nil }
        for start in 0...(self.count - other.count) where Array(self[start..<start + other.count]) == other {
            return start + other.count
        }
        return nil
    }
}
