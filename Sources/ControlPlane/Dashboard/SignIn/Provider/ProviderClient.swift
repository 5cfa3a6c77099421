import APIServer
import Control
import Federation
import Foundation
import JSON
import Model
import Secrets

/// What the dashboard asks the identity provider: what it says of itself, its keys, and tokens for a code.
actor ProviderClient {
    /// How long what the provider says of itself is believed, in seconds.
    private static let lifetime: TimeInterval = 3600
    /// Keys are asked for again no sooner, whatever tokens name.
    private static let keyPause: TimeInterval = 30

    let provider: SignInProvider
    private var document: (value: ProviderDocument, until: Date)?
    private var keys: (value: KeySet, asked: Date)?

    init(_ provider: SignInProvider) {
        self.provider = provider
    }

    // MARK: - Documents

    /// - Throws: `oidcDiscoveryFailed`.
    func discovered(at now: Date = Date()) async throws(Failure) -> ProviderDocument {
        if let document, document.until > now { return document.value }
        let url = ProviderDocument.url(of: self.provider.issuer)
        let reply = try await self.ask(ProviderQuestion(url: url, answerBytes: ProviderDocument.maximumBytes))
        // A document of another issuer would have its tokens taken for this one's (Discovery 1.0 §4.3).
        guard reply.status == 200, let document = ProviderDocument(reading: reply.body),
            document.issuer == self.provider.issuer
        else {
            throw Failure(
                .oidcDiscoveryFailed,
                "The identity provider does not say where one signs in.",
                detail: "\(url) is answered with \(reply.status), or is no document of this issuer"
            )
        }
        self.document = (document, now.addingTimeInterval(Self.lifetime))
        return document
    }

    /// The provider's keys, asked for again where they have none of this name.
    private func keys(
        for id: String?,
        _ document: ProviderDocument,
        at now: Date
    ) async throws(Failure) -> KeySet {
        if let keys {
            let isKnown = id.map { keys.value.has($0) } ?? true
            if isKnown
                ? now.timeIntervalSince(keys.asked) < Self.lifetime : now.timeIntervalSince(keys.asked) < Self.keyPause
            {
                return keys.value
            }
        }
        let reply = try await self.ask(ProviderQuestion(url: document.keysURL, answerBytes: KeySet.maximumBytes))
        guard reply.status == 200, let set = KeySet(reading: reply.body) else {
            throw Failure(
                .oidcTokenInvalid,
                "The provider's keys could not be fetched.",
                detail: "\(document.keysURL) is answered with \(reply.status)"
            )
        }
        self.keys = (set, now)
        return set
    }

    // MARK: - A sign-in

    /// Takes the code that a browser has brought back, and says who the person is.
    ///
    /// - Throws: `oidcExchangeFailed`, `oidcTokenMissing`, `oidcTokenInvalid`, `loginEmailMissing`.
    func person(
        for code: String,
        of login: String,
        _ proof: BrowserProof,
        callback: String,
        at now: Date = Date()
    ) async throws(Failure) -> ProvenPerson {
        let document = try await self.discovered(at: now)
        let tokens = try await self.tokens(for: code, proof.verifier(of: login), callback, document)
        guard let text = tokens.identity else {
            throw Failure(.oidcTokenMissing, "The provider gave no ID token.")
        }
        let claims = try await self.claims(of: text, nonce: proof.nonce(of: login), tokens.access, document, now)
        guard var user = UserClaims(claims) else {
            throw Failure(.oidcClaimsUnreadable, "The provider does not say who the user is.")
        }
        var groups = Self.texts(claims.exactly(self.provider.groupsClaim))
        if user.email.isEmpty || (groups.isEmpty && !self.provider.groups.isEmpty) {
            let more = try await self.userData(tokens.access, of: user.subject, document)
            if let more {
                user = user.completed(by: more.user)
                groups += more.groups
            }
        }
        guard user.hasEmailForm else {
            throw Failure(
                .loginEmailMissing,
                user.hasUnverifiedEmail
                    ? "The provider has not verified the e-mail address." : "The provider tells no e-mail address."
            )
        }
        return ProvenPerson(
            issuer: document.issuer,
            subject: user.subject,
            email: user.email,
            name: user.name,
            rights: self.provider.rights(of: groups),
            account: self.provider.account
        )
    }

    /// The tokens for a code (RFC 6749 §4.1.3, RFC 7636 §4.5).
    private func tokens(
        for code: String,
        _ verifier: String,
        _ callback: String,
        _ document: ProviderDocument
    ) async throws(Failure) -> ProviderTokens {
        var form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback),
            ("code_verifier", verifier), ("client_id", self.provider.clientID),
        ]
        var question = ProviderQuestion(url: document.tokenURL, answerBytes: TokenAnswer.maximumBytes)
        question.fields = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")]
        let secret = self.provider.clientSecret.reveal()
        if document.wantsSecretInBody {
            form.append(("client_secret", secret))
        } else {
            // Both parts are encoded before they are joined (RFC 6749 §2.3.1).
            let pair = "\(PercentEncoding.encode(self.provider.clientID)):\(PercentEncoding.encode(secret))"
            question.fields.append(("authorization", "Basic \(Data(pair.utf8).base64EncodedString())"))
        }
        question.form = form.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        let reply = try await self.ask(question)
        switch TokenAnswer(reading: reply.body) {
        case .tokens(let tokens): return tokens
        case .refused(let error):
            throw Failure(
                .oidcExchangeFailed,
                "The provider gave no tokens.",
                detail: "the token endpoint says \(error.prefix(100))"
            )
        case .unreadable:
            throw Failure(
                .oidcExchangeFailed,
                "The provider's answer is none that can be read.",
                detail: "the token endpoint answers \(reply.status)"
            )
        }
    }

    /// The claims of an ID token that is good (OpenID Connect Core 1.0 §3.1.3.7).
    private func claims(
        of text: Secret,
        nonce: String,
        _ access: Secret,
        _ document: ProviderDocument,
        _ now: Date
    ) async throws(Failure) -> JSONObject {
        let token: SignedToken
        do throws(TokenProblem) {
            token = try SignedToken(text.reveal())
        } catch {
            throw Failure(error)
        }
        let set = try await self.keys(for: token.keyID, document, at: now)
        do throws(TokenProblem) {
            try token.verify(with: CollectionOfOne(set), .named, allowed: document.algorithms)
            let claims = try token.claims()
            let rules = ClaimRules(
                issuers: [document.issuer],
                audiences: [self.provider.clientID],
                required: ["aud", "exp", "iat", "sub"],
                nonce: nonce,
                client: self.provider.clientID
            )
            try rules.check(claims, at: now.timeIntervalSince1970)
            try token.checkAccessToken(access, claims)
            return claims
        } catch {
            throw Failure(error)
        }
    }

    /// What the user info endpoint adds (§5.3); nil where there is none, or it tells of somebody else.
    private func userData(
        _ access: Secret,
        of subject: String,
        _ document: ProviderDocument
    ) async throws(Failure) -> (user: UserClaims, groups: [String])? {
        guard let url = document.userURL else { return nil }
        var question = ProviderQuestion(url: url, answerBytes: UserClaims.maximumBytes)
        question.fields = [("authorization", "Bearer \(access.reveal())"), ("accept", "application/json")]
        let reply = try await self.ask(question)
        let limits = JSONLimits(depth: 16, bytes: UserClaims.maximumBytes)
        guard reply.status == 200, let object = (try? JSONValue(reading: reply.body, limits: limits))?.object,
            let user = UserClaims(object), user.subject == subject
        else { return nil }
        return (user, Self.texts(object.exactly(self.provider.groupsClaim)))
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        value?.string.map { [$0] } ?? (value?.array ?? []).compactMap(\.string)
    }

    private func ask(_ question: ProviderQuestion) async throws(Failure) -> ProviderReply {
        try await self.provider.send(question)
    }
}

extension Failure {
    fileprivate init(_ problem: TokenProblem) {
        self.init(.oidcTokenInvalid, "The provider's ID token does not count.", detail: problem.words)
    }
}
