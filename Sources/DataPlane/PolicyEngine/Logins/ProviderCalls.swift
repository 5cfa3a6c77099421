import Federation
import Foundation
import Model
import NIOCore

/// What the edge asks a provider by itself, for one login: tokens for its code, and who the user is. Nothing of it is shown
/// to the visitor but the code of an error.
struct ProviderCalls: Sendable {
    /// For all that one login asks.
    private static let timeout = TimeAmount.seconds(10)

    let provider: LoginProvider
    let client: LoginServices.Application
    let account: ResourceID<AccountKind>
    let requester: any PolicyRequester
    let keySets: KeySetStore
    let eventLoop: any EventLoop
    private let uptime: NIODeadline
    /// Seconds since 1970.
    private let now: Int64

    init(_ provider: LoginProvider, _ client: LoginServices.Application, for visit: LoginVisit) throws(Failure) {
        guard let requester = visit.exchange.loop.services.requester else {
            throw visit.failure(
                .loginProviderFailed,
                "The provider cannot be asked.",
                detail: "no requests are made here"
            )
        }
        self.provider = provider
        self.client = client
        self.account = visit.exchange.endpoint.account
        self.requester = requester
        self.keySets = visit.exchange.loop.services.keySets
        self.eventLoop = visit.eventLoop
        self.uptime = visit.host.uptime
        self.now = visit.now
    }

    private var isOpenID: Bool { self.provider.identity != nil }

    // MARK: Tokens

