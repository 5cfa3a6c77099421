import Addressing
import Federation
import Foundation
import Model
import NIOCore
import Secrets
import TrafficPolicy

// From the first request without a session to the cookie of a new one.

extension LoginAction {
    /// Sends the browser to the provider.
    ///
    /// - Parameters:
    ///   - visit: the request.
    ///   - path: where the login leads back to.
    ///   - asksAgain: whether the provider is to ask the visitor although it knows them.
    /// - Throws: why no login can begin.
    /// - Returns: the answer that leads there, or what waits for it.
    func begin(_ visit: LoginVisit, path: String, asksAgain: Bool = false) throws(Failure) -> Verdict {
        let client = try self.client(on: visit.exchange)
        return try self.withProvider(visit) { provider throws(Failure) in
            // Several logins of a browser share its secret, or the last to begin would be the only one to come back.
            let known = visit.brought.proof.flatMap {
                visit.cookies.proof(in: $0, host: visit.hostName, at: visit.now, visit.services.keys)
            }
            let proof = known ?? BrowserProof()
            let login = KSUID(at: visit.now).text
            let state = LoginState(
                account: visit.exchange.endpoint.account,
                origin: visit.origin,
                path: path,
                authID: self.configuration.authID ?? "",
                login: login,
                binding: proof.binding(of: login),
                begun: visit.now
            )
            let keys = visit.services.keys
            var own: [(key: String, value: String)] = [
                ("response_type", "code"), ("client_id", client.id), ("redirect_uri", visit.services.callbackURL),
                ("scope", self.scopes(at: provider).joined(separator: " ")), ("state", state.sealed(with: keys)),
                ("code_challenge", proof.challenge(of: login)), ("code_challenge_method", "S256"),
            ]
            if provider.identity != nil { own.append(("nonce", proof.nonce(of: login))) }
            if asksAgain { own.append(("prompt", "login")) }
            let others = self.configuration.authorizationParameters.sorted { $0.key < $1.key }
                .filter { other in !own.contains { $0.key == other.key } }
            visit.exchange.record.login = .init(decision: .redirect, applicationID: client.id)
            return .respond(
                .redirect(
                    RequestURL.adding(own + others.map { ($0.key, $0.value) }, to: provider.authorizationURL),
                    cookies: [visit.cookies.setProof(proof, host: visit.hostName, at: visit.now, keys)]
                )
            )
        }
    }

    /// Each once, the provider's own first.
    private func scopes(at provider: LoginProvider) -> [String] {
        var scopes = provider.scopes
        for scope in self.configuration.scopes where !scopes.contains(scope) { scopes.append(scope) }
        return scopes
    }

    /// The login has come back.
    func end(_ visit: LoginVisit) throws(Failure) -> Verdict {
        let keys = visit.services.keys
        guard let ticket = visit.parameter("ticket").flatMap({ LoginTicket(opening: $0, with: keys) }) else {
            throw visit.failure(.loginStateMissing, "This is the end of no login that began here.")
        }
        let state = ticket.state
        guard !state.isOver(at: visit.now) else { throw visit.failure(.loginExpired, "The login took too long.") }
        guard state.origin == visit.origin, state.account == visit.exchange.endpoint.account.text,
            state.authID == self.configuration.authID ?? ""
        else { throw visit.failure(.loginOfAnotherHost, "The login was begun at another host.") }
        guard let cookie = visit.brought.proof else {
            throw visit.failure(.loginCookieMissing, "The cookie is missing with which the login began.")
        }
        let proof = visit.cookies.proof(in: cookie, host: visit.hostName, at: visit.now, keys)
        guard let proof, Secret(proof.binding(of: state.login)).equals(Secret(state.binding)) else {
            throw visit.failure(.loginOfAnother, "The login was begun in another browser, or is over.")
        }
        guard visit.services.used.use(state.login, at: visit.now) else {
            throw visit.failure(.loginUsed, "The login has ended already.")
        }
        switch ticket.outcome {
        case .refused(let error): throw Failure(refusedLogin: error)
        case .code(let code): return try self.exchange(code, ticket, proof, visit)
        }
    }

    private func exchange(
        _ code: String,
        _ ticket: LoginTicket,
        _ proof: BrowserProof,
        _ visit: LoginVisit
    ) throws(Failure) -> Verdict {
        let client = try self.client(on: visit.exchange)
        let key = try self.clientKey(client, on: visit.exchange)
        let login = ticket.state.login
        return try self.withProvider(visit) { provider throws(Failure) in
            // A code of another provider must not be shown to this one (RFC 9207 §2.4).
            if let identity = provider.identity, !ticket.issuer.isEmpty, ticket.issuer != identity.issuer {
                throw Failure(.loginOfAnother, "The login has come back from another provider.")
            }
            let calls = try ProviderCalls(provider, client, for: visit)
            let callback = visit.services.callbackURL
            let asked = calls.tokens(for: code, verifier: proof.verifier(of: login), callback: callback).flatMap {
                tokens in
                calls.user(tokens, nonce: proof.nonce(of: login)).map { (tokens, $0) }
            }
            return self.later(asked, visit) { result throws(Failure) in
                let (tokens, user) = try Self.value(of: result)
                let session = self.session(tokens, user, at: provider, key, visit)
                try self.admit(user, visit)
                return self.keep(session, leadingTo: ticket.state.path, visit)
            }
        }
    }

