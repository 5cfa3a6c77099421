package import JSON

/// What the claims of a token must say (RFC 7519 §4.1; OpenID Connect Core 1.0 §3.1.3.7 for ID tokens).
package struct ClaimRules: Sendable, Hashable {
    /// Seconds by which clocks may differ.
    package static let leeway = 60.0
    /// The last second that is told from others: beyond it numbers are no longer exact in 64 bits.
    private static let lastSecond = 0x1p63

    /// `iss` is exactly one of these.
    package var issuers: [String]
    /// `aud` has one of these; empty for any, or none at all.
    package var audiences: [String]
    /// Claims that must be there, whatever else they say.
    package var required: Set<String>
    /// What the request for an ID token said; nil where none was made.
    package var nonce: String?
    /// Who the ID token was made for; nil for other tokens.
    package var client: String?

    package init(
        issuers: [String],
        audiences: [String] = [],
        required: Set<String> = [],
        nonce: String? = nil,
        client: String? = nil
    ) {
        self.issuers = issuers
        self.audiences = audiences
        self.required = required
        self.nonce = nonce
        self.client = client
    }

    /// Checks all claims at a time, in seconds since the start of 1970. What makes the token worthless comes before what
    /// makes it somebody else's.
    package func check(_ claims: JSONObject, at now: Double) throws(TokenProblem) {
        for name in self.required.sorted() where claims.exactly(name) == nil { throw .claim(name, "is missing") }
        try self.checkTimes(of: claims, at: now)
        if let subject = claims.exactly("sub"), subject.string == nil { throw .claim("sub", "is no text") }
        let audiences = try Self.audiences(of: claims)
        guard let issuer = claims.exactly("iss") else { throw .claim("iss", "is missing") }
        guard let issuer = issuer.string else { throw .claim("iss", "is no text") }
        try self.checkRequest(of: claims, audiences)
        guard self.issuers.contains(issuer) else { throw .issuer }
        guard self.audiences.isEmpty || audiences.contains(where: self.audiences.contains) else { throw .audience }
    }

    /// Times are numbers, with a fraction or not (RFC 7519 §2).
    private func checkTimes(of claims: JSONObject, at now: Double) throws(TokenProblem) {
        if let end = try Self.time("exp", of: claims), now >= end + Self.leeway { throw .claim("exp", "is over") }
        if let start = try Self.time("nbf", of: claims), now < start - Self.leeway {
            throw .claim("nbf", "is still to come")
        }
        if let made = try Self.time("iat", of: claims), made > now + Self.leeway {
            throw .claim("iat", "is still to come")
        }
    }

    private static func time(_ name: String, of claims: JSONObject) throws(TokenProblem) -> Double? {
        guard let value = claims.exactly(name) else { return nil }
        if case .integer(let seconds) = value, seconds >= 0 { return Double(seconds) }
        guard case .number = value, let seconds = value.double, (0..<Self.lastSecond).contains(seconds) else {
            throw .claim(name, "is no time")
        }
        return seconds
    }

    /// A text or a list of texts; empty where there is none.
    private static func audiences(of claims: JSONObject) throws(TokenProblem) -> [String] {
        switch claims.exactly("aud") {
        case nil: return []
        case .string(let audience)?: return [audience]
        case .array(let values)?:
            let texts = values.compactMap(\.string)
            guard texts.count == values.count else { throw .claim("aud", "has something that is no text") }
            return texts
        default: throw .claim("aud", "is no text and no list")
        }
    }

    /// An ID token answers one request of one client.
    private func checkRequest(of claims: JSONObject, _ audiences: [String]) throws(TokenProblem) {
        if let nonce = self.nonce, claims.exactly("nonce")?.string != nonce {
            throw .claim("nonce", "is not that of the request")
        }
        guard let client = self.client else { return }
        if let party = claims.exactly("azp") {
            guard party.string == client else { throw .claim("azp", "is another client") }
        } else if audiences.count > 1 {
            throw .claim("azp", "is missing beside several audiences")
        }
    }
}
