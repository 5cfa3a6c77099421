package import Model
package import NIOSSL

/// Whose certificates are believed. There is no way to believe all.
public enum Trust: Sendable, Hashable {
    /// The roots of the operating system.
    case system
    /// The certificates of a PEM file, one or several, and no others.
    case file(String)
    /// The certificates of a PEM text, one or several, and no others.
    case pem([UInt8])
}

extension Trust {
    /// The roots as the TLS library wants them; `code` is the error's when they cannot be read.
    package func roots(_ code: ErrorCode) throws(PorticoError) -> NIOSSLTrustRoots {
        do {
            switch self {
            case .system:
                return .default
            case .file(let path):
                return .certificates(try Self.some(NIOSSLCertificate.fromPEMFile(path)))
            case .pem(let bytes):
                return .certificates(try Self.some(NIOSSLCertificate.fromPEMBytes(bytes)))
            }
        } catch {
            let source: String
            if case .file(let path) = self {
                source = "the file \(path.quotedForDisplay)"
            } else {
                source = "the PEM text"
            }
            throw PorticoError(
                .invalidConfiguration,
                code: code.name,
                "No certificates can be read from \(source).",
                remedy: "It must exist, be readable, and hold one or more certificates in PEM."
            )
        }
    }

    private struct NoCertificates: Error {}

    private static func some(_ certificates: [NIOSSLCertificate]) throws -> [NIOSSLCertificate] {
        guard !certificates.isEmpty else { throw NoCertificates() }
        return certificates
    }
}
