import Addressing
import EdgeLink
import Model
import NIOConcurrencyHelpers

/// The certificate of a domain, and what handshakes need of it, which is made when the first one asks: an edge with very
/// many certificates starts without them, and has in memory what is in use.
///
/// All loops are given the same context as long as one of them has it, so that a session is resumed on any.
final class CertificateSource: Sendable {
    private struct State {
        weak var ready: ReadyCertificate?
        var making: Task<ReadyCertificate, any Error>?
    }

    let domain: HostPattern
    private let pair: DomainCertificate.KeyPair
    /// Asked off the event loops alone.
    private let state = NIOLockedValueBox(State())

    init(_ pair: DomainCertificate.KeyPair, of domain: HostPattern) {
        self.pair = pair
        self.domain = domain
    }

    /// Makes it, where it is not there.
    ///
    /// - Throws: `certificateUnusable`.
    func ready() async throws -> ReadyCertificate {
        let making = self.state.withLockedValue { state -> Task<ReadyCertificate, any Error>? in
            guard state.ready == nil else { return nil }
            // Visitors of several loops wait for one.
            if let making = state.making { return making }
            let making = Task { try self.make() }
            state.making = making
            return making
        }
        if let making { return try await making.value }
        // What was there may have gone in between.
        if let ready = self.state.withLockedValue({ $0.ready }) { return ready }
        return try self.make()
    }

    /// The same where nobody can wait.
    func readyNow() throws(Failure) -> ReadyCertificate {
        if let ready = self.state.withLockedValue({ $0.ready }) { return ready }
        return try self.make()
    }

    private func make() throws(Failure) -> ReadyCertificate {
        defer { self.state.withLockedValue { $0.making = nil } }
        let served = ServedCertificate(
            names: ["\(self.domain)"],
            chainPEM: self.pair.chainPEM,
            keyPEM: self.pair.keyPEM
        )
        let tls = try TLSContext(served, protocols: TLSContext.visitorProtocols)
        return self.state.withLockedValue { state in
            if let ready = state.ready { return ready }
            let ready = ReadyCertificate(self, tls)
            state.ready = ready
            return ready
        }
    }
}

/// A certificate of a domain with all that handshakes need.
final class ReadyCertificate: Sendable {
    /// Held, so that its identity is nobody else's as long as this is known by it.
    let source: CertificateSource
    let tls: TLSContext

    init(_ source: CertificateSource, _ tls: TLSContext) {
        self.source = source
        self.tls = tls
    }
}
