package import Addressing
package import Foundation
package import Model

/// What a domain serves to visitors by its own certificate, from a moment on.
package struct DomainCertificate: Sendable {
    /// A chain with its key, both in PEM.
    package struct KeyPair: Sendable {
        /// The leaf first.
        package let chainPEM: String
        package let keyPEM: Secret
        /// When the leaf ends; nil where whoever tells of it does not know.
        package let notAfter: Date?

        package init(chainPEM: String, keyPEM: Secret, notAfter: Date? = nil) {
            self.chainPEM = chainPEM
            self.keyPEM = keyPEM
            self.notAfter = notAfter
        }
    }

    package let domain: HostPattern
    /// Grows with each change of the domain; what arrives with a lower one, late, is not applied.
    package let revision: Int64
    /// Nil when the domain is served with a certificate of the edge.
    package let keyPair: KeyPair?

    package init(domain: HostPattern, revision: Int64, keyPair: KeyPair?) {
        self.domain = domain
        self.revision = revision
        self.keyPair = keyPair
    }
}
