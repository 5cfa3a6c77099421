import APITypes
import JSON
import Model
import NIOCore
import NIOPosix
import Testing

@testable import APIClient

/// What comes of a call where the other side goes as it likes.
@Suite(.timeLimit(.minutes(1))) struct APIConnectionTests {
    /// Runs `body` beside a service that reads the first bytes of a request, writes `text` and closes.
    private func withService<Answer: Sendable>(
        answering text: String,
        _ body: (APIConnection) async throws -> Answer
    ) async throws -> Answer {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HastyHandler(text: text))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try APIAddress("http://127.0.0.1:\(server.localAddress?.port ?? 0)")
        let result: Answer
        do {
            result = try await body(APIConnection(address, key: Secret("key"), authorities: nil, product: "test/1"))
        } catch {
            try await server.close()
            throw error
        }
        try await server.close()
        return result
    }

    /// More than the sockets of a machine hold, so that it is never written whole to one who does not read.
    private var longBody: JSONObject { ["value": .string(String(repeating: "x", count: 16 << 20))] }

    @Test func `An answer that comes before the request was written is the answer`() async throws {
        let text = "HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"
        let answer = try await self.withService(answering: text) { connection in
            try await connection.send(APICall(.post, "/vaults", body: self.longBody))
        }
        #expect(answer.code == 413)
        #expect(answer.body == .object([:]))
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\ncontent-le", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"])
    func `A connection that ends without an answer is said to be unreachable`(text: String) async throws {
        let failure = try await self.withService(answering: text) { connection in
            await #expect(throws: Failure.self) { try await connection.send(APICall(.get, "/vaults")) }
        }
        #expect(failure?.code == .apiUnreachable)
    }
}

/// Answers the first bytes, whatever they are, and reads no more of them.
private final class HastyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let text: String
    private var hasAnswered = false

    init(text: String) {
        self.text = text
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.hasAnswered else { return }
        self.hasAnswered = true
        context.channel.setOption(.autoRead, value: false).whenSuccess {}
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: self.text)), promise: nil)
        context.close(mode: .output, promise: nil)
    }
}