    /// The tokens for a code (RFC 6749 §4.1.3, RFC 7636 §4.5).
    func tokens(for code: String, verifier: String, callback: String) -> EventLoopFuture<ProviderTokens> {
        self.tokens([
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback),
            ("code_verifier", verifier),
        ])
    }

    /// New tokens for a refresh token (RFC 6749 §6); what does not come anew stays.
    func renewed(_ tokens: ProviderTokens, by refresh: Secret) -> EventLoopFuture<ProviderTokens> {
        self.tokens([("grant_type", "refresh_token"), ("refresh_token", refresh.reveal())]).map { new in
            var all = ProviderTokens(
                access: new.access,
                refresh: new.refresh ?? tokens.refresh,
                identity: new.identity ?? tokens.identity,
                seconds: new.seconds
            )
            all.isIdentityRenewed = new.identity != nil
            return all
        }
    }

    private func tokens(_ parameters: [(key: String, value: String)]) -> EventLoopFuture<ProviderTokens> {
        var parameters = parameters
        var fields = [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")]
        switch self.provider.secretPlace {
        case .body: parameters += [("client_id", self.client.id), ("client_secret", self.client.secret.reveal())]
        case .header:
            let pair = [self.client.id, self.client.secret.reveal()].map(RequestURL.escaped).joined(separator: ":")
            fields.append(("authorization", "Basic \(Data(pair.utf8).base64EncodedString())"))
        }
        let answer = self.send(
            "POST",
            self.provider.tokenURL,
            fields,
            body: RequestURL.query(parameters),
            bytes: TokenAnswer.maximumBytes
        )
        return answer.flatMapThrowing { answer in try self.read(answer) }
    }

    private func read(_ answer: PolicyAnswer) throws(Failure) -> ProviderTokens {
        try Self.checkLoad(answer)
        switch TokenAnswer(reading: answer.body.readableBytesView) {
        case .tokens(let tokens): return tokens
        case .refused(let error): throw Failure.tokensRefused(error, isOpenID: self.isOpenID)
        case .unreadable:
            throw Failure(
                self.isOpenID ? .oidcExchangeFailed : .loginAnswerUnexpected,
                "The provider gave no tokens.",
                detail: "the token endpoint answers \(answer.status) with neither tokens nor an error"
            )
        }
    }

    // MARK: The user

    /// Who the user is, of the tokens of a login.
    ///
    /// - Parameters:
    ///   - tokens: what came for the login's code.
    ///   - nonce: what the ID token must have.
    /// - Returns: what is known of the user; fails with a ``Failure``.
    func user(_ tokens: ProviderTokens, nonce: String) -> EventLoopFuture<UserClaims> {
        guard let identity = self.provider.identity else { return self.userData(tokens, of: nil) }
        return self.claims(of: tokens, identity, nonce: nonce).flatMap { self.completed($0, tokens) }
    }

    /// Who the user is later on.
    ///
    /// - Parameters:
    ///   - tokens: those of the session, or renewed ones.
    ///   - subject: who it must be.
    /// - Returns: what is known of the user now; nil where the provider tells nothing new, and what was known counts. Fails
    ///   with a ``Failure``.
    func userAgain(_ tokens: ProviderTokens, subject: String) -> EventLoopFuture<UserClaims?> {
        guard let identity = self.provider.identity else {
            return self.userData(tokens, of: subject).map { $0 }
        }
        if tokens.isIdentityRenewed {
            return self.claims(of: tokens, identity, nonce: nil).flatMap { claims in
                guard claims.subject == subject else { return self.fail(Self.otherUser) }
                return self.completed(claims, tokens).map { $0 }
            }
        }
        // The session's own ID token was verified when it came, and may be over since.
        guard self.provider.userURL != nil else { return self.eventLoop.makeSucceededFuture(nil) }
        let known = tokens.identity.flatMap { try? SignedToken($0.reveal()).claims() }.flatMap { UserClaims($0) }
        return self.userData(tokens, of: subject).map { data in known.map(data.completed) ?? data }
    }

    private func completed(_ claims: UserClaims, _ tokens: ProviderTokens) -> EventLoopFuture<UserClaims> {
        guard self.provider.userURL != nil else { return self.eventLoop.makeSucceededFuture(claims) }
        return self.userData(tokens, of: claims.subject).map { claims.completed(by: $0) }
    }

    private static var otherUser: Failure {
        Failure(.oidcTokenInvalid, "The provider tells of another user.", detail: "sub is not that of the ID token")
    }

    /// The claims of the ID token, verified (OpenID Connect Core 1.0 §3.1.3.7).
    private func claims(
        of tokens: ProviderTokens,
        _ identity: LoginProvider.Identity,
        nonce: String?
    ) -> EventLoopFuture<UserClaims> {
        guard let text = tokens.identity else {
            return self.fail(Failure(.oidcTokenMissing, "The provider gave no ID token."))
        }
        let token: SignedToken
        do throws(TokenProblem) {
            token = try SignedToken(text.reveal())
        } catch {
            return self.fail(Failure(error))
        }
        let address = DocumentAddress(account: self.account, url: identity.keysURL)
        let set = self.keySets.document(
            at: address,
            with: token.keyID,
            by: self.requester,
            at: self.uptime,
            on: self.eventLoop
        )
        return set.flatMapErrorThrowing { error in
            let words = (error as? DocumentError)?.words ?? "\(error)"
            throw Failure(
                .oidcTokenInvalid,
                "The provider's keys could not be fetched.",
                detail: "the key set of ID tokens: \(words)",
                cause: error
            )
        }.flatMapThrowing { set in
            do throws(TokenProblem) {
                try token.verify(with: CollectionOfOne(set), .named, allowed: identity.algorithms)
                let claims = try token.claims()
                let rules = ClaimRules(
                    issuers: [identity.issuer],
                    audiences: [self.client.id],
                    required: ["aud", "exp", "iat", "sub"],
                    nonce: nonce,
                    client: self.client.id
                )
                try rules.check(claims, at: Double(self.now))
                if nonce != nil || tokens.isIdentityRenewed { try token.checkAccessToken(tokens.access, claims) }
                guard let user = UserClaims(claims) else { throw .claim("sub", "is none that can be kept") }
                return user
            } catch {
                throw Failure(error)
            }
        }
    }

    /// What the provider's API tells of the user, who must be `subject` where that is known (§5.3.2).
    private func userData(_ tokens: ProviderTokens, of subject: String?) -> EventLoopFuture<UserClaims> {
        guard let url = self.provider.userURL else {
            return self.fail(Failure(.loginUserMissing, "The provider has nothing to tell of its users."))
        }
        return self.data(url, tokens).flatMapThrowing { answer in
            guard let user = UserClaims(reading: answer.body.readableBytesView, self.provider.userNames) else {
                let code: ErrorCode = self.isOpenID ? .oidcClaimsUnreadable : .loginUserMissing
                throw Failure(code, "The provider does not say who the user is.")
            }
            if let subject, user.subject != subject { throw Self.otherUser }
            return user
        }.flatMap { user in
            guard user.email.isEmpty, let url = self.provider.emailsURL else {
                return self.eventLoop.makeSucceededFuture(user)
            }
            return self.data(url, tokens).map { answer in
                var user = user
                user.email = UserClaims.provenEmail(reading: answer.body.readableBytesView)
                return user
            }
        }
    }

    private func data(_ url: String, _ tokens: ProviderTokens) -> EventLoopFuture<PolicyAnswer> {
        var fields = [("accept", "application/json"), ("authorization", "Bearer \(tokens.access.reveal())")]
        if self.provider.namesClient { fields.append(("client-id", self.client.id)) }
        return self.send("GET", url, fields, body: "", bytes: UserClaims.maximumBytes).flatMapThrowing { answer in
            try Self.checkLoad(answer)
            switch answer.status {
            case 200: return answer
            // Some say 400 or 403 of a token that is over.
            case 400, 401, 403: throw Failure(.loginRevoked, "The provider does not accept its own token any more.")
            default:
                throw Failure(
                    .loginProviderError,
                    "The provider does not tell who the user is.",
                    detail: "the user's data is answered with \(answer.status)"
                )
            }
        }
    }

    // MARK: Requests

    private func send(
        _ method: String,
        _ url: String,
        _ fields: [PolicyRequest.Field],
        body: String,
        bytes: Int
    ) -> EventLoopFuture<PolicyAnswer> {
        let request = PolicyRequest(
            method: method,
            url: url,
            fields: fields + [("user-agent", "portico")],
            body: ByteBuffer(string: body),
            account: self.account,
            deadline: self.uptime + Self.timeout,
            answerBytes: bytes,
            origin: .login
        )
        return self.requester.send(request, on: self.eventLoop).flatMapErrorThrowing { error in
            let detail = (error as? PolicyRequestError)?.failure.detail ?? "\(error)"
            guard case PolicyRequestError.tooLarge = error else {
                throw Failure(.loginProviderFailed, "The provider did not answer.", detail: detail, cause: error)
            }
            throw Failure(.loginAnswerUnexpected, "The provider's answer is too large.", detail: detail, cause: error)
        }
    }

    private static func checkLoad(_ answer: PolicyAnswer) throws(Failure) {
        switch answer.status {
        case 429, 503:
            throw Failure(.loginProviderBusy, "The provider has too much to do.", detail: "it answers \(answer.status)")
        case 500...:
            throw Failure(.loginProviderFailed, "The provider fails.", detail: "it answers \(answer.status)")
        default: break
        }
    }

    private func fail<Value: Sendable>(_ failure: Failure) -> EventLoopFuture<Value> {
        self.eventLoop.makeFailedFuture(failure)
    }
}

