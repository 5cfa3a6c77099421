package import Model
internal import SwiftASN1
internal import X509

/// Those whose word counts for the certificates that clients show.
package struct ClientAuthorities: Sendable {
    /// A client may show this many certificates: its own, and those that lead to an authority.
    package static let longestChain = 5

    /// The authorities' own certificates, in DER.
    package let certificates: [[UInt8]]
    private let store: CertificateStore
    private let revocations: [RevocationList]

    /// Whether there is neither a certificate nor a list of revocations.
    package var isEmpty: Bool { self.certificates.isEmpty && self.revocations.isEmpty }

    /// - Parameter texts: PEM: certificates, and what their authorities have revoked (`X509 CRL`). Every certificate is
    ///   trusted as it stands, whether it has signed itself or not.
    /// - Throws: `clientAuthority`.
    package init(pem texts: [String]) throws(Failure) {
        var certificates: [Certificate] = []
        var bytes: [[UInt8]] = []
        var revocations: [RevocationList] = []
        do {
            for block in try texts.flatMap({ try PEMDocument.parseMultiple(pemString: $0) }) {
                switch block.discriminator {
                case "CERTIFICATE":
                    certificates.append(try Certificate(pemDocument: block))
                    bytes.append(block.derBytes)
                case "X509 CRL": revocations.append(try RevocationList(der: block.derBytes))
                default: continue
                }
            }
        } catch {
            throw Failure(
                .clientAuthority,
                "A certificate of an authority, or its list of revocations, cannot be read.",
                detail: "\(error)",
                cause: error
            )
        }
        self.certificates = bytes
        self.store = CertificateStore(certificates)
        self.revocations = revocations.map { $0.checked(against: certificates) }
    }

    /// Looks whether a chain leads to one of the authorities, and may be used by a client now.
    ///
    /// - Parameter chain: DER, as the client has sent it: its own certificate first, the others in any order.
    /// - Returns: the words for why not; nil where it does.
    package func refusal(of chain: [[UInt8]]) async -> String? {
        guard chain.count <= Self.longestChain else { return "more than \(Self.longestChain) certificates" }
        guard let certificates = try? chain.map({ try Certificate(derEncoded: $0) }), let leaf = certificates.first
        else { return "a certificate that cannot be read" }
        var verifier = Verifier(rootCertificates: self.store) {
            RFC5280Policy()
            ClientUsagePolicy()
            RevocationPolicy(lists: self.revocations)
        }
        let intermediates = CertificateStore(certificates.dropFirst())
        switch await verifier.validate(leaf: leaf, intermediates: intermediates) {
        case .validCertificate: return nil
        case .couldNotValidate(let failures):
            guard let failure = failures.first else { return "no authority that is trusted has signed it" }
            return "\(failure.policyFailureReason)"
        }
    }
}

/// What a certificate may be used for (RFC 5280 §4.2.1.3, §4.2.1.12), and signatures that nobody can forge.
private struct ClientUsagePolicy: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
    ]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        do {
            if let usage = try chain.leaf.extensions.keyUsage, !usage.digitalSignature {
                return .failsToMeetPolicy(reason: "the certificate's key may not sign handshakes")
            }
            if let usages = try chain.leaf.extensions.extendedKeyUsage, !usages.contains(.clientAuth),
                !usages.contains(.any)
            {
                return .failsToMeetPolicy(reason: "the certificate is not for clients")
            }
            for issuer in chain.dropFirst() {
                if let usage = try issuer.extensions.keyUsage, !usage.keyCertSign {
                    return .failsToMeetPolicy(reason: "an issuer may not sign certificates")
                }
            }
        } catch {
            return .failsToMeetPolicy(reason: "an extension cannot be read")
        }
        // What is trusted is so whoever signed it.
        guard !chain.dropLast().contains(where: { $0.signatureAlgorithm == .sha1WithRSAEncryption }) else {
            return .failsToMeetPolicy(reason: "a signature is made with SHA-1")
        }
        return .meetsPolicy
    }
}
