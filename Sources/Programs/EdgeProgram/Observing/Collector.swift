import Addressing
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Settings

/// A collector of traces: takes a body with each request, over a connection of its own.
struct Collector: Sendable {
    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// For all of one request.
    private static let patience = Duration.seconds(10)

    private let origin: WebOrigin
    private let path: String
    private let authorization: Secret?
    private let tls: NIOSSLContext?

    /// - Throws: `configurationInvalid` where the authorities cannot be read.
    init(_ configuration: TracingConfiguration, at origin: WebOrigin, path: String) throws(Failure) {
        self.origin = origin
        self.path = path
        self.authorization = configuration.authorization
        guard origin.isSecure else {
            self.tls = nil
            return
        }
        do {
            var client = NIOSSL.TLSConfiguration.makeClientConfiguration()
            if let authorities = configuration.authorities {
                client.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities))
            }
            self.tls = try NIOSSLContext(configuration: client)
        } catch {
            throw Failure(
                .configurationInvalid,
                "tracing.authorities: the certificates cannot be used.",
                detail: "\(error)",
                cause: error
            )
        }
    }

    /// What is wrong with an export.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    func send(_ body: [UInt8]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.exchange(body) }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                throw Refused(description: "no answer in time")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func exchange(_ body: [UInt8]) async throws {
        let origin = self.origin
        let tls = self.tls
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: origin.host.description, port: Int(origin.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let name: String? = if case .name(let name) = origin.host { name } else { nil }
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: name)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(contentsOf: [
                .head(self.head(bodyBytes: body.count)), .body(.byteBuffer(ByteBuffer(bytes: body))), .end(nil),
            ])
            for try await part in inbound {
                guard case .head(let head) = part else { continue }
                guard (200..<300).contains(head.status.code) else {
                    throw Refused(description: "the collector answered \(head.status.code)")
                }
                return
            }
            throw Refused(description: "the collector ended before it answered")
        }
    }

    private func head(bodyBytes: Int) -> HTTPRequestHead {
        var headers: HTTPHeaders = [
            "host": self.origin.authority, "content-type": "application/json", "content-length": "\(bodyBytes)",
            "user-agent": "portico-edge", "connection": "close",
        ]
        if let authorization { headers.add(name: "authorization", value: authorization.reveal()) }
        return HTTPRequestHead(version: .http1_1, method: .POST, uri: self.path, headers: headers)
    }
}
