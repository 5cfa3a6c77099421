import Certificates
import Model
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// A service of TLS that says what it was asked to speak, and ends.
enum TestTLSService {
    static func with<Result>(
        _ issued: IssuedCertificate,
        protocols: [String],
        _ body: (UInt16) async throws -> Result
    ) async throws -> Result {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(issued.certificatePEM.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(issued.keyPEM.reveal().utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.applicationProtocols = protocols
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(NIOSSLServerHandler(context: context), Teller())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(UInt16(channel.localAddress?.port ?? 0))
            try await channel.close().get()
            return result
        } catch {
            try? await channel.close().get()
            throw error
        }
    }

    private final class Teller: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case TLSUserEvent.handshakeCompleted(let negotiated) = event else { return }
            let words = ByteBuffer(string: "the service speaks \(negotiated ?? "anything")\n")
            context.writeAndFlush(Self.wrapOutboundOut(words), promise: nil)
            context.close(promise: nil)
        }
    }
}
