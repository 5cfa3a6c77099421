package import Foundation
import Model
package import Store

package enum RevocationKind: ResourceKind { package static let prefix = "revocation" }

/// A certificate of the edge's that is not to be trusted any more, until its authority has been told (RFC 8555 §7.6).
package struct RevocationRecord: StoredDocument {
    package typealias Kind = RevocationKind
    package static let recordKind = RecordKind("acme_revocation")

    /// RFC 5280 §5.3.1.
    package enum Reason: Int, Codable, Sendable, CaseIterable {
        case unspecified = 0
        case keyCompromise = 1
        case superseded = 4
        case cessationOfOperation = 5
    }

    /// Of the authority.
    package var directory: String
    /// The chain in PEM, the certificate first.
    package var chain: String
    package var reason: Reason
    /// After that nobody trusts it anyway.
    package var notAfter: Date
    package var created: Date
}
