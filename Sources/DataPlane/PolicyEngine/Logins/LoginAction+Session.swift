import Federation
import Foundation
import Model
import NIOCore
import Secrets
import TrafficPolicy

// Requests of a visitor who has logged in, or had.

extension LoginAction {
    /// How long sessions last, in seconds. The policy's zero is no limit; what nobody uses is forgotten all the same.
    struct Lifetimes {
        /// Without being used.
        static let longestIdle: Int64 = 30 * 86400
        /// Browsers forget cookies after that time (RFC 6265bis §5.6).
        static let longestTotal: Int64 = 400 * 86400

        let idle: Int64
        let total: Int64

        init(_ configuration: LoginConfiguration) {
            let (idle, total) = (configuration.idleSessionTimeout, configuration.maxSessionDuration)
            self.idle = idle == .zero ? Self.longestIdle : Self.seconds(idle)
            self.total = total == .zero ? Self.longestTotal : min(Self.seconds(total), Self.longestTotal)
        }

        /// Whole seconds, at least one.
        static func seconds(_ duration: Duration) -> Int64 {
            let (seconds, fraction) = duration.components
            return max(seconds + (fraction > 0 ? 1 : 0), 1)
        }
    }

    var lifetimes: Lifetimes { Lifetimes(self.configuration) }

    /// The session that the cookie of a request names.
    func brought(by visit: LoginVisit) -> LoginSessionTable.ID? {
        visit.brought.session.flatMap {
            visit.cookies.session(in: $0, host: visit.hostName, visit.services.keys)
        }.flatMap { LoginSessionTable.ID($0) }
    }

    /// Lets the request pass where its visitor has a session; begins a login where not.
    func check(_ visit: LoginVisit) throws(Failure) -> Verdict {
        guard let id = self.brought(by: visit) else { return try self.begin(visit, path: visit.uri) }
        if let session = visit.services.sessions.session(id) { return try self.check(session, visit) }
        guard let directory = visit.services.directory else { return try self.begin(visit, path: visit.uri) }
        guard visit.services.sessions.beginLoad() else {
            throw visit.failure(.loginSessionLost, "The session could not be read.", detail: "too many are read now")
        }
        let loaded = directory.session(id, of: visit.exchange.endpoint.account, on: visit.eventLoop)
        return self.later(loaded, visit) { result throws(Failure) in
            visit.services.sessions.endLoad()
            switch result {
            case .success(let session?):
                guard visit.services.sessions.put(session) else { return try self.begin(visit, path: visit.uri) }
                return try self.check(session, visit)
            case .success(nil): return try self.begin(visit, path: visit.uri)
            case .failure(let error):
                throw visit.failure(.loginSessionLost, "The session could not be read.", detail: "\(error)")
            }
        }
    }

    private func check(_ session: LoginSession, _ visit: LoginVisit) throws(Failure) -> Verdict {
        let client = try self.client(on: visit.exchange)
        guard session.account == visit.exchange.endpoint.account,
            session.client == (try self.clientKey(client, on: visit.exchange))
        else { return try self.begin(visit, path: visit.uri) }
        let now = visit.now
        let isTooOld = now >= session.begun + self.lifetimes.total
        guard !isTooOld, now < session.lastActive + self.lifetimes.idle else {
            visit.services.sessions.end(session.id)
            _ = visit.services.directory?.end(session.id, of: session.account, on: visit.eventLoop)
            LoginResults.publishEnd(of: session, isTooOld: isTooOld, self.type, on: visit.exchange)
            return try self.begin(visit, path: visit.uri)
        }
        guard self.isStale(session, at: now), visit.services.sessions.beginRefresh(session.id) else {
            return try self.pass(session, isRefreshed: false, visit)
        }
        // Another loop may have asked since this one looked: its refresh token, which is good once, is not shown again.
        let session = visit.services.sessions.session(session.id) ?? session
        guard self.isStale(session, at: now) else {
            visit.services.sessions.endRefresh(session.id)
            return try self.pass(session, isRefreshed: false, visit)
        }
        let verdict: Verdict
        do throws(Failure) {
            verdict = try self.refresh(session, client, visit)
        } catch {
            visit.services.sessions.endRefresh(session.id)
            throw error
        }
        guard case .later(let future) = verdict else {
            visit.services.sessions.endRefresh(session.id)
            return verdict
        }
        // However it ends: a session that seemed to be asked for would not be asked for again.
        future.assumeIsolated().whenComplete { _ in visit.services.sessions.endRefresh(session.id) }
        return verdict
    }

    // MARK: - The user's data

    /// How long nobody asks again for data that could not be had, in seconds.
    private static let pause: Int64 = 60

    /// Whether the user's data is to be fetched again: its time has come, or the action says something else now.
    private func isStale(_ session: LoginSession, at now: Int64) -> Bool {
        let interval = self.configuration.userinfoRefreshInterval
        let isDue = interval != .zero && now >= session.fetched + Lifetimes.seconds(interval)
        return isDue || session.mark != self.mark
    }

