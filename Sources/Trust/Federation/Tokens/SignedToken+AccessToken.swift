internal import Crypto
package import JSON
package import Model
internal import Secrets

extension SignedToken {
    /// Checks that an access token is the one that came with this ID token, where the ID token says so: `at_hash` is the
    /// left half of its hash, by the hash of the signature's algorithm (OpenID Connect Core 1.0 §3.1.3.6).
    ///
    /// Before, the signature has been verified: the header's algorithm is one of ours.
    package func checkAccessToken(_ access: Secret, _ claims: JSONObject) throws(TokenProblem) {
        guard let claim = claims.exactly("at_hash") else { return }
        guard let said = claim.string else { throw .claim("at_hash", "is no text") }
        guard let algorithm = SignatureAlgorithm(rawValue: self.algorithm) else { throw .algorithm }
        let hash = algorithm.hash(of: Array(access.reveal().utf8))
        guard Secret(Base64URL.encode(Array(hash.prefix(hash.count / 2)))).equals(Secret(said)) else {
            throw .claim("at_hash", "is of another access token")
        }
    }
}

extension SignatureAlgorithm {
    fileprivate func hash(of bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .rs256, .ps256, .es256: Array(SHA256.hash(data: bytes))
        case .rs384, .ps384, .es384: Array(SHA384.hash(data: bytes))
        // What Ed25519 hashes with itself.
        case .rs512, .ps512, .es512, .edDSA: Array(SHA512.hash(data: bytes))
        }
    }
}
