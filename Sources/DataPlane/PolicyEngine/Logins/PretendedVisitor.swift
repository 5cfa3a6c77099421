import Federation
import Model
import NIOCore
import Secrets
import TrafficPolicy

/// A visitor who counts as one who has logged in, where policies are tried and there is no provider.
package struct PretendedVisitor: Sendable {
    /// What the provider calls the user.
    package let subject: String
    package let email: String
    package let name: String

    package init(subject: String, email: String, name: String) {
        self.subject = subject
        self.email = email
        self.name = name
    }
}

extension Exchange {
    /// Gives the request what a browser would bring that has logged in at each of the policy's logins: a cookie, and the session
    /// that it names. The actions judge it as any other.
    package func bring(_ visitor: PretendedVisitor) {
        guard let host = self.host, let services = self.loop.services.logins else { return }
        for rule in self.program.rules(in: .httpRequest) {
            for case let action as LoginAction in rule.actions {
                let visit = LoginVisit(
                    exchange: self,
                    host: host,
                    services: services,
                    cookies: action.cookies,
                    brought: LoginCookies.Brought()
                )
                // A login whose application is nobody's refuses everybody, and says why.
                guard let session = try? action.session(of: visitor, visit) else { continue }
                services.sessions.put(session)
                let seconds = session.expires - session.begun
                let field = visit.cookies.setSession(
                    session.id.text,
                    host: visit.hostName,
                    seconds: seconds,
                    services.keys
                )
                self.request.head.add("cookie", String(field.prefix { $0 != ";" }))
            }
        }
    }
}

extension LoginAction {
    fileprivate func session(of visitor: PretendedVisitor, _ visit: LoginVisit) throws(Failure) -> LoginSession {
        var user = UserClaims(subject: visitor.subject)
        user.email = visitor.email
        user.name = visitor.name
        let name: String =
            switch self.place {
            case .wellKnown(let provider): provider.rawValue
            case .issuer: "OpenID Connect"
            }
        let client = try self.clientKey(self.client(on: visit.exchange), on: visit.exchange)
        return LoginSession(
            id: .new(at: visit.now),
            account: visit.exchange.endpoint.account,
            endpoint: visit.exchange.endpoint.id.text,
            url: visit.origin,
            browser: "",
            address: "",
            place: nil,
            providerName: name,
            providerURL: client,
            client: client,
            mark: self.mark,
            user: user,
            tokens: ProviderTokens(access: Secret("access-token-of-\(visitor.subject)")),
            tokensEnd: nil,
            begun: visit.now,
            lastActive: visit.now,
            fetched: visit.now,
            expires: visit.now + min(self.lifetimes.total, self.lifetimes.idle)
        )
    }
}
