internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import PeerIdentity

/// Speaks to an ACME server over TLS, with a connection for each request: an order has a dozen, days apart from the next.
package struct HTTPSTransport: ACMETransport {
    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPPart<HTTPRequestHead, IOData>>

    /// Chains of certificates have some thousand bytes.
    private static let answerBytes = 1 << 20
    private static let patience = TimeAmount.seconds(30)

    private let tls: NIOSSLContext
    private let product: String

    /// - Parameters:
    ///   - authoritiesPEM: authorities that the server's certificate may come from; nil for those of the system.
    ///   - product: what the requests name as their sender.
    /// - Throws: when the authorities cannot be read.
    package init(authoritiesPEM: String?, product: String) throws(ACMEError) {
        do {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            if let authoritiesPEM {
                configuration.trustRoots = .certificates(
                    try NIOSSLCertificate.fromPEMBytes(Array(authoritiesPEM.utf8))
                )
            }
            self.tls = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .malformed("the authorities' certificates cannot be read: \(error)")
        }
        self.product = product
    }

    package func send(_ request: ACMERequest) async throws(ACMEError) -> ACMEResponse {
        do {
            return try await self.exchange(request)
        } catch let error as ACMEError {
            throw error
        } catch {
            throw .unreachable("\(error)")
        }
    }

    private func exchange(_ request: ACMERequest) async throws -> ACMEResponse {
        let url = request.url
        let isAddress = (try? SocketAddress(ipAddress: url.host, port: 0)) != nil
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(10))
            .connect(host: url.host, port: url.port) { [tls] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandlers(ServerNameHandler.client(of: isAddress ? nil : url.host, tls))
                    try pipeline.addHTTPClientHandlers()
                    // All of it has one deadline: a server that trickles is cut off.
                    let deadline = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
                    channel.closeFuture.whenComplete { _ in deadline.cancel() }
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(.head(self.head(of: request)))
            if !request.body.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: request.body)))) }
            try await outbound.write(.end(nil))
            return try await Self.answer(in: inbound)
        }
    }

    private func head(of request: ACMERequest) -> HTTPRequestHead {
        var headers: HTTPHeaders = [
            "host": request.url.authority, "user-agent": self.product, "accept": "*/*", "connection": "close",
        ]
        if request.method == .post {
            headers.add(name: "content-type", value: "application/jose+json")
            headers.add(name: "content-length", value: "\(request.body.count)")
        }
        return HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: request.method.rawValue),
            uri: request.url.target,
            headers: headers
        )
    }

    private static func answer(in parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws
        -> ACMEResponse
    {
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        for try await part in parts {
            switch part {
            case .head(let received): head = received
            case .body(let piece):
                guard body.count + piece.readableBytes <= Self.answerBytes else {
                    throw ACMEError.malformed("it is longer than \(Self.answerBytes) bytes")
                }
                body += piece.readableBytesView
            case .end:
                guard let head else { break }
                let fields = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
                return ACMEResponse(status: Int(head.status.code), fields: fields, body: body)
            }
        }
        throw ACMEError.unreachable("the connection ended before the answer did")
    }
}
