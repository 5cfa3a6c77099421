import Expression
import Model
import NIOCore
import NIOSSL
import PolicyEngine

/// A certificate ready to be served.
struct TLSContext: Sendable {
    /// What visitors may choose from by ALPN.
    static let visitorProtocols = ["h2", "http/1.1"]

    /// What authorities speak that look whether a name leads here (RFC 8737).
    static let challengeProtocol = "acme-tls/1"

    /// Of TLS 1.2: with forward secrecy and authenticated encryption, and none without. TLS 1.3 has no others.
    private static let cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"

    let context: NIOSSLContext
    /// What policies are told of the certificate.
    let facts: CertificateFacts?

    /// When the certificate ends; nil where that cannot be read.
    var end: Timestamp? { self.facts?.contents.notAfter }

    /// - Throws: `certificateUnusable`.
    init(_ certificate: ServedCertificate, protocols: [String]) throws(Failure) {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.chainPEM.utf8))
            let key = try NIOSSLPrivateKey(bytes: Array(certificate.keyPEM.reveal().utf8), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            configuration.cipherSuites = Self.cipherSuites
            // A peer that does not answer our farewell is not waited for (`spec/agent-protocol.md` 13.7).
            configuration.shutdownTimeout = .seconds(1)
            configuration.applicationProtocols = protocols
            self.context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure(
                .certificateUnusable,
                "The certificate for \(certificate.names.joined(separator: ", ")) cannot be used.",
                detail: "\(error)",
                cause: error
            )
        }
        self.facts = CertificateFacts(pem: certificate.chainPEM, isShown: false)
    }
}
