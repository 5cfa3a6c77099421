internal import Crypto
internal import Secrets

/// A secret that one browser holds while it logs in, and what is made of it for each of its logins: the proof key (RFC 7636),
/// the nonce of the ID token, and what ties the login's state to the browser.
///
/// All of it is made again when the login comes back, so that several logins of a browser may be under way at once, and
/// nothing of them is kept here.
package struct BrowserProof: Sendable {
    package static let byteCount = 32

    /// The secret itself, for the cookie that carries it sealed.
    package let bytes: [UInt8]

    /// A new one.
    package init() {
        var system = SystemRandomNumberGenerator()
        self.bytes = (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &system) }
    }

    /// - Returns: nil unless there are 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// The code verifier of a login (RFC 7636 §4.1): 43 characters.
    package func verifier(of login: String) -> String { self.derived("code verifier", login) }

    /// Its challenge, by S256 (RFC 7636 §4.2).
    package func challenge(of login: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(self.verifier(of: login).utf8))))
    }

    /// The nonce that the ID token of a login must have.
    package func nonce(of login: String) -> String { self.derived("nonce", login) }

    /// What stands in the state of a login of this browser.
    package func binding(of login: String) -> String { self.derived("binding", login) }

    private func derived(_ purpose: String, _ login: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("portico login \(purpose) \(login)".utf8),
            using: SymmetricKey(data: self.bytes)
        )
        return Base64URL.encode(Array(code))
    }
}
