import Addressing
import Certificates
import Model
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Testing

@testable import PeerIdentity

/// Whom a TLS client of ours takes for the server that it asked for.
@Suite(.timeLimit(.minutes(1))) struct ServerIdentityTests {
    @Test(arguments: [
        ("a.example", "a.example", true), ("*.example", "a.example", true), ("*.Example", "a.example", true),
        ("*.example", "example", false), ("*.example", "a.b.example", false), ("*.example", ".example", false),
        ("a.example", "b.example", false), ("*", "a", false), ("a*.example", "ab.example", false),
        ("A.Example.", "a.example", true), ("a.example", "a.example.", true), ("", ".", true),
    ])
    func `A name of a certificate is the host's, or has a wildcard for its first label`(
        pattern: String,
        name: String,
        isMatch: Bool
    ) {
        #expect(ServerIdentity.matches(pattern, name) == isMatch)
    }

    /// Tells how a handshake went, and keeps what the server says.
    private final class Listener: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let said: EventLoopPromise<String>
        private var isSecure = false

        init(_ said: EventLoopPromise<String>) {
            self.said = said
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case TLSUserEvent.handshakeCompleted = event { self.isSecure = true }
            context.fireUserInboundEventTriggered(event)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.said.succeed(self.isSecure ? String(buffer: Self.unwrapInboundIn(data)) : "too early")
            context.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            self.said.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.said.fail(ChannelError.eof)
        }
    }

    /// Says a word as soon as its handshake is done.
    private final class Greeter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case TLSUserEvent.handshakeCompleted = event else { return }
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: "hello")), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    /// What a server at 127.0.0.1 with a certificate for `names` and `addresses` says to a client that asked for `name`.
    private func greeting(names: [String], addresses: [String], to name: String?) async throws -> String {
        let authority = try LocalAuthority.create()
        let issued = try authority.issue(for: names, addresses: addresses.map { try IPAddress(parsing: $0) })
        let serverContext = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMBytes(Array(issued.certificatePEM.utf8)).map {
                    .certificate($0)
                },
                privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(issued.keyPEM.reveal().utf8), format: .pem))
            )
        )
        var configuration = TLSConfiguration.makeClientConfiguration()
        let roots = try NIOSSLCertificate.fromPEMBytes(Array(try authority.certificatePEM.utf8))
        configuration.trustRoots = .certificates(roots)
        let clientContext = try NIOSSLContext(configuration: configuration)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let server = try await ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOSSLServerHandler(context: serverContext),
                        Greeter()
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let said = loop.makePromise(of: String.self)
        let port = server.localAddress?.port ?? 0
        let client = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handlers = try ServerNameHandler.client(of: name, clientContext)
                    try channel.pipeline.syncOperations.addHandlers(handlers + [Listener(said)])
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let result: Result<String, any Error>
        do {
            result = .success(try await said.futureResult.get())
        } catch {
            result = .failure(error)
        }
        // It is closed already where the greeting was heard.
        try? await client.close()
        try await server.close()
        return try result.get()
    }

    @Test(
        arguments: [
            (["api.example"], [], "api.example"), (["*.example"], ["127.0.0.1"], "api.example"),
            (["api.example"], [], "API.example"), ([], ["127.0.0.1"], nil),
        ] as [([String], [String], String?)]
    )
    func `A server that shows the name, or the address where there is none, is heard`(
        names: [String],
        addresses: [String],
        name: String?
    ) async throws {
        #expect(try await self.greeting(names: names, addresses: addresses, to: name) == "hello")
    }

    @Test(
        arguments: [
            ([], ["127.0.0.1"], "api.example"), (["other.example"], ["127.0.0.1"], "api.example"),
            (["other.example"], [], "api.example"), (["api.example"], ["127.0.0.2"], nil), (["api.example"], [], nil),
        ] as [([String], [String], String?)]
    )
    func `A server that shows another, be it the address that was connected to, is not`(
        names: [String],
        addresses: [String],
        name: String?
    ) async throws {
        let error = await #expect(throws: NIOSSLExtraError.self) {
            try await self.greeting(names: names, addresses: addresses, to: name)
        }
        #expect(error == .failedToValidateHostname)
    }
}
