import Certificates
import Model
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL
import PolicyEngine
import TrafficPolicy

/// A certificate that is served, with settings that a policy has said.
///
/// Visitors who are asked for no certificate share one context, so that their sessions are resumed. Each of those who are
/// gets one of its own: a session that could be resumed would let somebody in whose certificate nobody has looked at
/// again (`spec/traffic-policy.md` 4.24).
final class VisitorTLS: Sendable {
    /// What the settings change. It is held, so that its identity is nobody else's as long as this is known by it.
    private let served: TLSContext
    private let configuration: TLSConfiguration
    private let shared: NIOSSLContext?
    private let authorities: ClientAuthorities?
    private let verification: TLSTermination.Verification?
    /// What policies are told of the certificate that is served.
    let facts: CertificateFacts?

    /// - Throws: `serverKeyPair` or `clientAuthority`.
    init(_ settings: TLSTermination, over served: TLSContext, isHTTP: Bool) throws(Failure) {
        self.served = served
        var base = served
        if let identity = settings.identity {
            let certificate = ServedCertificate(names: [], chainPEM: identity.chainPEM, keyPEM: identity.keyPEM)
            do throws(Failure) {
                base = try TLSContext(certificate, protocols: TLSContext.visitorProtocols)
            } catch {
                let words = "The certificate of this endpoint's policy cannot be used."
                throw Failure(.serverKeyPair, words, detail: error.detail, cause: error)
            }
        }
        self.facts = base.facts
        var configuration = base.context.configuration
        configuration.minimumTLSVersion = TLSVersion(settings.minVersion)
        configuration.maximumTLSVersion = TLSVersion(settings.maxVersion)
        configuration.applicationProtocols = isHTTP ? TLSContext.visitorProtocols : []
        guard let clients = settings.clients else {
            self.configuration = configuration
            self.shared = try Self.context(configuration)
            self.authorities = nil
            self.verification = nil
            return
        }
        let authorities = try ClientAuthorities(pem: clients.authorities)
        configuration.certificateVerification =
            clients.verification == .request ? .optionalVerification : .noHostnameVerification
        // Nothing is looked up there: certificates are judged by `authorities`. Visitors are told whose they may show.
        configuration.trustRoots = .certificates(
            clients.verification == .requireAny ? [] : try Self.certificates(of: authorities)
        )
        configuration.sendCANameList = true
        self.configuration = configuration
        self.shared = nil
        self.authorities = authorities
        self.verification = clients.verification
        // Fails now where it would for each visitor.
        _ = try Self.context(configuration)
    }

    private static func context(_ configuration: TLSConfiguration) throws(Failure) -> NIOSSLContext {
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            let words = "The settings of TLS of this endpoint's policy cannot be used."
            throw Failure(.serverKeyPair, words, detail: "\(error)", cause: error)
        }
    }

    private static func certificates(of authorities: ClientAuthorities) throws(Failure) -> [NIOSSLCertificate] {
        do {
            return try authorities.certificates.map { try NIOSSLCertificate(bytes: $0, format: .der) }
        } catch {
            let words = "The certificate of an authority that this endpoint's policy names cannot be used."
            throw Failure(.clientAuthority, words, detail: "\(error)", cause: error)
        }
    }

    /// What answers one handshake. What comes of the visitor's certificate is noted in `client`.
    func makeHandler(noting client: ShownCertificate) throws -> NIOSSLServerHandler {
        if let shared { return NIOSSLServerHandler(context: shared) }
        let (authorities, verification) = (self.authorities, self.verification)
        let context = try NIOSSLContext(configuration: self.configuration)
        return NIOSSLServerHandler(context: context) { chain, promise in
            guard let authorities, verification != .requireAny, !chain.isEmpty else {
                client.isVerified = true
                promise.succeed(.certificateVerified)
                return
            }
            let bytes = chain.map { (try? $0.toDERBytes()) ?? [] }
            let judged = promise.futureResult.eventLoop.makeFutureWithTask { await authorities.refusal(of: bytes) }
            judged.assumeIsolated().whenSuccess { refusal in
                client.isVerified = refusal == nil
                client.refusal = refusal
                let passes = refusal == nil || verification == .request
                promise.succeed(passes ? .certificateVerified : .failed)
            }
        }
    }
}

/// What came of the certificate that a visitor was asked for. Touched on the event loop of its connection alone.
final class ShownCertificate {
    var isVerified = false
    /// Why it does not count.
    var refusal: String?

    /// What policies are told of it: nothing of one that does not count.
    func facts(_ shown: NIOSSLCertificate?) -> CertificateFacts? {
        guard self.isVerified, let bytes = try? shown?.toDERBytes() else { return nil }
        return CertificateFacts(der: bytes, isShown: true)
    }

    /// What the policy's owner should know.
    var warnings: [String] {
        self.refusal.map { ["the visitor's certificate does not count: \($0)"] } ?? []
    }
}

extension TLSVersion {
    fileprivate init(_ version: TLSTermination.Version) {
        switch version {
        case .tls12: self = .tlsv12
        case .tls13: self = .tlsv13
        }
    }
}

/// The settings of TLS that policies have said, ready to be used: an event loop's own, so that it asks nobody else.
final class VisitorTLSTable {
    fileprivate struct Key: Hashable {
        let settings: TLSTermination
        let served: ObjectIdentifier
        let isHTTP: Bool
    }

    /// What all loops of an edge share: asked where one meets settings for the first time. A session is resumed on any of
    /// them then.
    final class Shared: Sendable {
        private let known = NIOLockedValueBox<[Key: VisitorTLS]>([:])

        fileprivate func find(_ key: Key, or make: () throws(Failure) -> VisitorTLS) throws(Failure) -> VisitorTLS {
            if let found = self.known.withLockedValue({ $0[key] }) { return found }
            let made = try make()
            return self.known.withLockedValue { known in
                if let found = known[key] { return found }
                if known.count >= VisitorTLSTable.limit { known = [:] }
                known[key] = made
                return made
            }
        }
    }

    /// Certificates and settings of policies that are kept; one more, and all are made anew as they are asked for.
    private static let limit = 4096

    private let shared: Shared
    private var known: [Key: VisitorTLS] = [:]

    init(_ shared: Shared) {
        self.shared = shared
    }

    /// - Throws: `serverKeyPair` or `clientAuthority`.
    func find(_ settings: TLSTermination, over served: TLSContext, isHTTP: Bool) throws(Failure) -> VisitorTLS {
        let key = Key(settings: settings, served: ObjectIdentifier(served.context), isHTTP: isHTTP)
        if let found = self.known[key] { return found }
        let made = try self.shared.find(key) { () throws(Failure) in
            try VisitorTLS(settings, over: served, isHTTP: isHTTP)
        }
        if self.known.count >= Self.limit { self.known = [:] }
        self.known[key] = made
        return made
    }
}
