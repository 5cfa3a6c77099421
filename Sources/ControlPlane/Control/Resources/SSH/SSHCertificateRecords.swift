package import Foundation
package import Model
package import Store

/// What certificates of hosts and of users have in common.
package struct SignedSSHCertificate: Codable, Sendable, Hashable {
    /// The identifier of the SSH certificate authority that signed it.
    package var authority: String
    /// The key that is certified, as it was given.
    package var publicKey: String
    /// `ed25519`, `ecdsa` or `rsa`.
    package var keyType: String
    package var principals: [String]
    package var validAfter: Date
    package var validUntil: Date
    /// As it stands in a `-cert.pub` file.
    package var line: String
}

/// A certificate by which a host shows clients who it is.
package struct SSHHostCertificateRecord: ResourceDocument {
    package typealias Kind = SSHHostCertificateKind
    package static let recordKind = RecordKind("ssh_host_certificate")

    package var certificate: SignedSSHCertificate
    package var description = ""
    package var metadata = ""
    package var created: Date
}

/// A certificate by which a user shows hosts who they are.
package struct SSHUserCertificateRecord: ResourceDocument {
    package typealias Kind = SSHUserCertificateKind
    package static let recordKind = RecordKind("ssh_user_certificate")

    package var certificate: SignedSSHCertificate
    package var criticalOptions: [String: String]
    package var extensions: [String: String]
    package var description = ""
    package var metadata = ""
    package var created: Date
}
