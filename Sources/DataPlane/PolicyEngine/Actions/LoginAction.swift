import Crypto
import Expression
import Federation
import Foundation
import Model
import NIOCore
import Secrets
import TrafficPolicy

/// Lets pass only visitors who have logged in, at a well-known provider or at any that speaks OpenID Connect
/// (`spec/traffic-policy.md` 4.13, 4.14). The way of a login: docs/logins.md.
struct LoginAction: PolicyAction {
    enum Place: Sendable {
        case wellKnown(LoginProvider.WellKnown)
        case issuer(TemplateProgram)
    }

    let type: ActionType
    let place: Place
    /// Nil: the application that the edge's owner has registered.
    private let clientID: TemplateProgram?
    private let clientSecret: TemplateProgram?
    let configuration: LoginConfiguration
    /// Changes with everything that the configuration says.
    let mark: String

    init(_ configuration: OAuthConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        try self.init(.oauth, .wellKnown(configuration.provider), configuration.login, place)
    }

    init(_ configuration: OpenIDConnectConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        let issuer = try place.template(configuration.issuerURL)
        try self.init(.openIDConnect, .issuer(issuer), configuration.login, place)
    }

    private init(
        _ type: ActionType,
        _ provider: Place,
        _ configuration: LoginConfiguration,
        _ place: ActionPlace
    ) throws(PolicyProblem) {
        self.type = type
        self.place = provider
        self.clientID = if let id = configuration.clientID { try place.template(id) } else { nil as TemplateProgram? }
        self.clientSecret =
            if let secret = configuration.clientSecret { try place.template(secret) } else { nil as TemplateProgram? }
        self.configuration = configuration
        self.mark = Self.mark(of: configuration)
    }

    private static func mark(of configuration: LoginConfiguration) -> String {
        let parameters = configuration.authorizationParameters.sorted { $0.key < $1.key }
        let text = """
            \(configuration.scopes) \(parameters) \(configuration.maxSessionDuration) \(configuration.idleSessionTimeout) \
            \(configuration.userinfoRefreshInterval) \(configuration.emailAddresses) \(configuration.emailDomains)
            """
        return Base64URL.encode(Array(SHA256.hash(data: Array(text.utf8)).prefix(12)))
    }

    func run(on exchange: Exchange) -> Verdict {
        guard let host = exchange.host else { return .next }
        LoginFields.strip(&exchange.request.head)
        guard let services = exchange.loop.services.logins else {
            let code: ErrorCode = self.type == .oauth ? .oauthNotEnabled : .oidcNotEnabled
            return .fail(Failure(code, "This edge has no host that a login could come back to."))
        }
        let cookies = self.cookies
        let visit = LoginVisit(
            exchange: exchange,
            host: host,
            services: services,
            cookies: cookies,
            brought: cookies.take(from: &exchange.request.head)
        )
        if self.configuration.allowsCORSPreflight, exchange.request.method == "OPTIONS" {
            LoginResults.publishNothing(of: self.type, on: exchange)
            return .next
        }
        guard exchange.request.receivedTarget.scheme == "https" else {
            return .fail(Failure(.loginNeedsTLS, "This endpoint has a login, which is possible by https alone."))
        }
        do throws(Failure) {
            switch services.paths.page(at: exchange.request.receivedTarget.path) {
            case .login?:
                guard try self.isMeant(visit) else { return try self.check(visit) }
                return try self.begin(visit, path: visit.wantedPath(), asksAgain: true)
            case .logout?:
                guard try self.isMeant(visit) else { return try self.check(visit) }
                return try self.logout(visit)
            case .callback?: return try self.end(visit)
            case nil: return try self.check(visit)
            }
        } catch {
            return self.refuse(error, visit)
        }
    }

    var cookies: LoginCookies {
        LoginCookies(
            authID: self.configuration.authID ?? "",
            domain: self.configuration.cookieDomain.map { "\($0)" }
        )
    }

    /// Whether a page's `auth_id` names this login; one that names none means the login of the host.
    private func isMeant(_ visit: LoginVisit) throws(Failure) -> Bool {
        guard let named = visit.parameter("auth_id") else { return true }
        guard named == self.configuration.authID ?? "" else {
            throw visit.failure(.loginParameters, "auth_id names no login of this host.")
        }
        return true
    }

    // MARK: - Who asks whom

    /// The application that logs visitors in.
    func client(on exchange: Exchange) throws(Failure) -> LoginServices.Application {
        guard let id = self.clientID, let secret = self.clientSecret else {
            if case .wellKnown(let provider) = self.place,
                let own = exchange.loop.services.logins?.configuration.applications[provider]
            {
                return own
            }
            throw Failure(.oauthApplicationNeeded, "This login has no application at its provider.")
        }
        return LoginServices.Application(
            id: try self.text(of: id, on: exchange),
            secret: Secret(try self.text(of: secret, on: exchange))
        )
    }

    /// Which provider and application a session is for.
    func clientKey(_ client: LoginServices.Application, on exchange: Exchange) throws(Failure) -> String {
        switch self.place {
        case .wellKnown(let provider): "\(provider.rawValue) \(client.id)"
        case .issuer(let issuer): "\(try self.text(of: issuer, on: exchange)) \(client.id)"
        }
    }

