import APITypes
package import Certificates
package import Foundation
import JSON
package import Model
package import Store

/// The certificate of an authority whose client certificates are let in.
package struct CertificateAuthorityRecord: ResourceDocument {
    package typealias Kind = CertificateAuthorityKind
    package static let recordKind = RecordKind("certificate_authority")

    /// In PEM.
    package var certificate: String
    package var summary: CertificateSummary
    package var description = ""
    package var metadata = ""
    package var created: Date
}

/// Certificate authorities (`spec/api.md` 3.5).
struct CertificateAuthorityRules: ResourceRules {
    static let shape = ResourceShape.certificateAuthorities

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> CertificateAuthorityRecord {
        let pem = body.text("ca_pem") ?? ""
        let upload = try await change.context.workshop.use { () throws(Failure) in try UploadedAuthority(pem: pem) }
        return CertificateAuthorityRecord(certificate: upload.pem, summary: upload.summary, created: change.now)
    }

    func members(of stored: Stored<CertificateAuthorityRecord>, _ view: ResourceView) -> [String: JSONValue] {
        var members = stored.document.summary.members
        members["ca_pem"] = .string(stored.document.certificate)
        return members
    }
}
