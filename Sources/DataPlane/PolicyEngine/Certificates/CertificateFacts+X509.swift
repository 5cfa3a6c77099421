import Addressing
import Expression
import Foundation
import SwiftASN1
import X509

extension CertificateFacts {
    /// The facts of a certificate in PEM; nil where it cannot be read.
    ///
    /// - Parameters:
    ///   - pem: the certificate; what stands behind the first is not looked at.
    ///   - isShown: whether policies may see the PEM itself: visitors' certificates, not the edge's.
    package convenience init?(pem: String, isShown: Bool) {
        // What is wrong with it, whoever served or took it has said.
        guard let document = try? PEMDocument.parseMultiple(pemString: pem).first,
            let certificate = try? Certificate(pemDocument: document)
        else { return nil }
        self.init(certificate, isShown: isShown)
    }

    /// The same for a certificate in DER.
    package convenience init?(der: [UInt8], isShown: Bool) {
        // It has come through a handshake, where it was read.
        guard let certificate = try? Certificate(derEncoded: der) else { return nil }
        self.init(certificate, isShown: isShown)
    }

    private convenience init(_ certificate: Certificate, isShown: Bool) {
        var contents = Contents(certificate)
        if isShown, let text = try? certificate.serializeAsPEM().pemString { contents.pem = text + "\n" }
        self.init(contents)
    }
}

extension CertificateFacts.Contents {
    fileprivate init(_ certificate: Certificate) {
        self.init()
        self.extensions = certificate.extensions.map {
            CertificateFacts.Extension(id: "\($0.oid)", isCritical: $0.critical, value: Array($0.value))
        }
        self.issuer = CertificateFacts.Name(certificate.issuer)
        self.subject = CertificateFacts.Name(certificate.subject)
        // The sign of a number that would else read as negative.
        self.serialNumber = certificate.serialNumber.bytes.drop { $0 == 0 }.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        self.signatureAlgorithm = certificate.signatureAlgorithm.policyName
        self.notBefore = Timestamp(certificate.notValidBefore)
        self.notAfter = Timestamp(certificate.notValidAfter)
        if let names = try? certificate.extensions.subjectAlternativeNames { self.add(names) }
    }

    private mutating func add(_ names: SubjectAlternativeNames) {
        var texts: [String] = []
        for name in names {
            switch name {
            case .dnsName(let text):
                self.dnsNames.append(text)
                texts.append("DNS:\(text)")
            case .rfc822Name(let text):
                self.emailAddresses.append(text)
                texts.append("email:\(text)")
            case .ipAddress(let octets):
                guard let address = IPAddress(octets: octets.bytes) else { continue }
                self.ipAddresses.append("\(address)")
                texts.append("IP Address:\(address)")
            case .uniformResourceIdentifier(let text):
                self.uris.append(text)
                texts.append("URI:\(text)")
            default: continue
            }
        }
        self.alternativeNames = texts.joined(separator: ", ")
    }
}

extension CertificateFacts.Name {
    fileprivate init(_ name: DistinguishedName) {
        self.init()
        // RFC 2253 §2.1: the last comes first.
        self.text = "\(name)"
        for attribute in name.joined() {
            guard let value = String(attribute.value) else { continue }
            switch attribute.type {
            case .RDNAttributeType.commonName: self.commonName = value
            case .RDNAttributeType.countryName: self.country.append(value)
            case .RDNAttributeType.localityName: self.locality.append(value)
            case .RDNAttributeType.organizationName: self.organization.append(value)
            case .RDNAttributeType.organizationalUnitName: self.organizationalUnit.append(value)
            case .RDNAttributeType.stateOrProvinceName: self.province.append(value)
            case .RDNAttributeType.streetAddress: self.streetAddress.append(value)
            case Self.postalCodeType: self.postalCode.append(value)
            default: continue
            }
        }
    }

    /// X.520 §6.6.2.
    private static let postalCodeType: ASN1ObjectIdentifier = [2, 5, 4, 17]
}

extension Certificate.SignatureAlgorithm {
    /// As policies call it; the identifier of the algorithm where they have no name for it.
    fileprivate var policyName: String {
        switch self {
        case .ecdsaWithSHA256: "ECDSA-SHA256"
        case .ecdsaWithSHA384: "ECDSA-SHA384"
        case .ecdsaWithSHA512: "ECDSA-SHA512"
        case .sha1WithRSAEncryption: "SHA1-RSA"
        case .sha256WithRSAEncryption: "SHA256-RSA"
        case .sha384WithRSAEncryption: "SHA384-RSA"
        case .sha512WithRSAEncryption: "SHA512-RSA"
        case .ed25519: "Ed25519"
        default: "\(self)"
        }
    }
}

extension Timestamp {
    /// A moment of a certificate, which has whole seconds.
    fileprivate init?(_ date: Date) {
        let seconds = date.timeIntervalSince1970
        guard let whole = Int64(exactly: seconds.rounded(.down)) else { return nil }
        self.init(seconds: whole, nanoseconds: 0)
    }
}
