import NIOCore
import NIOPosix
import NIOSSL
import Portico
import Synchronization

/// A service on a loopback port that a test speaks for: it hands out its connections, and answers nothing itself.
final class TestUpstream: Sendable {
    /// One accepted connection.
    final class Peer: Sendable {
        let channel: any Channel
        private let events: AsyncStream<Event>

        enum Event: Sendable {
            case bytes(ByteBuffer)
            case end
            case closed
        }

        init(_ channel: any Channel, _ events: AsyncStream<Event>) {
            self.channel = channel
            self.events = events
        }

        func write(_ text: String) async throws {
            try await self.channel.writeAndFlush(ByteBuffer(string: text))
        }

        func finish() async throws {
            try await self.channel.close(mode: .output)
        }

        /// The next `count` bytes as text.
        func read(_ count: Int) async -> String {
            var text = ""
            for await event in self.events {
                guard case .bytes(let bytes) = event else { break }
                text += String(buffer: bytes)
                if text.utf8.count >= count { break }
            }
            return text
        }

        /// The next `count` bytes or more.
        func readBytes(_ count: Int) async -> [UInt8] {
            var read: [UInt8] = []
            for await event in self.events {
                guard case .bytes(let bytes) = event else { break }
                read += Array(buffer: bytes)
                if read.count >= count { break }
            }
            return read
        }

        /// How many bytes come until the agent's end.
        func countAll() async -> Int {
            var count = 0
            for await event in self.events {
                guard case .bytes(let bytes) = event else { break }
                count += bytes.readableBytes
            }
            return count
        }

        /// Begins to read.
        func resume() async throws {
            try await self.channel.setOption(.autoRead, value: true).get()
        }

        /// Everything until the agent's end of output, or until the connection is closed.
        func readAll() async -> String {
            var text = ""
            for await event in self.events {
                guard case .bytes(let bytes) = event else { break }
                text += String(buffer: bytes)
            }
            return text
        }

        /// Waits until the connection is closed.
        func closed() async {
            // A connection that was reset has failed, and is closed all the same.
            try? await self.channel.closeFuture.get()
        }
    }

    let port: Int
    private let listener: any Channel
    private let peers: AsyncStream<Peer>

    private init(_ listener: any Channel, _ peers: AsyncStream<Peer>) {
        self.listener = listener
        self.port = listener.localAddress?.port ?? 0
        self.peers = peers
    }

    /// Runs `body` with a service that listens. It speaks TLS where `tls` is given, and reads nothing before `resume`
    /// where `isReading` is false.
    static func run(
        tls: NIOSSLContext? = nil,
        isReading: Bool = true,
        _ body: (TestUpstream) async throws -> Void
    ) async throws {
        let (peers, continuation) = AsyncStream.makeStream(of: Peer.self)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: isReading)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (events, sink) = AsyncStream.makeStream(of: Peer.Event.self)
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(PeerHandler(sink))
                    continuation.yield(Peer(channel, events))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let upstream = TestUpstream(listener, peers)
        do {
            try await body(upstream)
        } catch {
            try await listener.close()
            throw error
        }
        try await listener.close()
    }

    /// The next connection.
    func accept() async throws -> Peer {
        for await peer in self.peers { return peer }
        throw CancellationError()
    }

    private final class PeerHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let events: AsyncStream<Peer.Event>.Continuation

        init(_ events: AsyncStream<Peer.Event>.Continuation) {
            self.events = events
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.events.yield(.bytes(Self.unwrapInboundIn(data)))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { self.events.yield(.end) }
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.events.yield(.closed)
            self.events.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
