import Crypto
import Model
import NIOCore

/// The hash of a keyed code (RFC 2104).
enum MessageDigest: Sendable {
    case sha1, sha256, sha512

    /// The code of the pieces one after the other.
    func code(of pieces: [ByteBuffer], key: [UInt8]) -> [UInt8] {
        switch self {
        case .sha1: Array(Self.hmac(Insecure.SHA1.self, pieces, key))
        case .sha256: Array(Self.hmac(SHA256.self, pieces, key))
        case .sha512: Array(Self.hmac(SHA512.self, pieces, key))
        }
    }

    /// Whether one of the candidates is the code of the pieces one after the other. Takes as long for a near miss as
    /// for a far one.
    func authenticates(_ pieces: [ByteBuffer], key: [UInt8], candidates: [[UInt8]]) -> Bool {
        switch self {
        case .sha1: Self.compare(Self.hmac(Insecure.SHA1.self, pieces, key), candidates)
        case .sha256: Self.compare(Self.hmac(SHA256.self, pieces, key), candidates)
        case .sha512: Self.compare(Self.hmac(SHA512.self, pieces, key), candidates)
        }
    }

    private static func hmac<Hash: HashFunction>(
        _ hash: Hash.Type,
        _ pieces: [ByteBuffer],
        _ key: [UInt8]
    ) -> HashedAuthenticationCode<Hash> {
        var hmac = HMAC<Hash>(key: SymmetricKey(data: key))
        for piece in pieces {
            piece.withUnsafeReadableBytes { hmac.update(data: $0) }
        }
        return hmac.finalize()
    }

    private static func compare(_ code: HashedAuthenticationCode<some HashFunction>, _ candidates: [[UInt8]]) -> Bool {
        // The == of a code compares in constant time.
        candidates.contains { code == $0 }
    }
}

/// How bytes are spelt in a field.
enum ByteSpelling: Sendable {
    /// Hexadecimal digits of either case.
    case hexadecimal
    /// The standard alphabet, padded.
    case base64

    /// - Returns: nil when `text` is not of this form.
    func bytes(_ text: String) -> [UInt8]? {
        switch self {
        case .hexadecimal: Hexadecimal.bytes(text)
        case .base64: Base64.bytes(text)
        }
    }

    func text(_ bytes: [UInt8]) -> String {
        switch self {
        case .hexadecimal: Hexadecimal.text(bytes)
        case .base64: Base64.text(bytes)
        }
    }
}

/// How the key is made of the configured secret.
enum KeySpelling: Sendable {
    /// The secret's UTF-8.
    case text
    /// What it spells in base64, behind `prefix` if it has that.
    case base64(prefix: String)

    func key(of secret: Secret) throws(WebhookRefusal) -> [UInt8] {
        let text = secret.reveal()
        switch self {
        case .text: return Array(text.utf8)
        case .base64(let prefix):
            let hasPrefix = text.utf8.starts(with: prefix.utf8)
            let digits = hasPrefix ? String(Substring(text.utf8.dropFirst(prefix.utf8.count))) : text
            guard let key = Base64.bytes(digits), !key.isEmpty else { throw .secretMalformed }
            return key
        }
    }
}
