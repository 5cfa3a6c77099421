package import Addressing
private import Crypto
package import Foundation
package import Model
package import Secrets
internal import SwiftASN1
internal import X509

/// The edge's own certificate authority: what serves a base domain and the agents until real certificates are there.
///
/// ECDSA on P-256, ten years. It signs server certificates and nothing else, and no authority below it.
package struct LocalAuthority: Sendable {
    /// Clocks of clients may be behind by this much.
    private static let backdating: TimeInterval = 3600
    private static let lifetime: TimeInterval = 3650 * 86_400
    /// A server certificate: below the 366 days that Mozilla advises, and the 398 that clients accept.
    private static let serverLifetime: TimeInterval = 364 * 86_400

    let certificate: Certificate
    let key: Certificate.PrivateKey

    private init(certificate: Certificate, key: Certificate.PrivateKey) {
        self.certificate = certificate
        self.key = key
    }

    /// A new authority with a new key. Lists of trusted authorities show `name`.
    package static func create(
        name: String = "Portico local authority",
        at now: Date = Date()
    ) throws(LocalAuthorityError) -> LocalAuthority {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let keyIdentifier = SubjectKeyIdentifier(hash: key.publicKey)
        do {
            // The serial number tells apart authorities that were made one after the other on the same machine.
            let serial = Certificate.SerialNumber()
            let subject = try DistinguishedName {
                OrganizationName(name)
                CommonName("\(name) \(serial.bytes.prefix(4).map { String($0, radix: 16) }.joined())")
            }
            let certificate = try Certificate(
                version: .v3,
                serialNumber: serial,
                publicKey: key.publicKey,
                notValidBefore: now - Self.backdating,
                notValidAfter: now + Self.lifetime,
                issuer: subject,
                subject: subject,
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    keyIdentifier
                },
                issuerPrivateKey: key
            )
            return LocalAuthority(certificate: certificate, key: key)
        } catch {
            throw .unusable("the authority's certificate was not made: \(error)")
        }
    }

    /// The authority that was saved as these texts.
    ///
    /// - Throws: when a text is no PEM, the certificate is none of an authority, or the key is another's.
    package static func load(
        certificatePEM: String,
        keyPEM: Secret
    ) throws(LocalAuthorityError) -> LocalAuthority {
        let certificate: Certificate
        let key: Certificate.PrivateKey
        do {
            certificate = try Certificate(pemEncoded: certificatePEM)
        } catch {
            throw .unusable("the authority's certificate is not readable: \(error)")
        }
        do {
            key = try Certificate.PrivateKey(pemEncoded: keyPEM.reveal())
        } catch {
            // What the parser says might quote the key.
            throw .unusable("the authority's key is not readable")
        }
        guard key.publicKey == certificate.publicKey else { throw .keyOfAnother }
        guard case .isCertificateAuthority? = try? certificate.extensions.basicConstraints else {
            throw .unusable("the certificate is none of an authority")
        }
        return LocalAuthority(certificate: certificate, key: key)
    }

    /// The certificate, which clients need in order to trust what this authority issues.
    package var certificatePEM: String {
        get throws(LocalAuthorityError) { try pem { try self.certificate.serializeAsPEM() } }
    }

    /// The key. Whoever has it can issue for any name.
    package var keyPEM: Secret {
        get throws(LocalAuthorityError) { Secret(try pem { try self.key.serializeAsPEM() }) }
    }

    /// The first moment at which it is no longer good.
    package var expiry: Date { self.certificate.notValidAfter }

    /// A server certificate with a new key, good for 364 days.
    ///
    /// `names` are host names whose first label may be `*`, which clients take for exactly one label; `addresses` are for
    /// clients that connect to an address without a name.
    package func issue(
        for names: [String],
        addresses: [IPAddress] = [],
        at now: Date = Date()
    ) throws(LocalAuthorityError) -> IssuedCertificate {
        guard !names.isEmpty || !addresses.isEmpty else { throw .noNames }
        guard now < self.expiry else { throw .expired(self.expiry) }
        let subjects = SubjectNames(names: try names.map(Self.checked), addresses: addresses)
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        do {
            let certificate = try Certificate(
                version: .v3,
                serialNumber: Certificate.SerialNumber(),
                publicKey: key.publicKey,
                notValidBefore: max(now - Self.backdating, self.certificate.notValidBefore),
                notValidAfter: min(now + Self.serverLifetime, self.expiry),
                issuer: self.certificate.subject,
                subject: try DistinguishedName { CommonName(subjects.commonName) },
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try self.serverExtensions(for: subjects, key: key.publicKey),
                issuerPrivateKey: self.key
            )
            return IssuedCertificate(
                certificatePEM: try certificate.serializeAsPEM().pemString + "\n",
                keyPEM: Secret(try key.serializeAsPEM().pemString + "\n"),
                expiry: certificate.notValidAfter
            )
        } catch {
            throw .unusable("no certificate was made for \(subjects.commonName): \(error)")
        }
    }

    private func serverExtensions(
        for subjects: SubjectNames,
        key: Certificate.PublicKey
    ) throws -> Certificate.Extensions {
        try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.serverAuth])
            SubjectAlternativeNames(subjects.generalNames)
            SubjectKeyIdentifier(hash: key)
            AuthorityKeyIdentifier(
                keyIdentifier: try self.certificate.extensions.subjectKeyIdentifier?.keyIdentifier
            )
        }
    }

    private static func checked(_ name: String) throws(LocalAuthorityError) -> String {
        do throws(HostNameError) {
            return try HostPattern(parsing: name).description
        } catch {
            throw .name("\(error)")
        }
    }
}

/// A certificate and its key, as a TLS server takes them.
package struct IssuedCertificate: Sendable {
    /// The chain, leaf first. The authority, which clients must hold anyway, is left out.
    package let certificatePEM: String
    package let keyPEM: Secret
    /// The first moment at which it is no longer good.
    package let expiry: Date

    package init(certificatePEM: String, keyPEM: Secret, expiry: Date) {
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
        self.expiry = expiry
    }
}

/// Why an authority or a certificate of it is not there.
package enum LocalAuthorityError: Error, Sendable {
    /// The certificate and the key do not belong together.
    case keyOfAnother
    /// A text could not be read or made.
    case unusable(String)
    /// A name that a certificate was asked for is no host name.
    case name(String)
    /// A certificate was asked for without a name or an address.
    case noNames
    /// The authority itself is too old.
    case expired(Date)
    case file(PrivateFileError)
}

extension LocalAuthorityError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .keyOfAnother: "the authority's certificate and key do not belong together"
        case .unusable(let what): what
        case .name(let what): "no certificate can be made: \(what)"
        case .noNames: "no certificate can be made without a name or an address"
        case .expired(let date): "the local certificate authority expired on \(date)"
        case .file(let error): "\(error)"
        }
    }
}

/// The text of a PEM document, ended by a newline.
private func pem(_ document: () throws -> PEMDocument) throws(LocalAuthorityError) -> String {
    do {
        return try document().pemString + "\n"
    } catch {
        throw .unusable("a certificate was not written: \(error)")
    }
}
