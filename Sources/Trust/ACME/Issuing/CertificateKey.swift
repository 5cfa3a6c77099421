internal import Crypto
internal import CryptoExtras
package import Model
internal import SwiftASN1
internal import X509

/// The key of a certificate that is to be issued.
package struct CertificateKey: Sendable {
    package enum Form: String, Sendable, Codable {
        case ecdsa
        /// Of 4096 bits; takes seconds to make.
        case rsa
    }

    private let key: Certificate.PrivateKey

    /// A new one.
    package init(_ form: Form) throws {
        switch form {
        case .ecdsa: self.key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        case .rsa: self.key = Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .init(bitCount: 4096)))
        }
    }

    /// - Throws: when `pem` is no key.
    package init(pem: Secret) throws {
        self.key = try Certificate.PrivateKey(pemEncoded: pem.reveal())
    }

    package var pem: Secret { get throws { Secret(try self.key.serializeAsPEM().pemString + "\n") } }

    func isOf(_ certificate: Certificate) -> Bool { self.key.publicKey == certificate.publicKey }

    /// A request for a certificate of these names (RFC 2986), in DER.
    func request(for names: [String]) throws -> [UInt8] {
        let extensions = try Certificate.Extensions { SubjectAlternativeNames(names.map { .dnsName($0) }) }
        let request = try CertificateSigningRequest(
            version: .v1,
            subject: DistinguishedName(),
            privateKey: self.key,
            attributes: try CertificateSigningRequest.Attributes([.init(ExtensionRequest(extensions: extensions))])
        )
        var serializer = DER.Serializer()
        try serializer.serialize(request)
        return serializer.serializedBytes
    }
}
