import Foundation
import Model
package import NIOCore
import NIOHTTP1
import NIOPosix
package import NIOSSL
import PeerIdentity
import Portico
import Synchronization

/// Fetches one file over HTTP or HTTPS.
///
/// HTTP/1.1 over NIO's own codec: one GET needs no client library beside it (docs/decisions/0201-policies-by-url.md).
package struct WebDownload: Sendable {
    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// Why there is no file, in words that follow "it cannot be used: ".
    package struct Problem: Error, CustomStringConvertible {
        package let description: String

        package init(_ words: String) {
            self.description = words
        }
    }

    private static let mostRedirects = 5

    /// Bytes of the body.
    package var limit: Int
    package var patience = Duration.seconds(30)
    package var accept = "*/*"
    /// Whose certificates servers may show; nil for the system's.
    package var roots: NIOSSLTrustRoots?
    /// Whether HTTP in clear is spoken too.
    package var allowsClear = true

    package init(limit: Int) {
        self.limit = limit
    }

    /// The whole file.
    package func bytes(of url: String) async throws(Problem) -> ByteBuffer {
        // Filled by one task, and read when that has ended.
        let collected = Gathered()
        try await self.fetch(url) { collected.append($0) }
        return collected.buffer
    }

    /// Hands over the file piece by piece, in order.
    package func fetch(_ url: String, _ take: @escaping @Sendable (ByteBuffer) throws -> Void) async throws(Problem) {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.follow(url, take) }
                group.addTask {
                    try await Task.sleep(for: self.patience)
                    throw Problem("nothing came within \(self.patience.components.seconds) seconds")
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            throw error as? Problem ?? Problem("\(error)")
        }
    }

    private func follow(_ text: String, _ take: @escaping @Sendable (ByteBuffer) throws -> Void) async throws {
        var url = try self.parse(text)
        for _ in 0...Self.mostRedirects {
            guard let target = try await self.get(url, take) else { return }
            guard let next = URL(string: target, relativeTo: url)?.absoluteString else {
                throw Problem("it is redirected to \(target.quotedForDisplay), which is no URL")
            }
            let before = url
            url = try self.parse(next)
            guard before.scheme == url.scheme || url.scheme == "https" else {
                throw Problem("it is redirected from https to http")
            }
        }
        throw Problem("it is redirected more than \(Self.mostRedirects) times")
    }

    private func parse(_ text: String) throws(Problem) -> URL {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), url.host?.isEmpty == false,
            scheme == "https" || scheme == "http" && self.allowsClear, (1...65535).contains(url.port ?? 80)
        else { throw Problem("it is no URL of \(self.allowsClear ? "http or https" : "https")") }
        return url
    }

    /// - Returns: where it is instead; nil when it was handed over.
    private func get(_ url: URL, _ take: @escaping @Sendable (ByteBuffer) throws -> Void) async throws -> String? {
        let host = (url.host ?? "").trimmingCharacters(in: ["[", "]"])
        let isSecure = url.scheme?.lowercased() == "https"
        let tls = isSecure ? try self.context() : nil
        let connection: Connection
        do {
            connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: host, port: url.port ?? (isSecure ? 443 : 80)) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let tls {
                            // A name of TLS is a name: certificates of addresses are compared without it.
                            let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
                            let handlers = try ServerNameHandler.client(of: isAddress ? nil : host, tls)
                            try channel.pipeline.syncOperations.addHandlers(handlers)
                        }
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw Problem("\(host) cannot be reached: \(error)")
        }
        return try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(.head(self.request(for: url, host: host)))
            try await outbound.write(.end(nil))
            return try await self.answer(in: inbound, take)
        }
    }

    private func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let roots { configuration.trustRoots = roots }
        return try NIOSSLContext(configuration: configuration)
    }

    private func request(for url: URL, host: String) -> HTTPRequestHead {
        var target = url.path(percentEncoded: true)
        if target.isEmpty { target = "/" }
        if let query = url.query(percentEncoded: true) { target += "?\(query)" }
        let name = host.contains(":") ? "[\(host)]" : host
        return HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: target,
            headers: [
                "host": url.port.map { "\(name):\($0)" } ?? name, "accept": self.accept,
                "user-agent": "portico/\(Agent.version)", "connection": "close",
            ]
        )
    }

    private func answer(
        in parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>,
        _ take: @Sendable (ByteBuffer) throws -> Void
    ) async throws -> String? {
        var count = 0
        for try await part in parts {
            switch part {
            case .head(let head):
                if (300..<400).contains(head.status.code), let target = head.headers.first(name: "location") {
                    return target
                }
                guard head.status == .ok else { throw Problem("the answer has status \(head.status.code)") }
            case .body(let piece):
                count += piece.readableBytes
                guard count <= self.limit else { throw Problem("it has more than \(self.limit) bytes") }
                try take(piece)
            case .end:
                return nil
            }
        }
        throw Problem("the answer broke off")
    }
}

/// Bytes that one task gathers and another reads.
private final class Gathered: Sendable {
    private let contents = Mutex(ByteBuffer())

    var buffer: ByteBuffer { self.contents.withLock { $0 } }

    func append(_ piece: ByteBuffer) {
        self.contents.withLock { _ = $0.writeImmutableBuffer(piece) }
    }
}
