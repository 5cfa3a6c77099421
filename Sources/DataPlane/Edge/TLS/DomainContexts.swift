import Addressing
import EdgeLink
import Expression
import Model

/// The TLS contexts of the domains that have a certificate of their own. A value that each loop has a copy of.
struct DomainContexts: Sendable {
    private var byDomain: [HostPattern: TLSContext] = [:]

    /// Nil takes a domain's away.
    mutating func set(_ context: TLSContext?, for domain: HostPattern) {
        self.byDomain[domain] = context
    }

    /// When each domain's certificate ends.
    var ends: [(name: String, end: Timestamp)] {
        self.byDomain.compactMap { domain, served in served.end.map { ("\(domain)", $0) } }
    }

    /// That of the name itself before that of the nearest wildcard above it (`spec/endpoints.md` 9.3).
    func served(for host: HostName?) -> TLSContext? {
        guard !self.byDomain.isEmpty, let host else { return nil }
        if let exact = self.byDomain[HostPattern(host)] { return exact }
        var above = host.parent
        while let name = above {
            if let found = self.byDomain[HostPattern(name, isWildcard: true)] { return found }
            above = name.parent
        }
        return nil
    }
}

/// What an edge knows of the domains' certificates: what they serve, and the revision of each domain that says so.
struct DomainCertificates {
    private(set) var contexts = DomainContexts()
    /// Of domains that have no certificate any more too, so that an earlier one that arrives late is known as such.
    private var revisions: [HostPattern: Int64] = [:]

    /// - Returns: the domains whose certificate cannot be served, with the reason.
    mutating func take(_ certificates: [DomainCertificate]) -> [HostPattern: Failure] {
        var failures: [HostPattern: Failure] = [:]
        for certificate in certificates where certificate.revision > self.revisions[certificate.domain] ?? 0 {
            do throws(Failure) {
                self.contexts.set(try TLSContext(certificate), for: certificate.domain)
                self.revisions[certificate.domain] = certificate.revision
            } catch {
                failures[certificate.domain] = error
            }
        }
        return failures
    }
}

extension TLSContext {
    /// Nil for a domain without a certificate of its own.
    fileprivate init?(_ certificate: DomainCertificate) throws(Failure) {
        guard let pair = certificate.keyPair else { return nil }
        let served = ServedCertificate(
            names: ["\(certificate.domain)"],
            chainPEM: pair.chainPEM,
            keyPEM: pair.keyPEM
        )
        try self.init(served, protocols: Self.visitorProtocols)
    }
}
