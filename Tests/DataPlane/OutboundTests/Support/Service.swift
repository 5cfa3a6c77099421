import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL

/// A service on 127.0.0.1 that answers as a test says, over TLS where it has a context.
struct Service: Sendable {
    enum Answer: Sendable {
        /// This, and the end of the connection.
        case text(String)
        /// This, to each request of a connection.
        case kept(String)
        /// Nothing, ever.
        case silence
        /// This, and then this again and again, as long as somebody reads.
        case endless(String, String)
    }

    let port: UInt16
    private let requests: NIOLockedValueBox<[String]>
    private let accepted: NIOLockedValueBox<Int>

    /// How many connections came.
    var connections: Int { self.accepted.withLockedValue { $0 } }

    /// The heads of the requests that came, each with what came of its body together with it.
    var received: [String] { self.requests.withLockedValue { $0 } }

    static func with<Result>(
        _ answer: Answer,
        tls: NIOSSLContext? = nil,
        _ body: (Service) async throws -> Result
    ) async throws -> Result {
        let requests = NIOLockedValueBox<[String]>([])
        let accepted = NIOLockedValueBox(0)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                accepted.withLockedValue { $0 += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Handler(answer, requests))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: 0).get()
        let service = Service(port: UInt16(channel.localAddress?.port ?? 0), requests: requests, accepted: accepted)
        do {
            let result = try await body(service)
            try await channel.close().get()
            return result
        } catch {
            try? await channel.close().get()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: Answer
        private let requests: NIOLockedValueBox<[String]>
        private var received = ""

        init(_ answer: Answer, _ requests: NIOLockedValueBox<[String]>) {
            self.answer = answer
            self.requests = requests
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.received += String(buffer: Self.unwrapInboundIn(data))
            guard self.received.utf8.count >= 4, self.isWhole else { return }
            self.requests.withLockedValue { [received] in $0.append(received) }
            switch self.answer {
            case .silence: break
            case .kept(let text):
                self.received = ""
                context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .text(let text):
                context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            case .endless(let start, let more):
                context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: start)), promise: nil)
                // Large enough that the event loop gets to others, whose connections it has as well.
                let count = 16 * 1024 / more.utf8.count + 1
                Self.goOn(context.channel, ByteBuffer(string: String(repeating: more, count: count)))
            }
        }

        private var isWhole: Bool {
            guard let end = self.received.utf8.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
            let fields = self.received.lowercased().split(separator: "\r\n")
            let length = fields.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
            return self.received.utf8[end.upperBound...].count >= length
        }

        private static func goOn(_ channel: any Channel, _ bytes: ByteBuffer) {
            // In a turn of its own: writes that are done at once would call each other until the stack ends.
            channel.writeAndFlush(bytes).whenSuccess { channel.eventLoop.execute { Self.goOn(channel, bytes) } }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
