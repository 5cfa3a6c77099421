import Foundation
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PeerIdentity
import Portico

/// Fetches the policy of `--traffic-policy-url`, once.
///
/// HTTP/1.1 over NIO's own codec: one GET needs no client library beside it (docs/decisions/0201-policies-by-url.md).
struct PolicyDownload {
    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    private enum Answer {
        case text(String)
        case redirect(String)
    }

    /// Why there is no text, in words that follow "the policy … is not usable: ".
    private struct Problem: Error {
        let words: String
    }

    private static let mostRedirects = 5
    private static let patience = Duration.seconds(30)

    private let url: String
    /// Bytes of the body.
    private let limit: Int

    init(_ url: String, limit: Int) {
        self.url = url
        self.limit = limit
    }

    /// - Throws: where the URL cannot be read, or gives no text with status 200.
    func text() async throws(PorticoError) -> String {
        do {
            return try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask { try await self.follow() }
                group.addTask {
                    try await Task.sleep(for: Self.patience)
                    throw Problem(words: "nothing came within \(Self.patience.components.seconds) seconds")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? ""
            }
        } catch {
            let words = (error as? Problem)?.words ?? "\(error)"
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.policyInvalid.name,
                "The traffic policy \(self.url.quotedForDisplay) is not usable: \(words).",
                remedy: "Correct --traffic-policy-url, or fetch the policy and give --traffic-policy-file."
            )
        }
    }

    private func follow() async throws -> String {
        var url = try Self.parse(self.url)
        for _ in 0...Self.mostRedirects {
            switch try await self.get(url) {
            case .text(let text): return text
            case .redirect(let target):
                guard let next = URL(string: target, relativeTo: url)?.absoluteString else {
                    throw Problem(words: "it is redirected to \(target.quotedForDisplay), which is no URL")
                }
                let before = url
                url = try Self.parse(next)
                guard before.scheme == url.scheme || url.scheme == "https" else {
                    throw Problem(words: "it is redirected from https to http")
                }
            }
        }
        throw Problem(words: "it is redirected more than \(Self.mostRedirects) times")
    }

    private static func parse(_ text: String) throws(Problem) -> URL {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), url.host?.isEmpty == false,
            scheme == "http" || scheme == "https", (1...65535).contains(url.port ?? 80)
        else { throw Problem(words: "it is no URL of http or https") }
        return url
    }

    private func get(_ url: URL) async throws -> Answer {
        let host = (url.host ?? "").trimmingCharacters(in: ["[", "]"])
        let isSecure = url.scheme?.lowercased() == "https"
        let tls = isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
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
            throw Problem(words: "\(host) cannot be reached: \(error)")
        }
        return try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(.head(Self.request(for: url, host: host)))
            try await outbound.write(.end(nil))
            return try await self.answer(in: inbound)
        }
    }

    private static func request(for url: URL, host: String) -> HTTPRequestHead {
        var target = url.path(percentEncoded: true)
        if target.isEmpty { target = "/" }
        if let query = url.query(percentEncoded: true) { target += "?\(query)" }
        let name = host.contains(":") ? "[\(host)]" : host
        return HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: target,
            headers: [
                "host": url.port.map { "\(name):\($0)" } ?? name,
                "accept": "application/yaml, application/json, */*;q=0.5",
                "user-agent": "portico/\(Agent.version)", "connection": "close",
            ]
        )
    }

    private func answer(in parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws -> Answer {
        var body = ByteBuffer()
        for try await part in parts {
            switch part {
            case .head(let head):
                if (300..<400).contains(head.status.code), let target = head.headers.first(name: "location") {
                    return .redirect(target)
                }
                guard head.status == .ok else { throw Problem(words: "the answer has status \(head.status.code)") }
            case .body(var piece):
                guard body.readableBytes + piece.readableBytes <= self.limit else {
                    throw Problem(words: "it has more than \(self.limit) bytes")
                }
                body.writeBuffer(&piece)
            case .end:
                guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
                    throw Problem(words: "it is no UTF-8 text")
                }
                return .text(text)
            }
        }
        throw Problem(words: "the answer broke off")
    }
}
