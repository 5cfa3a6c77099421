import Expression
import Foundation
import Model
import TrafficPolicy

/// Asks for user name and password (`spec/traffic-policy.md` 4.3, RFC 7617).
struct BasicAuthAction: PolicyAction {
    private static let presented = ResultSlot(.basicAuth, "basic_auth.credentials.presented")
    private static let username = ResultSlot(.basicAuth, "basic_auth.credentials.username")
    private static let authorized = ResultSlot(.basicAuth, "basic_auth.credentials.authorized")

    /// The longest field that is decoded, in bytes: user and password of 128 characters need less.
    private static let longestField = 2048

    private enum Accepted: Sendable {
        case fixed(user: Secret, password: Secret)
        /// The whole `user:password` comes of one expression.
        case whole(TemplateProgram)
        /// Each side comes of a template.
        case sides(user: TemplateProgram, password: TemplateProgram)
    }

    private let accepted: [Accepted]
    private let challenge: String
    private let isEnforced: Bool

    init(_ configuration: BasicAuthConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        var accepted: [Accepted] = []
        for credential in configuration.credentials {
            switch credential {
            case .fixed(let user, let password): accepted.append(.fixed(user: Secret(user), password: password))
            case .template(let source):
                if let (user, password) = source.split(atLiteral: ":") {
                    accepted.append(.sides(user: try place.template(user), password: try place.template(password)))
                } else {
                    accepted.append(.whole(try place.template(source)))
                }
            }
        }
        self.accepted = accepted
        let realm = configuration.realm.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        self.challenge = "Basic realm=\"\(realm)\""
        self.isEnforced = configuration.isEnforced
    }

    func run(on exchange: Exchange) -> Verdict {
        let presented = exchange.request.head.first("authorization").flatMap(Self.credentials)
        let isAuthorized = presented.map { self.isAccepted($0, on: exchange) } ?? false
        let user = presented?.user ?? ""
        exchange.publish(
            .basicAuth,
            [
                (Self.presented, .bool(presented != nil)), (Self.username, .string(user)),
                (Self.authorized, .bool(isAuthorized)),
            ]
        )
        exchange.record.basicAuth = .init(decision: isAuthorized ? .allow : .block, username: user)
        guard !isAuthorized, self.isEnforced else { return .next }
        return .respond(PolicyResponse(status: 401, fields: [("www-authenticate", self.challenge)]))
    }

    /// User and password of an `Authorization` field; nil where it is no well-formed one of this scheme.
    static func credentials(in field: String) -> (user: String, password: String)? {
        guard field.utf8.count <= Self.longestField else { return nil }
        let scheme = field.utf8.prefix { $0 != UInt8(ascii: " ") }
        guard Substring(scheme).lowercased() == "basic" else { return nil }
        let token = field[scheme.endIndex...].trimmed
        guard let bytes = Data(base64Encoded: token), let text = String(validating: bytes, as: UTF8.self),
            let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        return (String(text[..<colon]), String(text[text.utf8.index(after: colon)...]))
    }

    /// Compares with every credential, both sides of each, so that time tells nothing.
    private func isAccepted(_ presented: (user: String, password: String), on exchange: Exchange) -> Bool {
        let user = Secret(presented.user)
        let password = Secret(presented.password)
        var isFound = false
        for accepted in self.accepted {
            guard let (wantedUser, wantedPassword) = Self.sides(of: accepted, on: exchange) else { continue }
            let isUser = wantedUser.equals(user)
            let isPassword = wantedPassword.equals(password)
            let isBoth = isUser && isPassword
            isFound = isFound || isBoth
        }
        return isFound
    }

    /// Nil where the credential can't be had for this exchange, which is noted: it then lets no one in.
    private static func sides(of accepted: Accepted, on exchange: Exchange) -> (user: Secret, password: Secret)? {
        do throws(EvaluationError) {
            switch accepted {
            case .fixed(let user, let password): return (user, password)
            case .whole(let template):
                let text = try exchange.text(of: template)
                guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon != text.startIndex else {
                    exchange.note("a credential that an expression gives is not user:password; it lets no one in")
                    return nil
                }
                return (Secret(String(text[..<colon])), Secret(String(text[text.utf8.index(after: colon)...])))
            case .sides(let user, let password):
                let (user, password) = (try exchange.text(of: user), try exchange.text(of: password))
                guard !user.isEmpty, !user.utf8.contains(UInt8(ascii: ":")) else {
                    exchange.note("the user name of a credential is empty or has a colon; it lets no one in")
                    return nil
                }
                return (Secret(user), Secret(password))
            }
        } catch {
            exchange.note("a credential has no value: \(error.reason.text); it lets no one in")
            return nil
        }
    }
}
