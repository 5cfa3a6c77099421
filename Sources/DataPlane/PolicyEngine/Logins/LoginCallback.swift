package import Model
import NIOCore

/// The host that providers lead back to: it says to which endpoint a login belongs, and leads on to there
/// (`spec/traffic-policy.md` 4.13). Nothing is asked of the provider here, and no cookie is set.
package struct LoginCallback: Sendable {
    package enum Answer: Sendable {
        case respond(PolicyResponse)
        case fail(Failure)
    }

    /// The longest code of a provider, in bytes.
    private static let longestCode = 4096

    private let services: LoginServices

    package init(_ services: LoginServices) {
        self.services = services
    }

    /// Answers a request to that host.
    ///
    /// - Parameters:
    ///   - uri: path and query as they came.
    ///   - isGET: whether that is the method.
    ///   - now: seconds since 1970.
    /// - Returns: nil for a path that is none of its.
    package func answer(_ uri: String, isGET: Bool, at now: Int64) -> Answer? {
        let parts = uri.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        let query = QueryParameters(parts.count > 1 ? String(Substring(parts[1])) : "")
        switch String(Substring(parts.first ?? Substring(uri).utf8[...])) {
        case LoginServices.callbackPath where isGET: return self.callback(query, at: now)
        case LoginServices.logoutPath where isGET: return self.logout(query)
        default: return nil
        }
    }

    private func callback(_ query: QueryParameters, at now: Int64) -> Answer {
        // Each parameter once (RFC 6749 §3.1): of two states one would be checked and the other used.
        guard let state = Self.only("state", of: query).flatMap({ LoginState(opening: $0, with: self.services.keys) })
        else { return .fail(Failure(.loginStateMissing, "This is the end of no login that began here.")) }
        guard !state.isOver(at: now) else {
            return .fail(Failure(.loginExpired, "The login took too long.").leading(to: state, self.services))
        }
        let outcome: LoginTicket.Outcome
        switch (Self.only("code", of: query), Self.only("error", of: query)) {
        case (let code?, nil) where (1...Self.longestCode).contains(code.utf8.count): outcome = .code(code)
        case (nil, let error?): outcome = .refused(String(error.prefix(100)))
        default:
            return .fail(
                Failure(.loginAnswerUnexpected, "The provider sent back neither a code nor an error.")
                    .leading(to: state, self.services)
            )
        }
        let issuer = String((Self.only("iss", of: query) ?? "").prefix(1024))
        let ticket = LoginTicket(state, outcome, issuer: issuer).sealed(with: self.services.keys)
        return .respond(.redirect("\(state.origin)\(self.services.paths.callback)?ticket=\(ticket)"))
    }

    /// A provider leads here from its own logout; the state says where the visitor came from.
    private func logout(_ query: QueryParameters) -> Answer {
        guard let state = Self.only("state", of: query).flatMap({ LoginState(opening: $0, with: self.services.keys) })
        else { return .fail(Failure(.loginStateMissing, "This is the end of no logout that began here.")) }
        return .respond(.redirect(state.origin + state.path))
    }

    private static func only(_ name: String, of query: QueryParameters) -> String? {
        guard let values = query[name], values.count == 1 else { return nil }
        return values[0]
    }
}

extension Failure {
    /// The same with a link to the endpoint where the login began.
    fileprivate func leading(to state: LoginState, _ services: LoginServices) -> Failure {
        var failure = self
        failure.wayOn = WayOn("Log in again", target: state.origin + services.paths.login)
        return failure
    }
}

extension PolicyResponse {
    /// Leads a browser elsewhere by GET, for this time only.
    static func redirect(_ url: String, cookies: [String] = []) -> PolicyResponse {
        PolicyResponse(
            status: 302,
            fields: [
                ("location", URLCharacters.encoded(Array(url.utf8))), ("cache-control", "no-store"),
                ("referrer-policy", "no-referrer"),
            ] + cookies.map { ("set-cookie", $0) }
        )
    }
}
