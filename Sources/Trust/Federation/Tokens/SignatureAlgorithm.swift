/// The algorithms of signed tokens that are verified here (RFC 7518 §3.1, RFC 8037 §3.1).
///
/// None with a shared secret: a key set is public, and whoever could read it could sign.
package enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    case rs256 = "RS256", rs384 = "RS384", rs512 = "RS512"
    case ps256 = "PS256", ps384 = "PS384", ps512 = "PS512"
    case es256 = "ES256", es384 = "ES384", es512 = "ES512"
    case edDSA = "EdDSA"
}
