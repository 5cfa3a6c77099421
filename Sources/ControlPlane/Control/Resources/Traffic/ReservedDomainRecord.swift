package import Addressing
internal import ChallengeDNS
package import Foundation
package import Model
package import Store

/// A host name or a wildcard that belongs to an account, with every name below it (`spec/endpoints.md` 7).
package struct ReservedDomainRecord: ResourceDocument {
    package typealias Kind = ReservedDomainKind
    package static let recordKind = RecordKind("reserved_domain")

    /// How the edge obtains certificates for the name.
    package struct CertificatePolicy: Codable, Sendable, Hashable {
        package var authority: String
        package var keyType: String
    }

    /// `app.example.com` or `*.example.com`, in lower case.
    package var domain: String
    /// What the name's CNAME record must point to; nil for names below a base domain of the edge, which need none.
    package var target: String?
    /// A certificate that was uploaded.
    package var certificate: String?
    package var policy: CertificatePolicy?
    /// What came of the policy.
    package var management: CertificateManagement?
    /// Where the name resolves to; empty for everywhere.
    package var places: [String]
    package var description = ""
    package var metadata = ""
    package var created: Date

    /// The certificate that visitors are shown; nil for one of the edge.
    var served: String? { self.certificate ?? self.management?.certificate }

    /// What the CNAME record of `_acme-challenge` must point to, so that the edge can answer there.
    func challengeTarget(in zone: ChallengeZone?) -> String? {
        guard let target else { return nil }
        let label = target.prefix { $0 != "." }
        return zone.flatMap { $0.target(String(label))?.text } ?? "acme-\(target)"
    }

    package var uniqueKeys: [String: String] { ["domain": self.domain] }

    /// The hosts that it stands for; nil for a record of a newer form.
    package var pattern: HostPattern? { try? HostPattern(parsing: self.domain) }
}
