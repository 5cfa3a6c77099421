import Expression
import Federation
import Model
import NIOCore
import TrafficPolicy

/// Lets pass only requests with valid JSON Web Tokens (`spec/traffic-policy.md` 4.11).
struct JWTValidationAction: PolicyAction {
    private struct Token: Sendable {
        let type: JWTValidationConfiguration.TokenType
        let place: JWTValidationConfiguration.Place
        let name: TemplateProgram
        let prefix: TemplateProgram?
    }

    private struct Keys: Sendable {
        let choice: SignedToken.KeyChoice
        let urls: [TemplateProgram]
    }

    /// What the configuration says for one request.
    private struct Wishes {
        var rules: ClaimRules
        var places: [(type: JWTValidationConfiguration.TokenType, place: TokenPlace)]
        var keys: [(choice: SignedToken.KeyChoice, urls: [String])]
    }

    private let issuers: [TemplateProgram]
    private let audiences: [String]
    private let tokens: [Token]
    private let keys: [Keys]
    private let algorithms: [SignatureAlgorithm]
    private let looksIntoBody: Bool

    init(_ configuration: JWTValidationConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        var issuers: [TemplateProgram] = []
        for issuer in configuration.issuers { issuers.append(try place.template(issuer)) }
        self.issuers = issuers
        self.audiences = configuration.audiences
        var tokens: [Token] = []
        for token in configuration.tokens {
            let prefix = if let prefix = token.prefix { try place.template(prefix) } else { nil as TemplateProgram? }
            let name = try place.template(token.name)
            tokens.append(Token(type: token.type, place: token.place, name: name, prefix: prefix))
        }
        self.tokens = tokens
        var keys: [Keys] = []
        for key in configuration.keys {
            var urls: [TemplateProgram] = []
            for source in key.sources { urls.append(try place.template(source)) }
            keys.append(Keys(choice: key.identification.contains(.kid) ? .named : .any, urls: urls))
        }
        self.keys = keys
        self.algorithms = configuration.algorithms.compactMap { SignatureAlgorithm(rawValue: $0.rawValue) }
        self.looksIntoBody = configuration.tokens.contains { $0.place == .body }
    }

    func run(on exchange: Exchange) -> Verdict {
        guard let host = exchange.host else { return .next }
        let wishes: Wishes
        do throws(ActionError) {
            wishes = try self.wishes(of: exchange)
        } catch {
            return error.verdict
        }
        guard self.looksIntoBody else { return self.read(nil, wishes, on: exchange) }
        do throws(TokenRefusal) {
            let form = try BodyForm(of: exchange.request)
            let body = host.collectRequestBody(upTo: exchange.loop.services.bodyBytes).assumeIsolated()
            return .later(
                body.flatMap { collected in
                    guard case .complete(let body) = collected else {
                        let words = "the body is larger than \(exchange.loop.services.bodyBytes) bytes"
                        return host.eventLoop.makeSucceededFuture(
                            self.refuse(TokenRefusal(.tokenMissing, words), [], on: exchange)
                        )
                    }
                    switch self.read((body, form), wishes, on: exchange) {
                    case .later(let verdict): return verdict
                    case let verdict: return host.eventLoop.makeSucceededFuture(verdict)
                    }
                }.nonisolated()
            )
        } catch {
            return self.refuse(error, [], on: exchange)
        }
    }

    // MARK: - One request

    private func wishes(of exchange: Exchange) throws(ActionError) -> Wishes {
        var wishes = Wishes(rules: ClaimRules(issuers: [], audiences: self.audiences), places: [], keys: [])
        for issuer in self.issuers { wishes.rules.issuers.append(try exchange.interpolate(issuer)) }
        for token in self.tokens {
            let prefix = if let prefix = token.prefix { try exchange.interpolate(prefix) } else { "" }
            let place = TokenPlace(place: token.place, name: try exchange.interpolate(token.name), prefix: prefix)
            wishes.places.append((token.type, place))
        }
        for keys in self.keys {
            var urls: [String] = []
            for url in keys.urls { urls.append(try exchange.interpolate(url)) }
            wishes.keys.append((keys.choice, urls))
        }
        return wishes
    }

    /// Finds the tokens, and the keys for them, which may have to be fetched.
    private func read(_ body: (ByteBuffer, BodyForm)?, _ wishes: Wishes, on exchange: Exchange) -> Verdict {
        var found: [FoundToken] = []
        do throws(TokenRefusal) {
            for (type, place) in wishes.places {
                let text: String
                switch (place.place, body) {
                case (.body, let (bytes, form)?): text = try place.token(in: bytes, as: form)
                default: text = try place.token(in: exchange.request.head)
                }
                do throws(TokenProblem) {
                    let token = try SignedToken(text)
                    if type == .atJWT || type == .itJWT { try token.checkType(type.rawValue) }
                    found.append(FoundToken(token: token, place: place))
                } catch {
                    throw TokenRefusal(error)
                }
            }
        } catch {
            return self.refuse(error, found, on: exchange)
        }
        return self.verify(found, 0, wishes, on: exchange)
    }

