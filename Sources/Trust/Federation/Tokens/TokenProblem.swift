/// Why a token does not count. The words are for the owner of a policy, in its log; they quote nothing of the token.
package enum TokenProblem: Error, Sendable, Hashable {
    /// It is no signed token in the compact form (RFC 7515 §7.1), or larger than is read.
    case malformed(String)
    /// Its algorithm is none that is allowed.
    case algorithm
    /// No key of the set is meant by it and fits its algorithm.
    case noKey
    /// It was not signed with a key of the set.
    case signature
    /// Its `typ` is another one.
    case type
    /// A registered claim is missing, of another type, or does not hold now (RFC 7519 §4.1).
    case claim(String, String)
    /// It is a good token that somebody else has issued.
    case issuer
    /// It is a good token for somebody else.
    case audience

    package var words: String {
        switch self {
        case .malformed(let problem): "the token is malformed: \(problem)"
        case .algorithm: "the token's algorithm is not allowed"
        case .noKey: "the token was signed with a key that is not known"
        case .signature: "the token's signature is wrong"
        case .type: "the token is of another type"
        case .claim(let name, let problem): "the token's \(name) \(problem)"
        case .issuer: "the token's issuer is not allowed"
        case .audience: "the token is not for an audience that is allowed"
        }
    }
}
