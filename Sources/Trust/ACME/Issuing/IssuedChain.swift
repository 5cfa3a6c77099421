package import Foundation
internal import Secrets
internal import SwiftASN1
internal import X509

/// A chain as an authority gave it out.
package struct IssuedChain: Sendable {
    /// The leaf first.
    package let pem: String
    private let leaf: Certificate

    package init(pem: String) throws(ACMEError) {
        do {
            guard let first = try PEMDocument.parseMultiple(pemString: pem).first else {
                throw ACMEError.malformed("the chain is empty")
            }
            self.leaf = try Certificate(pemDocument: first)
            self.pem = pem
        } catch {
            throw .malformed("the chain cannot be read: \(error)")
        }
    }

    package var notAfter: Date { self.leaf.notValidAfter }

    /// At two thirds of its life.
    package var ordinaryRenewal: Date {
        let life = self.leaf.notValidAfter.timeIntervalSince(self.leaf.notValidBefore)
        return self.leaf.notValidBefore.addingTimeInterval(life * 2 / 3)
    }

    /// Whether it is for these names, and of this key.
    func fits(_ names: [String], _ key: CertificateKey) -> Bool {
        let own = (try? self.leaf.extensions.subjectAlternativeNames).map(Array.init) ?? []
        let held = own.compactMap { if case .dnsName(let name) = $0 { name.lowercased() } else { nil } }
        return Set(names).isSubset(of: held) && key.isOf(self.leaf)
    }

    var leafDER: [UInt8] {
        get throws(ACMEError) {
            var serializer = DER.Serializer()
            do {
                try serializer.serialize(self.leaf)
            } catch {
                throw .malformed("\(error)")
            }
            return serializer.serializedBytes
        }
    }

    /// What the certificate is called where the authority tells when to renew it (RFC 9773 §4.1); nil where it does not
    /// say who signed it.
    package var renewalIdentifier: String? {
        guard let key = try? self.leaf.extensions.authorityKeyIdentifier?.keyIdentifier else { return nil }
        return "\(Base64URL.encode(Array(key))).\(Base64URL.encode(Array(self.leaf.serialNumber.bytes)))"
    }
}
