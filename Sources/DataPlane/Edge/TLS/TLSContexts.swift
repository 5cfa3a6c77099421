import Model
import NIOCore
import NIOSSL
import PolicyEngine

/// The TLS contexts of an edge: for visitors by server name, and for agents. A value that each loop has a copy of.
///
/// One context for each certificate, shared by all loops, so that a session is resumed on any of them.
struct TLSContexts: Sendable {
    /// A certificate ready to be served.
    struct Served: Sendable {
        let context: NIOSSLContext
        /// What policies are told of it.
        let facts: CertificateFacts?
    }

    private let byName: [String: Served]
    private let fallback: Served
    let agents: NIOSSLContext

    /// - Throws: `Failure` with the certificate that cannot be used.
    init(_ configuration: EdgeConfiguration) throws(Failure) {
        let certificates = configuration.certificates
        guard let first = certificates.first else {
            throw Failure(.certificateUnusable, "No certificate is configured for the HTTPS and agent listeners.")
        }
        var byName: [String: (certificate: ServedCertificate, served: Served)] = [:]
        var fallback: Served?
        for certificate in certificates {
            let served = Served(
                context: try Self.context(certificate, protocols: ["h2", "http/1.1"]),
                facts: CertificateFacts(pem: certificate.chainPEM, isShown: false)
            )
            for name in certificate.names where byName[name] == nil { byName[name] = (certificate, served) }
            if fallback == nil || certificate.isDefault { fallback = served }
        }
        guard let fallback else { preconditionFailure("there is a first certificate") }
        self.byName = byName.mapValues(\.served)
        self.fallback = fallback
        // Agents get the certificate of the name that they connect to. They offer no ALPN and get none
        // (`spec/agent-protocol.md` 1).
        let forAgents = Self.find(configuration.connectHost, in: byName)?.certificate ?? first
        self.agents = try Self.context(forAgents, protocols: [])
    }

    /// The exact name before the wildcard of one label less, then the default (`spec/endpoints.md` 9.3).
    func served(for serverName: String?) -> Served {
        guard let name = serverName else { return self.fallback }
        return Self.find(name, in: self.byName) ?? self.fallback
    }

    private static func find<Value>(_ name: String, in byName: [String: Value]) -> Value? {
        if let exact = byName[name] { return exact }
        guard let dot = name.firstIndex(of: ".") else { return nil }
        return byName["*" + name[dot...]]
    }

    private static func context(
        _ certificate: ServedCertificate,
        protocols: [String]
    ) throws(Failure) -> NIOSSLContext {
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
