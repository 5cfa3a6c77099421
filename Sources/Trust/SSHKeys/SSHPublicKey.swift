private import Crypto
private import Foundation

/// A public key of OpenSSH, as it stands in a `.pub` file or in `authorized_keys` (RFC 4253 §6.6, RFC 5656 §3.1,
/// RFC 8709 §4).
package struct SSHPublicKey: Sendable, Hashable {
    /// Why a text is no public key that is taken.
    package enum ParseError: Error, Hashable, Sendable {
        /// It has not the form `type base64 comment`.
        case malformed
        /// Of a type that is not taken: this one.
        case unsupported(String)
        /// The key itself is none: cut short, off its curve, or too small.
        case unusable(String)
    }

    /// What sort of key it is.
    package enum Algorithm: String, Sendable, Hashable {
        case rsa, ecdsa, ed25519
    }

    /// In bytes; an RSA key of 16,384 bits has about 2,800 as text.
    private static let limit = 8192
    private static let smallestRSA = 2048

    /// `ssh-ed25519`.
    package let type: String
    package let algorithm: Algorithm
    /// What base64 stands for: the type, then the key.
    package let bytes: [UInt8]

    /// Reads one line; what follows the key is a comment.
    package init(parsing line: String) throws(ParseError) {
        guard line.utf8.count <= Self.limit else { throw .malformed }
        let line = line.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !line.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else { throw .malformed }
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count >= 2, let data = Data(base64Encoded: String(parts[1])) else { throw .malformed }
        try self.init(type: String(parts[0]), Array(data))
    }

    /// What stands in the middle of such a line, which says by itself of which type it is.
    package init(base64: String) throws(ParseError) {
        guard base64.utf8.count <= Self.limit, let data = Data(base64Encoded: base64) else { throw .malformed }
        let bytes = Array(data)
        var reader = SSHReader(bytes)
        guard let type = reader.text() else { throw .malformed }
        try self.init(type: type, bytes)
    }

    init(type: String, _ bytes: [UInt8]) throws(ParseError) {
        self.type = type
        self.bytes = bytes
        self.algorithm = try Self.checked(type, bytes)
    }

    /// As it stands in a `.pub` file, without a comment.
    package var line: String { "\(self.type) \(Data(self.bytes).base64EncodedString())" }

    /// SHA-256 of the key, as `ssh-keygen -l` shows it.
    package var fingerprint: String {
        let hash = Data(SHA256.hash(data: self.bytes)).base64EncodedString()
        return "SHA256:\(hash.prefix { $0 != "=" })"
    }

    // MARK: - Checks

    private static func checked(_ type: String, _ bytes: [UInt8]) throws(ParseError) -> Algorithm {
        var reader = SSHReader(bytes)
        guard let inner = reader.text() else { throw .malformed }
        guard inner == type else { throw .unusable("it says that it is of the type \(inner.prefix(50))") }
        let algorithm: Algorithm
        switch type {
        case "ssh-rsa":
            algorithm = .rsa
            guard let exponent = reader.integer(), let modulus = reader.integer(), !exponent.isEmpty else {
                throw .malformed
            }
            let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
            guard bits >= Self.smallestRSA else {
                throw .unusable("it has \(bits) bits, of at least \(Self.smallestRSA)")
            }
        case "ssh-ed25519":
            algorithm = .ed25519
            guard reader.string()?.count == 32 else { throw .malformed }
        case "sk-ssh-ed25519@openssh.com":
            algorithm = .ed25519
            guard reader.string()?.count == 32, reader.string() != nil else { throw .malformed }
        case "sk-ecdsa-sha2-nistp256@openssh.com":
            algorithm = .ecdsa
            guard Self.isOnCurve("nistp256", &reader), reader.string() != nil else { throw .malformed }
        case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521":
            algorithm = .ecdsa
            guard Self.isOnCurve(String(type.dropFirst("ecdsa-sha2-".count)), &reader) else {
                throw .unusable("it is no point of its curve")
            }
        default: throw .unsupported(type)
        }
        guard reader.isAtEnd else { throw .malformed }
        return algorithm
    }

    private static func isOnCurve(_ curve: String, _ reader: inout SSHReader) -> Bool {
        guard reader.text() == curve, let point = reader.string() else { return false }
        switch curve {
        case "nistp256": return (try? P256.Signing.PublicKey(x963Representation: point)) != nil
        case "nistp384": return (try? P384.Signing.PublicKey(x963Representation: point)) != nil
        default: return (try? P521.Signing.PublicKey(x963Representation: point)) != nil
        }
    }
}

extension SSHPublicKey.ParseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "it has not the form of a public key of OpenSSH"
        case .unsupported(let type): "keys of the type \(type.prefix(50)) are not taken"
        case .unusable(let what): what
        }
    }
}
