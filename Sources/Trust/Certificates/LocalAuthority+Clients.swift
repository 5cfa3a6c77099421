package import Foundation
internal import SwiftASN1
internal import X509

/// A certificate by which a client shows who it is, for a key that the client keeps.
package struct ClientCertificate: Codable, Sendable, Hashable {
    package var pem: String
    package var notBefore: Date
    package var notAfter: Date
}

extension LocalAuthority {
    private static var clientLifetime: TimeInterval { 365 * 86_400 }
    private static var requestLimit: Int { 16_384 }

    /// A certificate for the key of a certificate signing request (RFC 2986) in PEM, good for a year. Of the request
    /// only the key counts: `name` is what the certificate calls its holder.
    ///
    /// - Throws: `.unusable` when the request cannot be read, or was not signed with its own key.
    package func certify(
        request pem: String,
        as name: String,
        at now: Date = Date()
    ) throws(LocalAuthorityError) -> ClientCertificate {
        let request: CertificateSigningRequest
        do {
            guard pem.utf8.count <= Self.requestLimit else { throw LocalAuthorityError.unusable("it is too large") }
            request = try CertificateSigningRequest(pemEncoded: pem)
        } catch {
            throw .unusable("the certificate signing request is not readable: \(error)")
        }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw .unusable("the certificate signing request was not signed with its own key")
        }
        guard now < self.expiry else { throw .expired(self.expiry) }
        do {
            let certificate = try Certificate(
                version: .v3,
                serialNumber: Certificate.SerialNumber(),
                publicKey: request.publicKey,
                notValidBefore: max(now.addingTimeInterval(-3600), self.certificate.notValidBefore),
                notValidAfter: min(now.addingTimeInterval(Self.clientLifetime), self.expiry),
                issuer: self.certificate.subject,
                subject: try DistinguishedName { CommonName(name) },
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.clientAuth])
                    AuthorityKeyIdentifier(
                        keyIdentifier: try self.certificate.extensions.subjectKeyIdentifier?.keyIdentifier
                    )
                },
                issuerPrivateKey: self.key
            )
            return ClientCertificate(
                pem: try certificate.serializeAsPEM().pemString + "\n",
                notBefore: certificate.notValidBefore,
                notAfter: certificate.notValidAfter
            )
        } catch {
            throw .unusable("no certificate was made for \(name): \(error)")
        }
    }
}