extension Failure {
    fileprivate init(_ problem: TokenProblem) {
        self.init(.oidcTokenInvalid, "The provider's ID token does not count.", detail: problem.words, cause: problem)
    }

    /// What a provider says where it gives no tokens (RFC 6749 §5.2, and what some add).
    fileprivate static func tokensRefused(_ error: String, isOpenID: Bool) -> Failure {
        let (code, message): (ErrorCode, String) =
            switch error {
            case "invalid_grant", "bad_verification_code":
                (.loginCodeExpired, "The provider's code is over, or was used before.")
            case "invalid_client", "unauthorized_client", "incorrect_client_credentials":
                (.loginApplicationWrong, "The provider does not accept the application's id or secret.")
            case "invalid_scope": (.loginScopeWrong, "The provider does not know a scope.")
            case "redirect_uri_mismatch":
                (.loginCallbackUnknown, "The provider does not know the address to come back to.")
            case "invalid_request": (.loginRequestWrong, "The provider takes the request for tokens for a wrong one.")
            default: (isOpenID ? .oidcExchangeFailed : .loginProviderError, "The provider gave no tokens.")
            }
        return Failure(code, message, detail: "the token endpoint says \(error.prefix(100))")
    }

    /// What a provider sends a browser back with in place of a code (RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6).
    init(refusedLogin error: String) {
        let (code, message): (ErrorCode, String) =
            switch error {
            case "access_denied", "consent_required": (.loginRefused, "You did not agree at the provider.")
            case "invalid_scope": (.loginScopeWrong, "The provider does not know a scope.")
            case "unauthorized_client": (.loginApplicationWrong, "The provider does not accept the application.")
            case "redirect_uri_mismatch":
                (.loginCallbackUnknown, "The provider does not know the address to come back to.")
            case "account_selection_required": (.loginAccountChoice, "The provider wants you to choose an account.")
            case "login_required", "interaction_required": (.loginAnew, "The provider wants you to log in again.")
            case "invalid_request": (.loginRequestWrong, "The provider takes the login for a wrong one.")
            case "server_error": (.loginProviderFailed, "The provider fails.")
            case "temporarily_unavailable": (.loginProviderBusy, "The provider has too much to do.")
            default: (.loginProviderError, "The provider reports an error.")
            }
        self.init(code, message, detail: "the provider says \(error.prefix(100))")
    }
}