    private func refresh(
        _ session: LoginSession,
        _ client: LoginServices.Application,
        _ visit: LoginVisit
    ) throws(Failure) -> Verdict {
        // A provider that cannot be known now is away like one that does not answer.
        let isAway = { (failure: Failure) throws(Failure) in try self.refreshed(session, .failure(failure), visit) }
        return try self.withProvider(visit, otherwise: isAway) { provider throws(Failure) in
            let calls = try ProviderCalls(provider, client, for: visit)
            let isOver = session.tokensEnd.map { visit.now >= $0 - Self.pause } ?? false
            // Where there is no other place to ask, a new ID token tells of the user.
            let isToldByToken = provider.identity != nil && provider.userURL == nil
            let renewed: EventLoopFuture<ProviderTokens?> =
                if isOver || isToldByToken, let refresh = session.tokens.refresh {
                    calls.renewed(session.tokens, by: refresh).map { $0 }
                } else {
                    visit.eventLoop.makeSucceededFuture(nil)
                }
            let asked = renewed.flatMap { renewed in
                calls.userAgain(renewed ?? session.tokens, subject: session.user.subject)
                    .map { Result<UserClaims?, any Error>.success($0) }
                    .flatMapErrorThrowing { .failure($0) }
                    .map { (renewed, $0) }
            }
            return self.later(asked, visit) { result throws(Failure) in try self.refreshed(session, result, visit) }
        }
    }

    private func refreshed(
        _ session: LoginSession,
        _ result: Result<(ProviderTokens?, Result<UserClaims?, any Error>), any Error>,
        _ visit: LoginVisit
    ) throws(Failure) -> Verdict {
        let before = session
        var session = session
        session.lastActive = visit.now
        session.mark = self.mark
        var (isRenewed, isTold) = (false, false)
        do throws(Failure) {
            let (tokens, user) = try Self.value(of: result)
            // Kept whatever comes of the user: a refresh token may be good once, and then the old one is over.
            if let tokens {
                session.tokens = tokens
                session.tokens.isIdentityRenewed = false
                session.tokensEnd = tokens.seconds.map { visit.now + $0 }
                isRenewed = true
            }
            if let user = try Self.value(of: user) {
                session.user = user
                isTold = true
            }
            session.fetched = visit.now
        } catch {
            guard error.isFinal else {
                // The provider is away: what is known of the user counts until it is back, or the session ends. An ID token
                // that nobody has verified is shown to nobody.
                session.tokens.identity = before.tokens.identity
                session.fetched = visit.now - Lifetimes.seconds(self.configuration.userinfoRefreshInterval) + Self.pause
                visit.exchange.note(
                    "\(self.type.rawValue): the user's data could not be fetched again: \(error.detail)"
                )
                visit.services.sessions.put(session)
                if isRenewed { visit.services.directory?.update(session) }
                return try self.pass(session, isRefreshed: false, visit)
            }
            visit.services.sessions.end(session.id)
            _ = visit.services.directory?.end(session.id, of: session.account, on: visit.eventLoop)
            throw visit.failure(.loginRevoked, "The provider has ended your login.", detail: error.detail)
        }
        guard visit.services.sessions.put(session) else { return try self.begin(visit, path: visit.uri) }
        visit.services.directory?.update(session)
        return try self.pass(session, isRefreshed: isTold, visit)
    }

    // MARK: - Passing

    private func pass(_ session: LoginSession, isRefreshed: Bool, _ visit: LoginVisit) throws(Failure) -> Verdict {
        try self.admit(session.user, visit)
        if var used = visit.services.sessions.touch(session.id, at: visit.now) {
            used.expires = min(used.begun + self.lifetimes.total, visit.now + self.lifetimes.idle)
            visit.services.directory?.update(used)
        }
        LoginFields.add(session, to: &visit.exchange.request.head)
        LoginResults.publish(session, isRefreshed: isRefreshed, self.type, on: visit.exchange)
        visit.exchange.record.login = .init(decision: .allow, session)
        return .next
    }

    /// Refuses a user whose address is not among those of the action.
    func admit(_ user: UserClaims, _ visit: LoginVisit) throws(Failure) {
        if user.hasUnverifiedEmail {
            visit.exchange.note("the provider says that the e-mail address is not proven; it counts as none")
        }
        let (addresses, domains) = (self.configuration.emailAddresses, self.configuration.emailDomains)
        guard !addresses.isEmpty || !domains.isEmpty else { return }
        guard !user.email.isEmpty else {
            throw visit.failure(.loginEmailMissing, "The provider tells no e-mail address of yours that is proven.")
        }
        guard user.hasEmailForm, let at = user.email.utf8.lastIndex(of: UInt8(ascii: "@")) else {
            throw visit.failure(.loginEmailMalformed, "The provider's e-mail address of yours is none.")
        }
        let domain = String(user.email[user.email.utf8.index(after: at)...])
        guard
            addresses.contains(where: { $0.equalsIgnoringCase(user.email) })
                || domains.contains(where: { $0.equalsIgnoringCase(domain) })
        else { throw visit.failure(.loginNotAllowed, "You are not among those who may see this.") }
    }
}

extension Failure {
    /// Whether a provider has said that the login is over, as against not having said anything.
    fileprivate var isFinal: Bool {
        // Keys that could not be had, or are older than the token, say nothing of it.
        if self.cause is DocumentError || self.cause as? TokenProblem == .noKey { return false }
        return switch self.code {
        case .loginRevoked, .loginCodeExpired, .oidcTokenInvalid, .oidcTokenMissing: true
        default: false
        }
    }
}
