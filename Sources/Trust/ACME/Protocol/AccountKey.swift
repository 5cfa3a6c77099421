internal import Crypto
internal import Foundation
package import Model
internal import Secrets

/// The key of an account at an ACME server: ECDSA on P-256.
package struct AccountKey: Sendable {
    private let key: P256.Signing.PrivateKey

    package static func random() -> AccountKey { AccountKey(P256.Signing.PrivateKey()) }

    private init(_ key: P256.Signing.PrivateKey) { self.key = key }

    /// - Returns: nil when `pem` is no such key.
    package init?(pem: Secret) {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: pem.reveal()) else { return nil }
        self.key = key
    }

    package var pem: Secret { Secret(self.key.pemRepresentation) }

    /// The members that RFC 7638 §3.2 wants, in their order.
    var jwk: String {
        let point = self.key.publicKey.rawRepresentation
        let x = Base64URL.encode(Array(point.prefix(32)))
        let y = Base64URL.encode(Array(point.suffix(32)))
        return #"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#
    }

    /// What an answer to a challenge consists of (RFC 8555 §8.1).
    func keyAuthorization(_ token: String) -> String {
        "\(token).\(Base64URL.encode(Array(SHA256.hash(data: Data(self.jwk.utf8)))))"
    }

    /// A JWS in its flattened form (RFC 8555 §6.2). Texts of the server's are written as JSON writes them.
    func sign(_ payload: [UInt8], url: String, nonce: String, account: String?) throws -> [UInt8] {
        let signer = try account.map { #""kid":\#(try Self.quoted($0))"# } ?? #""jwk":\#(self.jwk)"#
        let header = #"{"alg":"ES256",\#(signer),"nonce":\#(try Self.quoted(nonce)),"url":\#(try Self.quoted(url))}"#
        return try Self.flattened(header, payload) { input in
            Array(try self.key.signature(for: input).rawRepresentation)
        }
    }

    /// Says that this key is that of an account which the operator has with the authority (RFC 8555 §7.3.4).
    func bind(to external: ExternalAccount, url: String) throws -> [UInt8] {
        guard let secret = Base64URL.decode(external.key.reveal()) else {
            throw ACMEError.malformed("the key of the external account is not base64url")
        }
        let header = #"{"alg":"HS256","kid":\#(try Self.quoted(external.identifier)),"url":\#(try Self.quoted(url))}"#
        return try Self.flattened(header, Array(self.jwk.utf8)) { input in
            Array(HMAC<SHA256>.authenticationCode(for: input, using: SymmetricKey(data: secret)))
        }
    }

    private static func flattened(
        _ header: String,
        _ payload: [UInt8],
        _ sign: (Data) throws -> [UInt8]
    ) throws -> [UInt8] {
        let protected = Base64URL.encode(Array(header.utf8))
        let body = Base64URL.encode(payload)
        let signature = Base64URL.encode(try sign(Data("\(protected).\(body)".utf8)))
        return Array(#"{"protected":"\#(protected)","payload":"\#(body)","signature":"\#(signature)"}"#.utf8)
    }

    static func quoted(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }
}

/// An account that the operator has with an authority otherwise, to which the ACME account shall belong.
package struct ExternalAccount: Sendable {
    package let identifier: String
    /// In base64url.
    package let key: Secret

    package init(identifier: String, key: Secret) {
        self.identifier = identifier
        self.key = key
    }
}
