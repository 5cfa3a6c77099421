package import Addressing

/// What an edge answers to authorities that look whether a name leads to it: one immutable value, replaced whole.
package struct ChallengeAnswers: Sendable {
    /// Grows by each value; a lower one that arrives late is not applied.
    package let revision: UInt64
    /// What is in the files under `/.well-known/acme-challenge/`, by host and file name (RFC 8555 §8.3).
    package let files: [HostName: [String: String]]
    /// The certificates of names for who speaks `acme-tls/1` (RFC 8737).
    package let certificates: [HostName: DomainCertificate.KeyPair]

    package init(
        revision: UInt64,
        files: [HostName: [String: String]],
        certificates: [HostName: DomainCertificate.KeyPair]
    ) {
        self.revision = revision
        self.files = files
        self.certificates = certificates
    }
}
