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
    init(_ configuration: EdgeConfiguration) throws(Failure) {
        let certificates = configuration.certificates
        guard let first = certificates.first else {
            throw Failure(.certificateUnusable, "No certificate is configured for the HTTPS and agent listeners.")
        }
        var byName: [String: (certificate: ServedCertificate, context: NIOSSLContext)] = [:]
        var fallback: (certificate: ServedCertificate, context: NIOSSLContext)?
        for certificate in certificates {
            let context = try Self.context(certificate, protocols: ["h2", "http/1.1"])
            for name in certificate.names where byName[name] == nil { byName[name] = (certificate, context) }
            if fallback == nil || certificate.isDefault { fallback = (certificate, context) }
        }
        guard let fallback else { preconditionFailure("there is a first certificate") }
        self.byName = byName.mapValues(\.context)
        self.fallback = fallback.context
        // Agents get the certificate of the name that they connect to. They offer no ALPN and get none
        // (`spec/agent-protocol.md` 1).
        let forAgents = Self.find(configuration.connectHost, in: byName)?.certificate ?? first
        self.agents = try Self.context(forAgents, protocols: [])
    }

    /// The exact name before the wildcard of one label less, then the default (`spec/endpoints.md` 9.3).
    func context(for serverName: String?) -> NIOSSLContext {
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
