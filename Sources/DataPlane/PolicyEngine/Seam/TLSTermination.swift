import Crypto
package import Model
package import TrafficPolicy

/// How a policy wants the TLS of a visitor to end at the edge (`spec/traffic-policy.md` 4.24), its texts worked out.
///
/// Two are the same where all that they say is: they are compared by a hash of it, made once.
package struct TLSTermination: Sendable {
    package typealias Version = TerminateTLSConfiguration.Version
    package typealias Verification = TerminateTLSConfiguration.Verification

    /// A certificate of the policy's own.
    package struct Identity: Sendable {
        /// The leaf first.
        package let chainPEM: String
        package let keyPEM: Secret
    }

    /// What is asked of visitors.
    package struct ClientCertificates: Sendable {
        package let verification: Verification
        /// Certificates of those whose word counts, in PEM, and their lists of what they have revoked. It may be empty
        /// where the policy names some: then nobody's word counts.
        package let authorities: [String]
    }

    package let minVersion: Version
    package let maxVersion: Version
    /// Nil for the certificate that the edge would serve without a policy.
    package let identity: Identity?
    /// Nil where visitors are asked for no certificate.
    package let clients: ClientCertificates?
    /// What of the policy could not be followed, for its owner.
    package let warnings: [String]
    private let fingerprint: SHA256.Digest

    init(
        minVersion: Version,
        maxVersion: Version,
        identity: Identity? = nil,
        clients: ClientCertificates? = nil,
        warnings: [String] = []
    ) {
        self.minVersion = minVersion
        self.maxVersion = maxVersion
        self.identity = identity
        self.clients = clients
        self.warnings = warnings
        let texts =
            [minVersion.rawValue, maxVersion.rawValue, identity?.chainPEM ?? "", identity?.keyPEM.reveal() ?? ""]
            + [clients?.verification.rawValue ?? ""] + (clients?.authorities ?? [])
        var hash = SHA256()
        for text in texts {
            withUnsafeBytes(of: text.utf8.count) { hash.update(bufferPointer: $0) }
            hash.update(data: Array(text.utf8))
        }
        self.fingerprint = hash.finalize()
    }

    /// As TLS ends where no policy says how.
    package static let standard = TLSTermination(minVersion: .tls12, maxVersion: .tls13)
}

extension TLSTermination: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.fingerprint == right.fingerprint }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.fingerprint)
    }
}
