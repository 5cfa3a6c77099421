package import Model
internal import NIOConcurrencyHelpers
package import NIOCore
internal import NIOPosix

/// Answers questions about a ``ChallengeZone`` over UDP and TCP (RFC 1035, RFC 7766), and no others.
///
/// It is found by anybody: answers are hardly longer than questions, so that nobody gains by having them sent to others;
/// how many it gives in a second, and how many connections it has, is bounded.
package final class ChallengeServer: Sendable {
    /// Answers to datagrams in a second.
    static let answersPerSecond = 2000
    static let connections = 64
    /// The longest message that is read over TCP, in bytes: a question.
    static let questionBytes = 512
    private static let idleTime = TimeAmount.seconds(10)
    private static let attempts = 20

    private let channels: [any Channel]

    private init(_ channels: [any Channel]) {
        self.channels = channels
    }

    /// Answers for `zone` at an address literal and a port, the same for both; 0 lets the system choose one. It throws
    /// `listenFailed`.
    package static func open(
        _ zone: ChallengeZone,
        host: String,
        port: Int,
        on group: any EventLoopGroup
    ) async throws(Failure) -> ChallengeServer {
        // A port that is free for datagrams may be taken for connections: another is looked for where any will do.
        for _ in 0..<(port == 0 ? Self.attempts : 0) {
            if let server = try? await Self.bind(zone, host: host, port: port, on: group) { return server }
        }
        do {
            return try await Self.bind(zone, host: host, port: port, on: group)
        } catch {
            throw Failure(
                .listenFailed,
                "Cannot answer DNS on \(host) port \(port).",
                detail: "\(error)",
                cause: error
            )
        }
    }

    private static func bind(
        _ zone: ChallengeZone,
        host: String,
        port: Int,
        on group: any EventLoopGroup
    ) async throws -> ChallengeServer {
        let datagrams = try await DatagramBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(zone))
                }
            }
            .bind(host: host, port: port).get()
        let count = NIOLockedValueBox(0)
        do {
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try Self.accept(channel, zone, count) }
                }
                .bind(host: host, port: datagrams.localAddress?.port ?? port).get()
            return ChallengeServer([datagrams, listener])
        } catch {
            datagrams.close(promise: nil)
            throw error
        }
    }

    package var port: Int { self.channels.first?.localAddress?.port ?? 0 }

    package func close() async {
        for channel in self.channels {
            // It may be closed already.
            try? await channel.close().get()
        }
    }

    private static func accept(
        _ channel: any Channel,
        _ zone: ChallengeZone,
        _ count: NIOLockedValueBox<Int>
    ) throws {
        let isAdmitted = count.withLockedValue { count in
            count += 1
            return count <= Self.connections
        }
        channel.closeFuture.whenComplete { _ in count.withLockedValue { $0 -= 1 } }
        guard isAdmitted else {
            channel.close(promise: nil)
            return
        }
        try channel.pipeline.syncOperations.addHandlers([
            IdleStateHandler(readTimeout: Self.idleTime), StreamHandler(zone),
        ])
    }
}

/// A question for each datagram. Answers of one tick leave together.
private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let zone: ChallengeZone
    private var second = NIODeadline.uptimeNanoseconds(0)
    private var answers = 0

    init(_ zone: ChallengeZone) {
        self.zone = zone
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = Self.unwrapInboundIn(data)
        let now = NIODeadline.now()
        if now - self.second >= .seconds(1) {
            self.second = now
            self.answers = 0
        }
        guard self.answers < ChallengeServer.answersPerSecond,
            envelope.data.readableBytes <= ChallengeServer.questionBytes,
            let answer = self.zone.answer(to: Array(envelope.data.readableBytesView), isDatagram: true)
        else { return }
        self.answers += 1
        let bytes = context.channel.allocator.buffer(bytes: answer)
        context.write(
            Self.wrapOutboundOut(AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: bytes)),
            promise: nil
        )
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // One datagram could not be sent or read: the others can.
    }
}

/// Questions with their length in front, one after the other.
private final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let zone: ChallengeZone
    private var received = ByteBuffer()

    init(_ zone: ChallengeZone) {
        self.zone = zone
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        self.received.writeBuffer(&bytes)
        while let length = self.received.getInteger(at: self.received.readerIndex, as: UInt16.self) {
            guard length <= ChallengeServer.questionBytes else {
                context.close(promise: nil)
                return
            }
            guard self.received.readableBytes >= Int(length) + 2 else { break }
            self.received.moveReaderIndex(forwardBy: 2)
            let message = self.received.readBytes(length: Int(length)) ?? []
            guard let answer = self.zone.answer(to: message, isDatagram: false) else {
                context.close(promise: nil)
                return
            }
            var buffer = context.channel.allocator.buffer(capacity: answer.count + 2)
            buffer.writeInteger(UInt16(answer.count))
            buffer.writeBytes(answer)
            context.write(Self.wrapOutboundOut(buffer), promise: nil)
        }
        self.received.discardReadBytes()
        context.flush()
        // Whoever takes no answers is asked for no questions.
        if !context.channel.isWritable { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
