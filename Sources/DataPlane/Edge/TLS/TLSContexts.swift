import Model
import NIOCore
import NIOSSL

/// The TLS contexts of an edge: for visitors by server name, and for agents. A value that each loop has a copy of.
///
/// One context for each certificate, shared by all loops, so that a session is resumed on any of them.
struct TLSContexts: Sendable {
    private let byName: [String: NIOSSLContext]
    private let fallback: NIOSSLContext
    let agents: NIOSSLContext

    /// - Throws: `Failure` with the certificate that cannot be used.
    init(_ certificates: [ServedCertificate]) throws {
        guard let first = certificates.first else {
            throw Failure(.certificateUnusable, "No certificate is configured for the HTTPS and agent listeners.")
        }
        var byName: [String: NIOSSLContext] = [:]
        let contexts = try certificates.map { try Self.context($0, protocols: ["h2", "http/1.1"]) }
        for (certificate, context) in zip(certificates, contexts) {
            for name in certificate.names where byName[name] == nil { byName[name] = context }
        }
        self.byName = byName
        self.fallback = contexts[0]
        // Agents offer no ALPN and get none (`spec/agent-protocol.md` 1).
        self.agents = try Self.context(first, protocols: [])
    }

    /// The exact name before the wildcard of one label less, then the default (`spec/endpoints.md` 9.3).
    func context(for serverName: String?) -> NIOSSLContext {
        guard let name = serverName else { return self.fallback }
        if let exact = self.byName[name] { return exact }
        if let dot = name.firstIndex(of: "."), let wildcard = self.byName["*" + name[dot...]] { return wildcard }
        return self.fallback
    }

    private static func context(_ certificate: ServedCertificate, protocols: [String]) throws -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.chainPEM.utf8))
            let key = try NIOSSLPrivateKey(bytes: Array(certificate.keyPEM.reveal().utf8), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            // A peer that does not answer our farewell is not waited for (`spec/agent-protocol.md` 13.7).
            configuration.shutdownTimeout = .seconds(1)
            configuration.applicationProtocols = protocols
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure(
                .certificateUnusable,
                "The certificate for \(certificate.names.joined(separator: ", ")) cannot be used.",
                detail: "\(error)",
                cause: error
            )
        }
    }
}