    /// Verifies the tokens from this one on. One after another: as a rule there is one, and its keys are there.
    private func verify(_ found: [FoundToken], _ first: Int, _ wishes: Wishes, on exchange: Exchange) -> Verdict {
        var found = found
        for index in first..<found.count {
            let token = found[index].token
            let known = self.known(for: token, wishes, on: exchange)
            guard let known else { return self.fetch(for: found, index, wishes, on: exchange) }
            do throws(TokenProblem) {
                try self.verify(token, with: known, wishes, on: exchange)
                found[index].isVerified = true
            } catch {
                return self.refuse(TokenRefusal(error), found, on: exchange)
            }
        }
        TokenResults.publish(found, nil, on: exchange)
        return .next
    }

    private func verify(
        _ token: SignedToken,
        with sets: KeySets,
        _ wishes: Wishes,
        on exchange: Exchange
    ) throws(TokenProblem) {
        var problem = TokenProblem.noKey
        for (choice, sets) in sets {
            do throws(TokenProblem) {
                try token.verify(with: sets, choice, allowed: self.algorithms)
                let now = exchange.host?.now ?? Timestamp(nanosecondsSince1970: 0)
                let seconds = Double(now.seconds) + Double(now.nanoseconds) / 1e9
                return try wishes.rules.check(try token.claims(), at: seconds)
            } catch {
                // Another group of keys may have the one that is meant; what a good signature says is final.
                switch error {
                case .noKey, .signature: problem = error
                default: throw error
                }
            }
        }
        throw problem
    }

    // MARK: - Keys

    private typealias KeySets = [(choice: SignedToken.KeyChoice, sets: [KeySet])]

    /// The key that a set must have. Only where there is one set: of several each has keys of its own.
    private static func wantedKey(of token: SignedToken, _ wishes: Wishes) -> String? {
        wishes.keys.count == 1 && wishes.keys[0].urls.count == 1 ? token.keyID : nil
    }

    /// All sets, where all are there; nil where one has to be fetched.
    private func known(for token: SignedToken, _ wishes: Wishes, on exchange: Exchange) -> KeySets? {
        guard let uptime = exchange.host?.uptime else { return nil }
        let wanted = Self.wantedKey(of: token, wishes)
        var all: KeySets = []
        for (choice, urls) in wishes.keys {
            var sets: [KeySet] = []
            for url in urls {
                let address = DocumentAddress(account: exchange.endpoint.account, url: url)
                guard let set = exchange.loop.services.keySets.known(address, with: wanted, at: uptime) else {
                    return nil
                }
                sets.append(set)
            }
            all.append((choice, sets))
        }
        return all
    }

    /// Goes on with this token when its keys are there.
    private func fetch(for found: [FoundToken], _ index: Int, _ wishes: Wishes, on exchange: Exchange) -> Verdict {
        guard let host = exchange.host else { return .next }
        guard let requester = exchange.loop.services.requester else {
            return self.refuse(TokenRefusal(.unreachable("policies can make no requests here")), found, on: exchange)
        }
        let wanted = Self.wantedKey(of: found[index].token, wishes)
        let loop = host.eventLoop
        let fetches = wishes.keys.flatMap(\.urls).map { url in
            exchange.loop.services.keySets.document(
                at: DocumentAddress(account: exchange.endpoint.account, url: url),
                with: wanted,
                by: requester,
                at: host.uptime,
                on: loop
            )
        }
        let verdict = EventLoopFuture.whenAllSucceed(fetches, on: loop).assumeIsolated().flatMap { sets in
            var rest = sets[...]
            let known: KeySets = wishes.keys.map { keys in
                let own = rest.prefix(keys.urls.count)
                rest = rest.dropFirst(keys.urls.count)
                return (keys.choice, Array(own))
            }
            var found = found
            let verdict: Verdict
            do throws(TokenProblem) {
                try self.verify(found[index].token, with: known, wishes, on: exchange)
                found[index].isVerified = true
                verdict = self.verify(found, index + 1, wishes, on: exchange)
            } catch {
                verdict = self.refuse(TokenRefusal(error), found, on: exchange)
            }
            if case .later(let later) = verdict { return later }
            return loop.makeSucceededFuture(verdict)
        }
        return .later(
            verdict.flatMapErrorThrowing { error in
                let problem = error as? DocumentError ?? .unreachable("\(error)")
                return self.refuse(TokenRefusal(problem), found, on: exchange)
            }.nonisolated()
        )
    }

    // MARK: - Ends

    private func refuse(_ refusal: TokenRefusal, _ found: [FoundToken], on exchange: Exchange) -> Verdict {
        let failure = Failure(refusal.code, refusal.code.meaning, detail: refusal.words)
        TokenResults.publish(found, failure, on: exchange)
        exchange.note("jwt-validation: \(refusal.words)")
        return .fail(failure)
    }
}
