import Addressing
import Certificates
import Foundation
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A web server on loopback with releases, over TLS.
final class ReleaseServer: Sendable {
    let authorityPEM: String
    private let listener: any Channel
    private let files: Files

    private final class Files: Sendable {
        let contents = Mutex<[String: [UInt8]]>([:])
    }

    var url: String { "https://localhost:\(self.listener.localAddress?.port ?? 0)/releases" }

    private init(_ listener: any Channel, _ files: Files, authorityPEM: String) {
        self.listener = listener
        self.files = files
        self.authorityPEM = authorityPEM
    }

    /// Puts a file, or takes it away.
    func put(_ name: String, _ bytes: [UInt8]?) {
        self.files.contents.withLock { $0["/releases/\(name)"] = bytes }
    }

    static func with(_ body: (ReleaseServer) async throws -> Void) async throws {
        let authority = try LocalAuthority.create()
        let issued = try authority.issue(for: ["localhost"], addresses: [IPAddress(parsing: "127.0.0.1")])
        let tls = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMBytes(Array(issued.certificatePEM.utf8)).map {
                    .certificate($0)
                },
                privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(issued.keyPEM.reveal().utf8), format: .pem))
            )
        )
        let files = Files()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: tls))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Handler(files))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ReleaseServer(listener, files, authorityPEM: try authority.certificatePEM)
        do {
            try await body(server)
        } catch {
            try await listener.close()
            throw error
        }
        try await listener.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let files: Files

        init(_ files: Files) { self.files = files }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = Self.unwrapInboundIn(data) else { return }
            let bytes = self.files.contents.withLock { $0[head.uri] }
            var answer = HTTPResponseHead(version: .http1_1, status: bytes == nil ? .notFound : .ok)
            answer.headers.add(name: "content-length", value: "\(bytes?.count ?? 0)")
            context.write(Self.wrapOutboundOut(.head(answer)), promise: nil)
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes ?? [])))), promise: nil)
            context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