    static func value<Value>(of result: Result<Value, any Error>) throws(Failure) -> Value {
        switch result {
        case .success(let value): return value
        case .failure(let failure as Failure): throw failure
        case .failure(let error):
            throw Failure(.loginProviderFailed, "The provider could not be asked.", detail: "\(error)", cause: error)
        }
    }

    /// A new session, with a new identifier, whatever the browser had before.
    private func session(
        _ tokens: ProviderTokens,
        _ user: UserClaims,
        at provider: LoginProvider,
        _ client: String,
        _ visit: LoginVisit
    ) -> LoginSession {
        let exchange = visit.exchange
        let now = visit.now
        return LoginSession(
            id: .new(at: now),
            account: exchange.endpoint.account,
            endpoint: exchange.endpoint.id.text,
            url: visit.origin,
            browser: String((exchange.request.head.first("user-agent") ?? "").prefix(1024)),
            address: exchange.connection.client.map { "\($0.ip)" } ?? "",
            place: exchange.connection.clientOrigin?.location,
            providerName: provider.name,
            providerURL: provider.url,
            client: client,
            mark: self.mark,
            user: user,
            tokens: tokens,
            tokensEnd: tokens.seconds.map { now + $0 },
            begun: now,
            lastActive: now,
            fetched: now,
            expires: now + min(self.lifetimes.total, self.lifetimes.idle)
        )
    }

    /// Keeps the session where all nodes know it, and then shows it to the browser.
    private func keep(_ session: LoginSession, leadingTo path: String, _ visit: LoginVisit) -> Verdict {
        let kept =
            visit.services.directory?.begin(session, on: visit.eventLoop)
            ?? visit.eventLoop.makeSucceededFuture(())
        return self.later(kept, visit) { result throws(Failure) in
            if case .failure(let error) = result {
                throw visit.failure(.loginSessionLost, "The login could not be kept.", detail: "\(error)")
            }
            visit.services.sessions.put(session)
            // What the browser had before is over.
            self.endBrought(visit)
            visit.exchange.record.login = .init(decision: .allow, session)
            let cookie = visit.cookies.setSession(
                session.id.text,
                host: visit.hostName,
                seconds: self.lifetimes.total,
                visit.services.keys
            )
            return .respond(.redirect(visit.origin + path, cookies: [cookie]))
        }
    }

    /// Ends the session that a request has brought; nobody waits for it.
    private func endBrought(_ visit: LoginVisit) {
        guard let id = self.brought(by: visit) else { return }
        visit.services.sessions.end(id)
        _ = visit.services.directory?.end(id, of: visit.exchange.endpoint.account, on: visit.eventLoop)
    }

    // MARK: - Logout

    /// Ends the session, here and where it is kept, and leads on; with `end_session` by way of the provider's own logout.
    func logout(_ visit: LoginVisit) throws(Failure) -> Verdict {
        let path = try visit.wantedPath()
        let cookies = [visit.cookies.endSession, visit.cookies.endProof]
        guard let id = self.brought(by: visit) else {
            return .respond(.redirect(visit.origin + path, cookies: cookies))
        }
        let session = visit.services.sessions.session(id)
        visit.services.sessions.end(id)
        let ended =
            visit.services.directory?.end(id, of: visit.exchange.endpoint.account, on: visit.eventLoop)
            ?? visit.eventLoop.makeSucceededFuture(())
        return self.later(ended, visit) { result throws(Failure) in
            if case .failure(let error) = result {
                throw visit.failure(.loginSessionLost, "The session could not be ended everywhere.", detail: "\(error)")
            }
            guard visit.parameter("end_session") == "true" else {
                return .respond(.redirect(visit.origin + path, cookies: cookies))
            }
            let client = try self.client(on: visit.exchange)
            return try self.withProvider(visit) { provider throws(Failure) in
                let url = provider.endSessionURL.map {
                    self.endSession(at: $0, client, session, leadingTo: path, visit)
                }
                return .respond(.redirect(url ?? visit.origin + path, cookies: cookies))
            }
        }
    }

    /// The provider's own logout (OpenID Connect RP-Initiated Logout 1.0 §2).
    private func endSession(
        at url: String,
        _ client: LoginServices.Application,
        _ session: LoginSession?,
        leadingTo path: String,
        _ visit: LoginVisit
    ) -> String {
        let state = LoginState(
            account: visit.exchange.endpoint.account,
            origin: visit.origin,
            path: path,
            authID: self.configuration.authID ?? "",
            login: "",
            binding: "",
            begun: visit.now
        )
        var parameters: [(key: String, value: String)] = [
            ("client_id", client.id), ("post_logout_redirect_uri", visit.services.logoutURL),
            ("state", state.sealed(with: visit.services.keys)),
        ]
        if let hint = session?.tokens.identity { parameters.append(("id_token_hint", hint.reveal())) }
        return RequestURL.adding(parameters, to: url)
    }
}
