package import Model
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOSSL

/// The certificate with which the API is served. It can be replaced while it is; connections that are open keep theirs.
package final class APICertificate: Sendable {
    private let current: NIOLockedValueBox<NIOSSLContext>

    /// - Parameters:
    ///   - chainPEM: the certificate, and those that lead from it to its authority.
    ///   - keyPEM: its key.
    /// - Throws: `certificateUnusable`.
    package init(chainPEM: String, keyPEM: Secret) throws(Failure) {
        self.current = NIOLockedValueBox(try Self.context(chainPEM, keyPEM))
    }

    package func replace(chainPEM: String, keyPEM: Secret) throws(Failure) {
        let context = try Self.context(chainPEM, keyPEM)
        self.current.withLockedValue { $0 = context }
    }

    var context: NIOSSLContext { self.current.withLockedValue { $0 } }

    private static func context(_ chainPEM: String, _ keyPEM: Secret) throws(Failure) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(chainPEM.utf8))
            let key = try NIOSSLPrivateKey(bytes: Array(keyPEM.reveal().utf8), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            configuration.shutdownTimeout = .seconds(1)
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure(
                .certificateUnusable,
                "The API's certificate cannot be used.",
                detail: "\(error)",
                cause: error
            )
        }
    }
}
