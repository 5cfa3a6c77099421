package import NIOSSL
import SwiftASN1
import X509

/// Whether a certificate is one of the host that was asked for.
///
/// The TLS library is content with one of the address that was connected to, whatever the name: who answers for a name in
/// another's place could have such a certificate.
package enum ServerIdentity {
    /// Whether the certificate, which is trusted, has the name (RFC 9525 §6.3). Only its alternative names count.
    package static func covers(_ name: String, _ certificate: NIOSSLCertificate) -> Bool {
        Self.names(of: certificate).contains {
            if case .dnsName(let pattern) = $0 { Self.matches(pattern, name) } else { false }
        }
    }

    /// Whether the certificate, which is trusted, has the address: 4 or 16 octets in network order.
    static func covers(address octets: [UInt8], _ certificate: NIOSSLCertificate) -> Bool {
        Self.names(of: certificate).contains {
            if case .ipAddress(let address) = $0 { Array(address.bytes) == octets } else { false }
        }
    }

    /// A certificate that cannot be read has no names.
    private static func names(of certificate: NIOSSLCertificate) -> [GeneralName] {
        guard let bytes = try? certificate.toDERBytes(), let leaf = try? Certificate(derEncoded: bytes),
            let names = try? leaf.extensions.subjectAlternativeNames
        else { return [] }
        return Array(names)
    }

    /// Whether the two are the same but for case and a dot at the end, or the pattern has a wildcard for the first label.
    static func matches(_ pattern: String, _ name: String) -> Bool {
        let pattern = Self.compared(pattern)
        let name = Self.compared(name)
        guard pattern.starts(with: "*.".utf8) else { return pattern == name }
        guard let dot = name.firstIndex(of: UInt8(ascii: ".")), dot > 0 else { return false }
        return pattern.dropFirst() == name[dot...]
    }

    private static func compared(_ name: String) -> [UInt8] {
        let bytes = Array(name.lowercased().utf8)
        return bytes.last == UInt8(ascii: ".") ? bytes.dropLast() : bytes
    }
}
