import AsyncHTTPClient
import Foundation
import Model
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Asks an API server. All requests, watches too, share connections: one, where the server speaks HTTP/2.
package final class ClusterClient: Sendable {
    /// The longest answer that is taken whole: a page of objects, each of which etcd bounds at 1.5 MB.
    static let answerBytes = 64 << 20
    /// Until the head of an answer is there.
    static let patience = TimeAmount.seconds(30)
    /// A connection that is silent for longer is lost: servers send a bookmark to each watch every minute.
    static let silence = TimeAmount.seconds(150)

    package let configuration: ClusterConfiguration
    private let server: String
    private let http: HTTPClient
    private let tokens: BearerTokens?
    private let product: String

    /// - Parameters:
    ///   - configuration: where and who.
    ///   - product: who asks, as `portico-operator/1.0`; it stands in the audit log of the server.
    ///   - group: the loops that connections run on.
    /// - Throws: where a certificate or a key cannot be used.
    package init(
        _ configuration: ClusterConfiguration,
        product: String,
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws(ClusterConfigurationError) {
        self.configuration = configuration
        self.product = product
        self.tokens = if case .tokenFile(let path) = configuration.credentials { BearerTokens(file: path) } else { nil }
        var http = HTTPClient.Configuration(
            tlsConfiguration: try configuration.tls(),
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: Self.silence)
        )
        // Without HTTP/2 each watch holds a connection of its own.
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        let address = try configuration.address()
        self.server = address.url
        http.dnsOverride = address.names
        self.http = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: http)
    }

    deinit {
        // Where `shutDown` was called before, this is told that it was, which nobody needs to know.
        self.http.shutdown { _ in }
    }

    /// Ends all requests and connections, and waits for that. Without it they end with the last reference to this.
    package func shutDown() async {
        // What it throws is that requests were under way, which is what they are ended for.
        try? await self.http.shutdown()
    }

    // MARK: - Requests

    /// Sends a request and takes the whole answer.
    func send(_ request: ClusterRequest) async throws(ClusterError) -> Data {
        let response = try await self.begin(request)
        return try await Self.collect(response)
    }

    /// Sends a request whose answer comes bit by bit.
    func stream(_ request: ClusterRequest) async throws(ClusterError) -> HTTPClientResponse.Body {
        try await self.begin(request).body
    }

    private func begin(_ request: ClusterRequest) async throws(ClusterError) -> HTTPClientResponse {
        do {
            return try await self.attempt(request)
        } catch  where error.refusal?.status == 401 {
            // A token that was renewed a moment ago is in the file, and the one that we hold is not good any more.
            guard let tokens else { throw error }
            tokens.forget()
            return try await self.attempt(request)
        }
    }

    private func attempt(_ request: ClusterRequest) async throws(ClusterError) -> HTTPClientResponse {
        var message = HTTPClientRequest(url: self.server + request.target)
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.headers = ["accept": "application/json", "user-agent": self.product]
        if let token = try self.token() { message.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let body = request.body {
            message.headers.add(name: "content-type", value: body.kind.rawValue)
            message.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        let response: HTTPClientResponse
        do {
            response = try await self.http.execute(message, timeout: Self.patience)
        } catch {
            throw Self.error(error)
        }
        guard (200..<300).contains(response.status.code) else {
            let retryAfter = response.headers.first(name: "retry-after")
            let status = Int(response.status.code)
            let body = try await Self.collect(response, upTo: 1 << 20)
            throw .refused(Self.refusal(in: body, status: status, retryAfter: retryAfter))
        }
        return response
    }

    /// What a refusal says; a body that is none of a server's, from a proxy perhaps, is not shown.
    static func refusal(in body: Data, status: Int, retryAfter: String?) -> ClusterError.Refusal {
        let said = try? JSONDecoder().decode(StatusBody.self, from: body)
        return (said ?? StatusBody(message: nil, reason: nil, code: nil, details: nil))
            .refusal(status: status, retryAfter: retryAfter)
    }

    private func token() throws(ClusterError) -> String? {
        switch self.configuration.credentials {
        case .token(let token): return token.reveal()
        case .tokenFile:
            do {
                return try self.tokens?.token().reveal()
            } catch {
                throw .credentials(error)
            }
        case .none, .certificate: return nil
        }
    }

    private static func collect(
        _ response: HTTPClientResponse,
        upTo limit: Int = ClusterClient.answerBytes
    ) async throws(ClusterError) -> Data {
        do {
            return Data(try await response.body.collect(upTo: limit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw .tooLarge("\(limit) bytes")
        } catch {
            throw Self.error(error)
        }
    }

    static func error(_ error: any Error) -> ClusterError {
        switch error {
        case let error as ClusterError: error
        case is CancellationError: .cancelled
        case let error as HTTPClientError where error == .cancelled: .cancelled
        default: .unreachable("\(error)")
        }
    }
}

extension ClusterConfiguration {
    /// The URL to ask, and the hosts that are connected to in place of names in it: where the certificate is another name's,
    /// it is that name that is asked for.
    fileprivate func address() throws(ClusterConfigurationError) -> (url: String, names: [String: String]) {
        guard let serverName else { return (self.server, [:]) }
        guard var parts = URLComponents(string: self.server), let host = parts.host else {
            throw ClusterConfigurationError("the server \(self.server) is no URL")
        }
        parts.host = serverName
        guard let url = parts.string else {
            throw ClusterConfigurationError("tls-server-name \(serverName) is no host name")
        }
        return (url, [serverName: host])
    }

    fileprivate func tls() throws(ClusterConfigurationError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if case .pem(let text) = self.trust {
            tls.trustRoots = .certificates(try Self.certificates(text, "certificate-authority"))
        }
        guard case .certificate(let chain, let key) = self.credentials else { return tls }
        tls.certificateChain = try Self.certificates(chain, "client-certificate").map { .certificate($0) }
        do {
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(key.reveal().utf8), format: .pem))
        } catch {
            throw ClusterConfigurationError("client-key is no key in PEM")
        }
        return tls
    }

    private static func certificates(
        _ text: String,
        _ what: String
    ) throws(ClusterConfigurationError) -> [NIOSSLCertificate] {
        // What is wrong with a PEM text, the library does not say.
        guard let found = try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8)), !found.isEmpty else {
            throw ClusterConfigurationError("\(what) holds no certificate in PEM")
        }
        return found
    }
}
