package import Model

private import Crypto

/// What is kept of a token: its SHA-256.
///
/// A token is random and long, so that a slow hash, as for passwords, would only make sign-in slow.
package struct TokenHash: Sendable {
    private let bytes: [UInt8]

    package init(of secret: Secret) {
        self.bytes = Array(SHA256.hash(data: Array(secret.reveal().utf8)))
    }

    /// Whether `secret` is the token that was hashed. Takes as long for a near miss as for a far one.
    package func matches(_ secret: Secret) -> Bool {
        // The == of a digest compares in constant time.
        SHA256.hash(data: Array(secret.reveal().utf8)) == self.bytes
    }

    /// The form in which it is stored: base64url.
    package var text: String { Base64URL.encode(self.bytes) }

    /// - Returns: nil when `text` is not the stored form of a hash.
    package init?(text: String) {
        guard let bytes = Base64URL.decode(text), bytes.count == SHA256.byteCount else { return nil }
        self.bytes = bytes
    }
}

extension TokenHash: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let hash = Self(text: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the hash of a token")
        }
        self = hash
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }
}
