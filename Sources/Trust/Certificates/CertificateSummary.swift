internal import Addressing
internal import Crypto
package import Foundation
internal import SwiftASN1
internal import X509

/// What people want to know of a certificate without reading it.
package struct CertificateSummary: Codable, Sendable, Hashable {
    package var commonName: String
    package var organization: String
    package var organizationalUnit: String
    package var locality: String
    package var province: String
    package var country: String
    package var issuerCommonName: String
    /// In hexadecimal, two digits a byte.
    package var serialNumber: String
    package var dnsNames: [String]
    package var addresses: [String]
    package var notBefore: Date
    package var notAfter: Date
    package var keyUsages: [String]
    package var extendedKeyUsages: [String]
    /// `rsa`, `ecdsa` or `ed25519`.
    package var keyType: String

    init(_ certificate: Certificate) {
        let subject = certificate.subject
        self.commonName = subject.text(.RDNAttributeType.commonName)
        self.organization = subject.text(.RDNAttributeType.organizationName)
        self.organizationalUnit = subject.text(.RDNAttributeType.organizationalUnitName)
        self.locality = subject.text(.RDNAttributeType.localityName)
        self.province = subject.text(.RDNAttributeType.stateOrProvinceName)
        self.country = subject.text(.RDNAttributeType.countryName)
        self.issuerCommonName = certificate.issuer.text(.RDNAttributeType.commonName)
        self.serialNumber = certificate.serialNumber.bytes.drop { $0 == 0 }.map(Self.hexadecimal).joined()
        self.notBefore = certificate.notValidBefore
        self.notAfter = certificate.notValidAfter
        // An extension that cannot be read is not shown; whether the certificate may be used is decided elsewhere.
        let names = (try? certificate.extensions.subjectAlternativeNames).map(Array.init) ?? []
        self.dnsNames = names.compactMap { name in
            if case .dnsName(let text) = name { text } else { nil }
        }
        self.addresses = names.compactMap { name in
            guard case .ipAddress(let octets) = name else { return nil }
            return IPAddress(octets: octets.bytes).map { "\($0)" }
        }
        self.keyUsages = (try? certificate.extensions.keyUsage)?.names ?? []
        self.extendedKeyUsages = (try? certificate.extensions.extendedKeyUsage)?.map(\.name) ?? []
        self.keyType = certificate.publicKey.type
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}

extension DistinguishedName {
    /// The first value of an attribute; empty for none.
    fileprivate func text(_ type: ASN1ObjectIdentifier) -> String {
        for part in self {
            for attribute in part where attribute.type == type { return String(attribute.value) ?? "" }
        }
        return ""
    }
}

extension KeyUsage {
    fileprivate var names: [String] {
        let all: [(Bool, String)] = [
            (self.digitalSignature, "digital_signature"), (self.nonRepudiation, "content_commitment"),
            (self.keyEncipherment, "key_encipherment"), (self.dataEncipherment, "data_encipherment"),
            (self.keyAgreement, "key_agreement"), (self.keyCertSign, "cert_sign"), (self.cRLSign, "crl_sign"),
            (self.encipherOnly, "encipher_only"), (self.decipherOnly, "decipher_only"),
        ]
        return all.filter(\.0).map(\.1)
    }
}

extension ExtendedKeyUsage.Usage {
    fileprivate var name: String {
        switch self {
        case .any: "any"
        case .serverAuth: "server_auth"
        case .clientAuth: "client_auth"
        case .codeSigning: "code_signing"
        case .emailProtection: "email_protection"
        case .timeStamping: "time_stamping"
        case .ocspSigning: "ocsp_signing"
        default: "\(self)"
        }
    }
}

extension Certificate.PublicKey {
    fileprivate var type: String {
        if Curve25519.Signing.PublicKey(self) != nil { return "ed25519" }
        let isECDSA =
            P256.Signing.PublicKey(self) != nil || P384.Signing.PublicKey(self) != nil
            || P521.Signing.PublicKey(self) != nil
        return isECDSA ? "ecdsa" : "rsa"
    }
}
