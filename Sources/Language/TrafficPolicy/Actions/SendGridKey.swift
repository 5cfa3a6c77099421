package import Crypto
import Foundation

/// The public key of SendGrid's signed webhooks.
package enum SendGridKey {
    /// Reads base64 of a `SubjectPublicKeyInfo`, which is how SendGrid shows it, or PEM, however its lines are broken.
    ///
    /// - Returns: nil when it is no key on P-256.
    package static func parse(_ text: String) -> P256.Signing.PublicKey? {
        let words = text.split(whereSeparator: \.isWhitespace)
        let isPEM = text.hasPrefix("-----BEGIN PUBLIC KEY-----")
        // "-----BEGIN", "PUBLIC", "KEY-----", and as many at the end.
        let digits = isPEM ? words.dropFirst(3).dropLast(3).joined() : words.joined()
        // Why a key is none says nothing more than that it is none.
        return Data(base64Encoded: digits).flatMap { try? P256.Signing.PublicKey(derRepresentation: $0) }
    }
}