    private func text(of template: TemplateProgram, on exchange: Exchange) throws(Failure) -> String {
        do throws(EvaluationError) {
            return try exchange.text(of: template)
        } catch {
            throw Failure(
                .loginExpression,
                "A value that this endpoint's login needs is not there.",
                detail: error.reason.text
            )
        }
    }

    /// Goes on with the provider when it is known: at once, but for the first time and once in a while.
    ///
    /// - Parameters:
    ///   - visit: the request.
    ///   - otherwise: what to do where the provider cannot be known now.
    ///   - body: goes on.
    /// - Throws: what `otherwise` and `body` do.
    /// - Returns: the verdict of either.
    func withProvider(
        _ visit: LoginVisit,
        otherwise: @escaping (Failure) throws(Failure) -> Verdict = { (failure) throws(Failure) in throw failure },
        _ body: @escaping (LoginProvider) throws(Failure) -> Verdict
    ) throws(Failure) -> Verdict {
        let issuer: String
        switch self.place {
        case .wellKnown(let name):
            guard let provider = visit.services.configuration.providers[name] else {
                return try otherwise(Failure(.oauthProviderUnknown, "The provider is not known."))
            }
            return try body(provider)
        case .issuer(let template): issuer = try self.text(of: template, on: visit.exchange)
        }
        let address = DocumentAddress(account: visit.exchange.endpoint.account, url: ProviderDocument.url(of: issuer))
        if let document = visit.services.documents.known(address, with: nil, at: visit.host.uptime) {
            return try Self.goOn(with: document, of: issuer, otherwise, body)
        }
        guard let requester = visit.exchange.loop.services.requester else {
            return try otherwise(
                visit.failure(
                    .oidcDiscoveryFailed,
                    "The provider cannot be asked.",
                    detail: "no requests are made here"
                )
            )
        }
        let fetched = visit.services.documents.document(
            at: address,
            with: nil,
            by: requester,
            at: visit.host.uptime,
            on: visit.eventLoop
        )
        return self.later(fetched, visit) { result throws(Failure) in
            switch result {
            case .success(let document): return try Self.goOn(with: document, of: issuer, otherwise, body)
            case .failure(let error):
                return try otherwise(
                    visit.failure(
                        .oidcDiscoveryFailed,
                        "What the provider says of itself could not be fetched.",
                        detail: (error as? DocumentError)?.words ?? "\(error)"
                    )
                )
            }
        }
    }

    private static func goOn(
        with document: ProviderDocument,
        of issuer: String,
        _ otherwise: (Failure) throws(Failure) -> Verdict,
        _ body: (LoginProvider) throws(Failure) -> Verdict
    ) throws(Failure) -> Verdict {
        let provider: LoginProvider
        do throws(Failure) {
            provider = try Self.provider(document, of: issuer)
        } catch {
            return try otherwise(error)
        }
        return try body(provider)
    }

    /// - Throws: 5208 where the document is another issuer's, or leads from TLS to plain text.
    static func provider(_ document: ProviderDocument, of issuer: String) throws(Failure) -> LoginProvider {
        func failure(_ detail: String) -> Failure {
            Failure(.oidcDiscoveryFailed, "What the provider says of itself is not right.", detail: detail)
        }
        // Whoever could name another issuer here could have its tokens taken for this one's.
        guard document.issuer == issuer else {
            throw failure("its discovery document has the issuer \(document.issuer.prefix(300))")
        }
        let urls = [document.authorizationURL, document.tokenURL, document.keysURL, document.userURL].compactMap(\.self)
        guard !issuer.hasPrefix("https:") || urls.allSatisfy({ $0.hasPrefix("https:") }) else {
            throw failure("its discovery document has a URL without TLS")
        }
        guard !document.algorithms.isEmpty else {
            throw failure("none of its algorithms of ID tokens is verified here")
        }
        return LoginProvider(document)
    }

    /// Waits for something, and then goes on, or refuses.
    func later<Value: Sendable>(
        _ future: EventLoopFuture<Value>,
        _ visit: LoginVisit,
        _ body: @escaping (Result<Value, any Error>) throws(Failure) -> Verdict
    ) -> Verdict {
        let eventLoop = visit.eventLoop
        let promise = eventLoop.makePromise(of: Verdict.self)
        future.assumeIsolated().whenComplete { result in
            do throws(Failure) {
                promise.completeWith(try body(result).future(on: eventLoop))
            } catch {
                promise.succeed(self.refuse(error, visit))
            }
        }
        return .later(promise.futureResult)
    }

    /// Ends the request with the page of a failure.
    func refuse(_ failure: Failure, _ visit: LoginVisit) -> Verdict {
        var failure = failure
        if failure.wayOn == nil { failure = failure.leading(to: visit) }
        LoginResults.publish(failure, of: self.type, on: visit.exchange)
        visit.exchange.record.login = .init(decision: .block)
        let detail = failure.detail.isEmpty ? failure.message : failure.detail
        visit.exchange.note("\(self.type.rawValue): \(failure.code.name) \(detail)")
        return .fail(failure, status: failure.code.httpStatus)
    }
}
