package import JSON

/// What an OpenID Connect provider says of itself (OpenID Connect Discovery 1.0 §3), as far as logins need it.
package struct ProviderDocument: Sendable, Hashable {
    /// The largest document that is read, in bytes.
    package static let maximumBytes = 256 << 10
    /// Behind the issuer, whose own slash at the end does not count twice.
    package static let path = "/.well-known/openid-configuration"

    package let issuer: String
    package let authorizationURL: String
    package let tokenURL: String
    package let keysURL: String
    /// Nil where all that is known of a user stands in the ID token.
    package let userURL: String?
    /// Where a browser ends its login at the provider; nil where it cannot.
    package let endSessionURL: String?
    /// How ID tokens may be signed: those of the provider's algorithms that are verified here.
    package let algorithms: [SignatureAlgorithm]
    /// Whether the token endpoint takes the client's secret in the request's body alone.
    package let wantsSecretInBody: Bool

    /// Where the document of an issuer is.
    package static func url(of issuer: String) -> String {
        (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + Self.path
    }

    /// Nil for what is no such document.
    package init?(reading bytes: some Collection<UInt8>) {
        let limits = JSONLimits(depth: 16, bytes: Self.maximumBytes)
        guard let document = (try? JSONValue(reading: bytes, limits: limits))?.object else { return nil }
        self.init(document)
    }

    package init?(_ document: JSONObject) {
        func url(_ name: String) -> String? {
            guard let text = document.exactly(name)?.string, text.utf8.count <= 2048,
                text.hasPrefix("https://") || text.hasPrefix("http://"),
                text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { return nil }
            return text
        }
        guard let issuer = document.exactly("issuer")?.string, let authorization = url("authorization_endpoint"),
            let token = url("token_endpoint"), let keys = url("jwks_uri")
        else { return nil }
        self.issuer = issuer
        self.authorizationURL = authorization
        self.tokenURL = token
        self.keysURL = keys
        self.userURL = url("userinfo_endpoint")
        self.endSessionURL = url("end_session_endpoint")
        let named = document.exactly("id_token_signing_alg_values_supported")?.array?.compactMap(\.string)
        // What every provider has to know (OpenID Connect Core 1.0 §15.1).
        self.algorithms = (named ?? ["RS256"]).compactMap(SignatureAlgorithm.init)
        let methods = document.exactly("token_endpoint_auth_methods_supported")?.array?.compactMap(\.string)
        self.wantsSecretInBody = methods.map { !$0.contains("client_secret_basic") } ?? false
    }
}
