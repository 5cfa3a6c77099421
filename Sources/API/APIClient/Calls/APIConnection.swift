internal import APITypes
internal import JSON
package import Model
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Sends calls to an API, each on a connection of its own.
///
/// HTTP/1.1 over NIO's own codec, which the agent has anyway (docs/decisions/0201-policies-by-url.md).
package struct APIConnection: Sendable {
    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// From the beginning of a call to the end of its answer.
    private static let patience = Duration.seconds(60)
    private static let answerBytes = 32 << 20

    private let address: APIAddress
    private let key: Secret
    private let authorities: String?
    private let product: String

    /// - Parameters:
    ///   - address: where the API is.
    ///   - key: the API key.
    ///   - authorities: path of a PEM file with the authorities to trust; nil for those of the system.
    ///   - product: who calls, as `portico/1.0`.
    package init(_ address: APIAddress, key: Secret, authorities: String?, product: String) {
        self.address = address
        self.key = key
        self.authorities = authorities
        self.product = product
    }

    /// - Throws: `apiUnreachable` where there is no answer; an answer that says what is wrong is none of these.
    package func send(_ call: APICall) async throws(Failure) -> APIAnswer {
        do {
            return try await withThrowingTaskGroup(of: APIAnswer.self) { group in
                group.addTask { try await self.exchange(call) }
                group.addTask {
                    try await Task.sleep(for: Self.patience)
                    throw Self.unreachable(self.address, "no answer within \(Self.patience.components.seconds) seconds")
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() else { throw Self.unreachable(self.address, "no answer") }
                return answer
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Self.unreachable(self.address, "\(error)")
        }
    }

    private static func unreachable(_ address: APIAddress, _ reason: String) -> Failure {
        Failure(.apiUnreachable, "\(address): \(reason)", detail: reason)
    }

    private func exchange(_ call: APICall) async throws -> APIAnswer {
        let tls = self.address.isSecure ? try NIOSSLContext(configuration: self.trust()) : nil
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: self.address.host, port: self.address.port) { [address] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let name = address.isAddress ? nil : address.host
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: name)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            // An edge that has read the length of a body knows its end before we have said it, and one that refuses
            // need not read it: it may have answered and closed while we still write. What it said counts then.
            let broken: (any Error)?
            do {
                try await outbound.write(contentsOf: self.parts(of: call))
                broken = nil
            } catch {
                broken = error
            }
            do {
                return try await self.answer(in: inbound)
            } catch {
                throw broken ?? error
            }
        }
    }

    private func parts(of call: APICall) -> [HTTPClientRequestPart] {
        let body = call.body.map { ByteBuffer(bytes: JSONValue.object($0).bytes) }
        let head = HTTPClientRequestPart.head(self.head(of: call, bodyBytes: body?.readableBytes))
        return [head] + (body.map { [.body(.byteBuffer($0))] } ?? []) + [.end(nil)]
    }

    private func trust() throws(Failure) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        guard let authorities else { return configuration }
        do {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities))
        } catch {
            throw Failure(.usage, "The file of authorities \(authorities) cannot be used", detail: "\(error)")
        }
        return configuration
    }

    private func head(of call: APICall, bodyBytes: Int?) -> HTTPRequestHead {
        var headers: HTTPHeaders = [
            "host": self.address.authority, "authorization": "Bearer \(self.key.reveal())", "ngrok-version": "2",
            "accept": "application/json", "user-agent": self.product, "connection": "close",
        ]
        if let bodyBytes {
            headers.add(name: "content-type", value: "application/json")
            headers.add(name: "content-length", value: "\(bodyBytes)")
        }
        return HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: call.method.rawValue),
            uri: call.target,
            headers: headers
        )
    }

    private func answer(in parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws -> APIAnswer {
        var status: HTTPResponseStatus?
        var body = ByteBuffer()
        for try await part in parts {
            switch part {
            case .head(let head): status = head.status
            case .body(var piece):
                guard body.readableBytes + piece.readableBytes <= Self.answerBytes else {
                    throw Self.unreachable(self.address, "the answer is too long")
                }
                body.writeBuffer(&piece)
            case .end:
                guard let status else { break }
                return APIAnswer(
                    status: "\(status.code) \(status.reasonPhrase)",
                    code: Int(status.code),
                    // What is no JSON is shown by its status alone.
                    body: try? JSONValue(
                        reading: body.readableBytesView,
                        limits: JSONLimits(bytes: Self.answerBytes)
                    )
                )
            }
        }
        throw Self.unreachable(self.address, "the answer broke off")
    }
}
