package import Control
import Federation
import Foundation
package import Model
package import NIOCore
package import PolicyEngine

/// Keeps the logins of the data plane where the control plane keeps the sessions of visitors.
package struct VisitorDirectory: LoginDirectory {
    let visitors: VisitorSessions

    package init(visitors: VisitorSessions) {
        self.visitors = visitors
    }

    package func begin(_ session: LoginSession, on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        eventLoop.makeFutureWithTask { [visitors] in try await visitors.begin(try VisitorSession(session)) }
    }

    package func session(
        _ id: ResourceID<ApplicationSessionKind>,
        of account: ResourceID<AccountKind>,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<LoginSession?> {
        eventLoop.makeFutureWithTask { [visitors] in
            try await visitors.session(id, of: account).flatMap { LoginSession($0) }
        }
    }

    package func update(_ session: LoginSession) {
        // What could not be kept is kept with the next use of the session.
        Task { [visitors] in try? await visitors.update(try VisitorSession(session)) }
    }

    package func end(
        _ id: ResourceID<ApplicationSessionKind>,
        of account: ResourceID<AccountKind>,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<Void> {
        eventLoop.makeFutureWithTask { [visitors] in try await visitors.end(id, of: account) }
    }
}

/// What is kept sealed of a session.
private struct LoginState: Codable {
    let client: String
    let mark: String
    let accessToken: String
    let refreshToken: String?
    let identityToken: String?
    let tokensEnd: Int64?
    let fetched: Int64
    let hasUnverifiedEmail: Bool
}

extension VisitorSession {
    fileprivate init(_ session: LoginSession) throws {
        let state = LoginState(
            client: session.client,
            mark: session.mark,
            accessToken: session.tokens.access.reveal(),
            refreshToken: session.tokens.refresh?.reveal(),
            identityToken: session.tokens.identity?.reveal(),
            tokensEnd: session.tokensEnd,
            fetched: session.fetched,
            hasUnverifiedEmail: session.user.hasUnverifiedEmail
        )
        guard let user = ResourceID<ApplicationUserKind>(session.userID) else {
            preconditionFailure("an identifier of hexadecimal digits is one")
        }
        let facts = session.browserFacts
        var browser = ApplicationSessionRecord.Browser(raw: session.browser)
        (browser.name, browser.version, browser.device) = (facts.name, facts.version, facts.device)
        (browser.system, browser.systemVersion) = (facts.system, facts.systemVersion)
        self.init(
            id: session.id,
            account: session.account,
            user: User(
                id: user,
                providerName: session.providerName,
                providerURL: session.providerURL,
                subject: session.user.subject,
                username: session.user.username,
                email: session.user.email,
                name: session.user.name
            ),
            endpoint: session.endpoint,
            url: session.url,
            browser: browser,
            address: session.address,
            location: session.place.flatMap { ApplicationSessionRecord.Location($0) },
            created: Date(session.begun),
            lastActive: Date(session.lastActive),
            expires: Date(session.expires),
            state: Secret(String(decoding: try JSONEncoder().encode(state), as: UTF8.self))
        )
    }
}

extension LoginSession {
    fileprivate init?(_ session: VisitorSession) {
        guard let state = try? JSONDecoder().decode(LoginState.self, from: Data(session.state.reveal().utf8)) else {
            return nil
        }
        var user = UserClaims(subject: session.user.subject)
        (user.username, user.email, user.name) = (session.user.username, session.user.email, session.user.name)
        user.hasUnverifiedEmail = state.hasUnverifiedEmail
        self.init(
            id: session.id,
            account: session.account,
            endpoint: session.endpoint,
            url: session.url,
            browser: session.browser.raw,
            address: session.address,
            place: nil,
            providerName: session.user.providerName,
            providerURL: session.user.providerURL,
            client: state.client,
            mark: state.mark,
            user: user,
            tokens: ProviderTokens(
                access: Secret(state.accessToken),
                refresh: state.refreshToken.map { Secret($0) },
                identity: state.identityToken.map { Secret($0) }
            ),
            tokensEnd: state.tokensEnd,
            begun: session.created.seconds,
            lastActive: session.lastActive.seconds,
            fetched: state.fetched,
            expires: session.expires.seconds
        )
    }
}

extension ApplicationSessionRecord.Location {
    fileprivate init?(_ place: AddressOrigin.Place) {
        guard !place.countryCode.isEmpty else { return nil }
        self.init(
            country: place.countryCode,
            latitude: Double(place.latitude),
            longitude: Double(place.longitude),
            radiusKilometres: Int64(place.radius)
        )
    }
}

extension Date {
    fileprivate init(_ seconds: Int64) { self.init(timeIntervalSince1970: Double(seconds)) }
    fileprivate var seconds: Int64 { Int64(self.timeIntervalSince1970) }
}
