import Certificates
import Foundation
import Model
import NIOSSL

/// Reads what TLS needs that ends here. What cannot be read is told by its place, never by what stands in it.
enum TerminationFiles {
    static func certificates(_ pem: TLSTermination.PEM) throws(PorticoError) -> [NIOSSLCertificate] {
        let found: [NIOSSLCertificate]?
        switch pem {
        case .file(let path): found = try? NIOSSLCertificate.fromPEMFile(path)
        case .bytes(let bytes): found = try? NIOSSLCertificate.fromPEMBytes(bytes)
        }
        guard let found, !found.isEmpty else {
            throw Self.refusal(
                "No certificates can be read from \(pem).",
                "It must exist, be readable, and hold one or more certificates in PEM."
            )
        }
        return found
    }

    static func key(_ pem: TLSTermination.PEM) throws(PorticoError) -> NIOSSLPrivateKey {
        do {
            switch pem {
            case .file(let path): return try NIOSSLPrivateKey(file: path, format: .pem)
            case .bytes(let bytes): return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
            }
        } catch {
            // What the library says may quote what it could not read.
            throw Self.refusal(
                "No private key can be read from \(pem).",
                "It must exist, be readable, and hold one key in PEM that no password protects."
            )
        }
    }

    /// - Returns: nil where none is named.
    static func authorities(_ places: [TLSTermination.PEM]) throws(PorticoError) -> ClientAuthorities? {
        guard !places.isEmpty else { return nil }
        var texts: [String] = []
        for pem in places {
            let read: ClientAuthorities?
            let text = Self.text(pem)
            do throws(Failure) {
                read = try text.map { (text) throws(Failure) in try ClientAuthorities(pem: [text]) }
            } catch {
                read = nil
            }
            guard let text, let read, !read.isEmpty else {
                throw Self.refusal(
                    "No certificates of authorities can be read from \(pem).",
                    "It must exist, be readable, and hold certificates in PEM, with their lists of revocations or without."
                )
            }
            texts.append(text)
        }
        do throws(Failure) {
            let authorities = try ClientAuthorities(pem: texts)
            guard !authorities.certificates.isEmpty else {
                throw Failure(.clientAuthority, "There are lists of revocations alone.")
            }
            return authorities
        } catch {
            throw Self.refusal("The authorities of visitors' certificates cannot be used.", error.message)
        }
    }

    static func certificates(of authorities: ClientAuthorities) throws(PorticoError) -> [NIOSSLCertificate] {
        do {
            return try authorities.certificates.map { try NIOSSLCertificate(bytes: $0, format: .der) }
        } catch {
            throw Self.refusal(
                "The certificate of an authority cannot be used.",
                "Look at it with: openssl x509 -text"
            )
        }
    }

    /// Nil where it cannot be read, or is no text.
    private static func text(_ pem: TLSTermination.PEM) -> String? {
        switch pem {
        case .file(let path):
            (try? Data(contentsOf: URL(filePath: path))).flatMap { String(validating: $0, as: UTF8.self) }
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
        }
    }

    static func refusal(_ message: String, _ remedy: String) -> PorticoError {
        PorticoError(.invalidConfiguration, code: ErrorCode.configurationInvalid.name, message, remedy: remedy)
    }
}
