internal import Crypto
package import Foundation
package import Model
internal import Secrets
internal import SwiftASN1
internal import X509

/// How an authority looks whether a name leads to who asks for its certificate.
package enum ChallengeType: String, Sendable, Hashable, CaseIterable {
    /// A file under `/.well-known/acme-challenge/` (RFC 8555 §8.3).
    case http = "http-01"
    /// A certificate, shown to who speaks `acme-tls/1` (RFC 8737).
    case tlsALPN = "tls-alpn-01"
    /// A TXT record (RFC 8555 §8.4). The only one for wildcards.
    case dns = "dns-01"
}

/// What must be visible under a name, so that the authority finds it.
package struct ChallengeResponse: Sendable, Hashable {
    package let type: ChallengeType
    /// The name, without `*.`.
    package let name: String
    /// What the file is called.
    package let token: String
    /// What is in the file.
    package let keyAuthorization: String

    /// What the TXT record of `_acme-challenge.` and the name holds.
    package var recordValue: String {
        Base64URL.encode(Array(SHA256.hash(data: Data(self.keyAuthorization.utf8))))
    }

    private static let identifierExtension: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 1, 31]

    /// The certificate, with its key, of a server that speaks `acme-tls/1` (RFC 8737 §3).
    package func certificate(at now: Date = Date()) throws -> (certificatePEM: String, keyPEM: Secret) {
        let key = P256.Signing.PrivateKey()
        let digest = ASN1OctetString(contentBytes: ArraySlice(SHA256.hash(data: Data(self.keyAuthorization.utf8))))
        var serializer = DER.Serializer()
        try serializer.serialize(digest)
        let value = ArraySlice(serializer.serializedBytes)
        let subject = try DistinguishedName { CommonName(String(self.name.prefix(64))) }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-3600),
            notValidAfter: now.addingTimeInterval(7 * 86_400),
            issuer: subject,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                SubjectAlternativeNames([.dnsName(self.name)])
                Certificate.Extension(oid: Self.identifierExtension, critical: true, value: value)
            },
            issuerPrivateKey: .init(key)
        )
        return (try certificate.serializeAsPEM().pemString + "\n", Secret(key.pemRepresentation + "\n"))
    }
}

/// Makes answers to challenges visible: an edge, or a program that writes DNS records.
package protocol ChallengeSolver: Sendable {
    /// What it can do for a name, the best first.
    func types(for name: String, isWildcard: Bool) -> [ChallengeType]

    /// Returns when whoever looks finds it.
    func present(_ response: ChallengeResponse) async throws

    /// The authority has looked.
    func withdraw(_ response: ChallengeResponse) async
}
