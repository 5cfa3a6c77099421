package import Model
internal import SwiftASN1
internal import X509

/// A chain and its private key, as someone uploads them (`spec/endpoints.md` 9.5): they were checked, and fit.
package struct UploadedCertificate: Sendable {
    private static let chainLimit = 16

    /// The chain in PEM, leaf first, as it was given: clients compare it by its text.
    package let chainPEM: String
    /// The private key in PEM.
    package let keyPEM: Secret
    /// Of the leaf.
    package let summary: CertificateSummary

    /// - Throws: what is wrong with the upload; the certificates need neither be good at the moment nor be trusted by
    ///   anyone.
    package init(chainPEM: String, keyPEM: Secret) throws(Failure) {
        let chain = try Self.chain(chainPEM)
        let (document, key) = try Self.key(keyPEM)
        guard key.publicKey == chain[0].publicKey else {
            throw Failure(.certificateKeyOfOther, "The private key is not that of the first certificate.")
        }
        try Self.checkOrder(chain)
        self.chainPEM = chainPEM
        self.keyPEM = Secret(document.pemString + "\n")
        self.summary = CertificateSummary(chain[0])
    }

    /// At least one certificate.
    private static func chain(_ text: String) throws(Failure) -> [Certificate] {
        let documents = try UploadedPEM.blocks(text, unreadable: .certificateUnreadable)
        guard !documents.isEmpty else { throw Failure(.certificateMissing, "No block of PEM was found.") }
        guard documents.count <= Self.chainLimit else {
            throw Failure(
                .certificateTooLarge,
                "It has \(documents.count) certificates of at most \(Self.chainLimit)."
            )
        }
        var chain: [Certificate] = []
        for (index, document) in documents.enumerated() {
            guard !document.discriminator.hasSuffix("PRIVATE KEY") else {
                throw Failure(.certificateIsKey, "Block \(index + 1) is a private key.")
            }
            do {
                chain.append(try Certificate(pemDocument: document))
            } catch {
                throw Failure(.certificateUnreadable, "Certificate \(index + 1) cannot be read.", cause: error)
            }
        }
        return chain
    }

    private static func key(_ secret: Secret) throws(Failure) -> (PEMDocument, Certificate.PrivateKey) {
        let documents = try UploadedPEM.blocks(secret.reveal(), unreadable: .certificateKeyUnreadable)
        guard let document = documents.first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") }) else {
            throw documents.isEmpty
                ? Failure(.certificateKeyMissing, "No block of PEM was found.")
                : Failure(.certificateKeyIsCertificate, "It is a \(documents[0].discriminator.prefix(50)).")
        }
        do {
            return (document, try Certificate.PrivateKey(pemDocument: document))
        } catch {
            // What the parser says might quote the key.
            throw Failure(.certificateKeyUnreadable, "The private key cannot be read.")
        }
    }

    private static func checkOrder(_ chain: [Certificate]) throws(Failure) {
        for (index, (certificate, signer)) in zip(chain, chain.dropFirst()).enumerated() {
            guard certificate.issuer == signer.subject,
                signer.publicKey.isValidSignature(certificate.signature, for: certificate)
            else {
                throw Failure(.certificateChain, "Certificate \(index + 1) was not signed by the one behind it.")
            }
        }
    }
}

/// The certificate of an authority whose clients are let in, as someone uploads it. It may have expired.
package struct UploadedAuthority: Sendable {
    /// The certificate in PEM, as it was given.
    package let pem: String
    package let summary: CertificateSummary

    /// - Throws: what is wrong with the upload.
    package init(pem: String) throws(Failure) {
        let documents = try UploadedPEM.blocks(pem, unreadable: .authorityUnreadable)
        guard let document = documents.first else { throw Failure(.authorityUnreadable, "No block of PEM was found.") }
        for other in documents where other.discriminator != "CERTIFICATE" {
            throw Failure(.authorityPEMType, "It holds a \(other.discriminator.prefix(50)).")
        }
        guard documents.count == 1 else {
            throw Failure(.authorityTooMany, "It holds \(documents.count) certificates.")
        }
        let certificate: Certificate
        do {
            certificate = try Certificate(pemDocument: document)
        } catch {
            throw Failure(.authorityUnreadable, "The certificate cannot be read.", cause: error)
        }
        guard case .isCertificateAuthority? = try? certificate.extensions.basicConstraints else {
            throw Failure(.authorityIsNone, "The certificate is none of an authority.")
        }
        self.pem = pem
        self.summary = CertificateSummary(certificate)
    }
}
