internal import Model
internal import SwiftASN1

/// The blocks of a PEM text that someone uploads (RFC 7468).
enum UploadedPEM {
    /// In bytes; a chain with RSA keys has about 2,000 for each certificate.
    static let limit = 65_536

    /// - Throws: `certificateTooLarge`; `certificatePEMHeaders` for blocks with headers, which hold no key of today;
    ///   `unreadable` for base64 that is none.
    static func blocks(_ text: String, unreadable: ErrorCode) throws(Failure) -> [PEMDocument] {
        guard text.utf8.count <= Self.limit else {
            throw Failure(.certificateTooLarge, "It has \(text.utf8.count) bytes of at most \(Self.limit).")
        }
        try Self.refuseHeaders(text)
        do {
            // OpenSSL writes the name of the curve before an ECDSA key, which says it itself.
            return try PEMDocument.parseMultiple(pemString: text).filter { $0.discriminator != "EC PARAMETERS" }
        } catch {
            // What the parser says might quote a key.
            throw Failure(unreadable, "The PEM cannot be read.")
        }
    }

    private static func refuseHeaders(_ text: String) throws(Failure) {
        var isInside = false
        for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            if line.starts(with: "-----BEGIN ENCRYPTED".utf8) {
                throw Failure(.certificateKeyEncrypted, "The PEM holds an encrypted private key.")
            }
            if line.starts(with: "-----BEGIN ".utf8) { isInside = true }
            if line.starts(with: "-----END ".utf8) { isInside = false }
            guard isInside, !line.starts(with: "-----".utf8), line.contains(UInt8(ascii: ":")) else { continue }
            guard !line.starts(with: "Proc-Type:".utf8) else {
                throw Failure(.certificateKeyEncrypted, "The PEM holds an encrypted private key.")
            }
            throw Failure(.certificatePEMHeaders, "A block of the PEM has headers.")
        }
    }
}
