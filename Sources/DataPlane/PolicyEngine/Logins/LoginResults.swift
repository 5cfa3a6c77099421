import Expression
import Federation
import Foundation
import Model
import TrafficPolicy

/// What a login tells the upstream of the visitor (`spec/traffic-policy.md` 4.13).
enum LoginFields {
    private static let userID = "ngrok-auth-user-id"
    private static let userName = "ngrok-auth-user-name"
    private static let userEmail = "ngrok-auth-user-email"
    private static let accessToken = "ngrok-auth-oauth-access-token"
    private static let refreshToken = "ngrok-auth-oauth-refresh-token"
    private static let names: Set<String> = [userID, userName, userEmail, accessToken, refreshToken]

    /// Removes what a visitor has written there, in every spelling that a service could take for it.
    static func strip(_ head: inout ExchangeHead) {
        var found: [String] = []
        head.forEachField { line in
            let name =
                switch line {
                case .received(let field): head.received.lowercasedName(of: field)
                case .added(let name, _): name
                }
            if name.hasPrefix("ngrok"), Self.names.contains(name.replacing("_", with: "-")) { found.append(name) }
        }
        for name in found { head.remove(name) }
    }

    static func add(_ session: LoginSession, to head: inout ExchangeHead) {
        head.add(Self.userID, session.userID)
        if !session.user.name.isEmpty { head.add(Self.userName, session.user.name) }
        if !session.user.email.isEmpty { head.add(Self.userEmail, session.user.email) }
        head.add(Self.accessToken, session.tokens.access.reveal())
        if let refresh = session.tokens.refresh { head.add(Self.refreshToken, refresh.reveal()) }
    }
}

/// What a login leaves behind for expressions.
enum LoginResults {
    /// The slots of one of the two actions.
    private struct Slots {
        let code, message, id, email, name, subject, session: ResultSlot
        let access, refresh, expires, isTimedOut, isTooOld: ResultSlot
        let isRefreshed: [ResultSlot]
        let identity: ResultSlot?

        init(_ action: ActionType, _ name: String, session: String, refreshed: [String], identity: String?) {
            func slot(_ field: String) -> ResultSlot { ResultSlot(action, "\(name).\(field)") }
            self.code = slot("error.code")
            self.message = slot("error.message")
            self.id = slot("identity.id")
            self.email = slot("identity.email")
            self.name = slot("identity.name")
            self.subject = slot("identity.provider_user_id")
            self.session = slot("identity.\(session)")
            self.access = slot("access_token")
            self.refresh = slot("refresh_token")
            self.expires = slot("expires_at")
            self.isTimedOut = slot("session_timed_out")
            self.isTooOld = slot("session_max_duration_reached")
            self.isRefreshed = refreshed.map(slot)
            self.identity = identity.map(slot)
        }
    }

    private static let oauth = Slots(
        .oauth,
        "oauth",
        session: "current_provider_session_id",
        refreshed: ["userinfo_refreshed"],
        identity: nil
    )
    private static let openID = Slots(
        .openIDConnect,
        "oidc",
        session: "current_session_id",
        refreshed: ["user_info_refreshed", "userinfo_refreshed"],
        identity: "identity_token"
    )

    private static func slots(_ action: ActionType) -> Slots { action == .oauth ? Self.oauth : Self.openID }

    static func publishNothing(of action: ActionType, on exchange: Exchange) {
        exchange.publish(action, [])
    }

    static func publish(_ failure: Failure, of action: ActionType, on exchange: Exchange) {
        let slots = Self.slots(action)
        exchange.publish(
            action,
            [(slots.code, .string(failure.code.wireName)), (slots.message, .string(failure.message))]
        )
    }

    /// The session that a request brought is over.
    static func publishEnd(of session: LoginSession, isTooOld: Bool, _ action: ActionType, on exchange: Exchange) {
        let slots = Self.slots(action)
        let code = ErrorCode.loginTooOld
        exchange.publish(
            action,
            [
                (slots.code, .string(code.wireName)), (slots.message, .string(code.meaning)),
                (isTooOld ? slots.isTooOld : slots.isTimedOut, .bool(true)),
            ]
        )
    }

    static func publish(_ session: LoginSession, isRefreshed: Bool, _ action: ActionType, on exchange: Exchange) {
        // What expressions may log must not be secret by mistake alone: records leave it out.
        exchange.noteSecret(session.tokens.access.reveal())
        if let refresh = session.tokens.refresh { exchange.noteSecret(refresh.reveal()) }
        if let identity = session.tokens.identity { exchange.noteSecret(identity.reveal()) }
        exchange.publish(action, Self.values(session, isRefreshed: isRefreshed, action))
    }

    private static func values(
        _ session: LoginSession,
        isRefreshed: Bool,
        _ action: ActionType
    ) -> [(slot: ResultSlot, value: Value)] {
        let slots = Self.slots(action)
        var values: [(slot: ResultSlot, value: Value)] = [
            (slots.id, .string(session.userID)), (slots.email, .string(session.user.email)),
            (slots.name, .string(session.user.name)), (slots.subject, .string(session.user.subject)),
            (slots.session, .string(session.id.text)), (slots.access, .string(session.tokens.access.reveal())),
            (slots.refresh, .string(session.tokens.refresh?.reveal() ?? "")),
        ]
        if let identity = slots.identity {
            values.append((identity, .string(session.tokens.identity?.reveal() ?? "")))
        }
        if let end = session.tokensEnd {
            let text = Date(timeIntervalSince1970: Double(end)).formatted(.iso8601)
            values.append((slots.expires, .string(text)))
        }
        values += slots.isRefreshed.map { ($0, .bool(isRefreshed)) }
        return values
    }
}

extension PolicyRecord.LoginDecision {
    init(decision: Decision, _ session: LoginSession) {
        self.init(
            decision: decision,
            applicationID: session.client.split(separator: " ").last.map(String.init) ?? "",
            userID: session.userID,
            userName: session.user.name
        )
    }
}
