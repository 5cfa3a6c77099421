import Expression
import Model
import NIOSSL

/// The TLS contexts of an edge: for visitors by server name, and for agents. A value that each loop has a copy of.
///
/// One context for each certificate, shared by all loops, so that a session is resumed on any of them.
struct TLSContexts: Sendable {
    private let byName: [String: TLSContext]
    private let fallback: TLSContext
    let agents: NIOSSLContext

    /// - Throws: `Failure` with the certificate that cannot be used.
    init(_ configuration: EdgeConfiguration) throws(Failure) {
        let certificates = configuration.certificates
        guard let first = certificates.first else {
            throw Failure(.certificateUnusable, "No certificate is configured for the HTTPS and agent listeners.")
        }
        var byName: [String: (certificate: ServedCertificate, served: TLSContext)] = [:]
        var fallback: TLSContext?
        for certificate in certificates {
            let served = try TLSContext(certificate, protocols: TLSContext.visitorProtocols)
            for name in certificate.names where byName[name] == nil { byName[name] = (certificate, served) }
            if fallback == nil || certificate.isDefault { fallback = served }
        }
        guard let fallback else { preconditionFailure("there is a first certificate") }
        self.byName = byName.mapValues(\.served)
        self.fallback = fallback
        // Agents get the certificate of the name that they connect to. They offer no ALPN and get none
        // (`spec/agent-protocol.md` 1).
        let forAgents = Self.find(configuration.connectHost, in: byName)?.certificate ?? first
        self.agents = try TLSContext(forAgents, protocols: []).context
    }

    /// The exact name before the wildcard of one label less, then the default (`spec/endpoints.md` 9.3).
    func served(for serverName: String?) -> TLSContext {
        guard let name = serverName else { return self.fallback }
        return Self.find(name, in: self.byName) ?? self.fallback
    }

    /// When each name's certificate ends.
    var ends: [(name: String, end: Timestamp)] {
        self.byName.compactMap { name, served in served.end.map { (name, $0) } }
    }

    private static func find<Value>(_ name: String, in byName: [String: Value]) -> Value? {
        if let exact = byName[name] { return exact }
        guard let dot = name.firstIndex(of: ".") else { return nil }
        return byName["*" + name[dot...]]
    }
}
