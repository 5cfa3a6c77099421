import Addressing
import EdgeLink
import Expression
import Foundation
import Model

/// The domains that have a certificate of their own, as one event loop knows them.
struct DomainContexts {
    private var sources: [HostPattern: CertificateSource] = [:]
    private var ready: ReadyCertificates

    init(limit: Int) {
        self.ready = ReadyCertificates(limit: limit)
    }

    var readyCount: Int { self.ready.count }

    mutating func setLimit(_ limit: Int) { self.ready.setLimit(limit) }

    mutating func apply(_ change: CertificateChange) {
        let old = self.sources[change.domain]
        self.sources[change.domain] = change.source
        if let old { self.ready.forget(old) }
        if let ready = change.ready { self.ready.keep(ready) }
    }

    /// What the certificate of a host is made of: that of the name itself before that of the nearest wildcard above it
    /// (`spec/endpoints.md` 9.3). Nil where it is the edge's.
    func source(for host: HostName?) -> CertificateSource? {
        guard !self.sources.isEmpty, let host else { return nil }
        if let exact = self.sources[HostPattern(host)] { return exact }
        var above = host.parent
        while let name = above {
            if let found = self.sources[HostPattern(name, isWildcard: true)] { return found }
            above = name.parent
        }
        return nil
    }

    mutating func find(_ source: CertificateSource) -> ReadyCertificate? { self.ready.find(source) }

    /// - Returns: how many were forgotten for it.
    mutating func keep(_ ready: ReadyCertificate) -> Int {
        // It may have been replaced while it was made.
        guard self.sources[ready.source.domain] === ready.source else { return 0 }
        return self.ready.keep(ready)
    }

    /// Serves the edge's own certificate in the place of one that cannot be used.
    mutating func drop(_ source: CertificateSource) {
        guard self.sources[source.domain] === source else { return }
        self.sources[source.domain] = nil
        self.ready.forget(source)
    }
}

/// What loops are told of one domain.
struct CertificateChange: Sendable {
    let domain: HostPattern
    /// Nil for a domain without a certificate of its own.
    let source: CertificateSource?
    /// Nil for one that is made when a handshake asks.
    let ready: ReadyCertificate?
}

/// What an edge knows of the domains' certificates: the revision of each domain that it was told of, and when each ends.
struct DomainCertificates {
    /// So many at once are made at once, so that who changed one learns whether it can be served.
    private static let eagerLimit = 64

    private var ends: [HostPattern: Timestamp] = [:]
    /// Of domains that have no certificate any more too, so that an earlier one that arrives late is known as such.
    private var revisions: [HostPattern: Int64] = [:]

    /// When each domain's certificate ends.
    var allEnds: [(name: String, end: Timestamp)] { self.ends.map { ("\($0)", $1) } }

    /// - Returns: what loops are to be told, and the domains whose certificate cannot be served, with the reason.
    mutating func take(
        _ certificates: [DomainCertificate]
    ) -> (changes: [CertificateChange], failures: [HostPattern: Failure]) {
        var changes: [CertificateChange] = []
        var failures: [HostPattern: Failure] = [:]
        let isEager = certificates.count <= Self.eagerLimit
        for certificate in certificates where certificate.revision > self.revisions[certificate.domain] ?? 0 {
            let domain = certificate.domain
            let source = certificate.keyPair.map { CertificateSource($0, of: domain) }
            do throws(Failure) {
                let ready = isEager ? try source?.readyNow() : nil
                changes.append(CertificateChange(domain: domain, source: source, ready: ready))
                self.ends[domain] = ready?.tls.end ?? certificate.keyPair?.notAfter.flatMap(Timestamp.init(date:))
                self.revisions[domain] = certificate.revision
            } catch {
                failures[domain] = error
            }
        }
        return (changes, failures)
    }
}

extension Timestamp {
    fileprivate init?(date: Date) {
        guard let seconds = Int64(exactly: date.timeIntervalSince1970.rounded(.down)) else { return nil }
        self.init(seconds: seconds, nanoseconds: 0)
    }
}
