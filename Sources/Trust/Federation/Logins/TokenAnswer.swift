import JSON
package import Model

/// What a provider answers who was asked for tokens (RFC 6749 §5).
package enum TokenAnswer: Sendable {
    case tokens(ProviderTokens)
    /// The provider's `error`.
    case refused(String)
    /// It is neither.
    case unreadable

    /// The largest answer that is read, in bytes.
    package static let maximumBytes = 64 << 10

    /// Some providers answer 200 to what they refuse, so the status says nothing.
    package init(reading bytes: some Collection<UInt8>) {
        let limits = JSONLimits(depth: 16, bytes: Self.maximumBytes)
        guard let answer = (try? JSONValue(reading: bytes, limits: limits))?.object else {
            self = .unreadable
            return
        }
        if let error = answer.exactly("error")?.string {
            self = .refused(error)
        } else if let tokens = ProviderTokens(answer) {
            self = .tokens(tokens)
        } else {
            self = .unreadable
        }
    }
}

/// The tokens that a provider has given for one user.
package struct ProviderTokens: Sendable {
    /// The longest that is kept, in bytes; those of an ID token are ``SignedToken/maximumBytes``.
    package static let maximumBytes = 8 << 10

    package var access: Secret
    package var refresh: Secret?
    package var identity: Secret?
    /// Whether the ID token came with the access token, when tokens were renewed: an older one tells of an older one.
    package var isIdentityRenewed = false
    /// Seconds that the access token is good for; nil where the provider does not say.
    package var seconds: Int64?

    package init(access: Secret, refresh: Secret? = nil, identity: Secret? = nil, seconds: Int64? = nil) {
        self.access = access
        self.refresh = refresh
        self.identity = identity
        self.seconds = seconds
    }

    /// Nil where there is no access token that a bearer could show, or one of them is longer than is kept.
    init?(_ answer: JSONObject) {
        func token(_ name: String, _ limit: Int = Self.maximumBytes) -> String?? {
            guard let value = answer.exactly(name), !value.isNull else { return .some(nil) }
            guard let text = value.string, (1...limit).contains(text.utf8.count),
                text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { return nil }
            return text
        }
        guard let access = token("access_token"), let access, let refresh = token("refresh_token"),
            let identity = token("id_token", SignedToken.maximumBytes)
        else { return nil }
        if let type = answer.exactly("token_type")?.string, type.lowercased() != "bearer" { return nil }
        let seconds = answer.exactly("expires_in")
        self.access = Secret(access)
        self.refresh = refresh.map { Secret($0) }
        self.identity = identity.map { Secret($0) }
        // A number as a rule, a text at some.
        let told = seconds?.integer ?? seconds?.string.flatMap { Int64($0) }
        self.seconds = told.map { min(max($0, 0), 10 * 366 * 86400) }
    }
}
