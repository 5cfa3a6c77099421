import APITypes
package import Certificates
package import Foundation
import JSON
package import Model
package import Secrets
package import Store

/// A certificate with its chain and its private key, for domains of an account.
package struct TLSCertificateRecord: ResourceDocument {
    package typealias Kind = CertificateKind
    package static let recordKind = RecordKind("tls_certificate")

    /// The chain in PEM, leaf first.
    package var chain: String
    /// The private key in PEM, sealed.
    package var sealedKey: String
    package var summary: CertificateSummary
    /// When the edge obtained it; nil if it was uploaded.
    package var issued: Date?
    /// The directory of the authority from which the edge obtained it; nil if it was uploaded.
    package var authority: String?
    package var description = ""
    package var metadata = ""
    package var created: Date

    static func sealed(_ key: Secret, _ seals: RecordSeals) -> String { seals.seal(key, as: Self.member) }

    fileprivate static let member = "sealedKey"
}

extension Stored<TLSCertificateRecord> {
    /// The private key in PEM.
    ///
    /// - Throws: `certificateUnusable` when no key of the edge sealed it, `sealForged` when it is another's.
    package func key(_ keys: SealingKeyring) throws(Failure) -> Secret {
        do throws(SealError) {
            return try self.seals(keys).open(self.document.sealedKey, as: TLSCertificateRecord.member)
        } catch {
            throw Failure(error, .certificateUnusable, "The private key of \(self.id)")
        }
    }
}

/// TLS certificates (`spec/api.md` 3.4). One that a domain serves cannot be deleted.
struct TLSCertificateRules: ResourceRules {
    static let shape = ResourceShape.tlsCertificates

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> TLSCertificateRecord {
        let chain = body.text("certificate_pem") ?? ""
        let key = Secret(body.text("private_key_pem") ?? "")
        let upload = try await change.context.workshop.use { () throws(Failure) in
            try UploadedCertificate(chainPEM: chain, keyPEM: key)
        }
        return TLSCertificateRecord(
            chain: upload.chainPEM,
            sealedKey: TLSCertificateRecord.sealed(upload.keyPEM, change.seals(of: TLSCertificateRecord.self)),
            summary: upload.summary,
            created: change.now
        )
    }

    func willDelete(_ stored: Stored<TLSCertificateRecord>, _ change: inout Change) async throws(Failure) {
        guard stored.document.issued == nil else {
            throw Failure(.certificateManaged, "\(stored.id) was obtained by the edge.")
        }
        let domains = try await change.context.store.all(ReservedDomainRecord.self, in: change.caller.scope)
        guard let domain = domains.first(where: { $0.document.certificate == stored.id.text }) else { return }
        throw Failure(.certificateInUse, "The domain \(domain.document.domain) serves \(stored.id).")
    }

    func members(of stored: Stored<TLSCertificateRecord>, _ view: ResourceView) -> [String: JSONValue] {
        let summary = stored.document.summary
        var members = summary.members
        members["certificate_pem"] = .string(stored.document.chain)
        members["subject_alternative_names"] = [
            "dns_names": .texts(summary.dnsNames), "ips": .texts(summary.addresses),
        ]
        members["issued_at"] = .time(stored.document.issued)
        members["private_key_type"] = .string(summary.keyType)
        members["issuer_common_name"] = .string(summary.issuerCommonName)
        members["serial_number"] = .string(summary.serialNumber)
        members["subject_organization"] = .string(summary.organization)
        members["subject_organizational_unit"] = .string(summary.organizationalUnit)
        members["subject_locality"] = .string(summary.locality)
        members["subject_province"] = .string(summary.province)
        members["subject_country"] = .string(summary.country)
        return members
    }
}

extension CertificateSummary {
    /// What the API shows of every certificate.
    var members: [String: JSONValue] {
        [
            "subject_common_name": .string(self.commonName), "not_before": .time(self.notBefore),
            "not_after": .time(self.notAfter), "key_usages": .texts(self.keyUsages),
            "extended_key_usages": .texts(self.extendedKeyUsages),
        ]
    }
}

extension TLSCertificateRecord: SealedDocument {
    private static let unbound = SealPurpose("key of a TLS certificate")

    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        guard let sealed = try seals.resealed(self.sealedKey, as: Self.member, unbound: Self.unbound) else {
            return false
        }
        self.sealedKey = sealed
        return true
    }
}
