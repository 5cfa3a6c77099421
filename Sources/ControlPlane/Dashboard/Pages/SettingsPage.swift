import APIServer
import Control
import Foundation
import Hummingbird
import Model
import Secrets

/// What is a user's own: name, password, second factor, sessions, theme, and in which account they are.
struct SettingsPage: DashboardPage {
    private struct View {
        let formToken: String
        let name: String
        let email: String
        let role: String
        let accountName: String
        let user: String
        let usesKeys: Bool
        let passwordProblem: ProblemView?
        let factorProblem: ProblemView?
        let newFactor: NewFactor?
        let hasFactor: Bool
        let codesLeft: Int
        let sessions: [SessionView]
        let hasOthers: Bool
    }

    private struct NewFactor {
        let secret: String
        let uri: String
    }

    private struct SessionView {
        let id: String
        let browser: String
        let address: String
        let used: String
        let since: String
        let isThis: Bool
    }

    private enum Part {
        case password, factor
    }

    func add(to routes: PageRoutes) {
        routes.get("/settings") { (request) throws(Failure) in try await self.page(request) }
        routes.post("/settings/profile") { (request) throws(Failure) in
            let user = request.visit.session.user
            try await request.control.signIns.rename(user, to: request.form.text("name"))
            try await request.control.signIns.setKeys(rest: !request.form.has("keys"), of: user)
            return .redirect("/settings", done: "saved")
        }
        routes.post("/settings/password") { (request) throws(Failure) in
            try await self.changing(.password, request) { (request) throws(Failure) in
                guard request.form["new"] == request.form["again"] else {
                    throw Failure(.passwordUnfit, "The two new passwords are not the same.")
                }
                try await request.control.signIns.changePassword(
                    of: request.visit.session.user,
                    from: request.form.secret("old"),
                    to: request.form.secret("new"),
                    in: request.visit.session.id
                )
                return .redirect("/settings", done: "password")
            }
        }
        self.addFactor(to: routes)
        self.addSessions(to: routes)
    }

    private func addFactor(to routes: PageRoutes) {
        routes.post("/settings/factor/begin") { (request) throws(Failure) in
            try await self.changing(.factor, request) { (request) throws(Failure) in
                let password = request.form.secret("password")
                try await request.control.signIns.beginFactor(of: request.visit.session.user, password: password)
                return .redirect("/settings#factor")
            }
        }
        routes.post("/settings/factor/confirm") { (request) throws(Failure) in
            try await self.changing(.factor, request) { (request) throws(Failure) in
                let code = request.form.secret("code")
                let codes = try await request.control.signIns.confirmFactor(of: request.visit.session.user, code: code)
                return Self.shown(codes, request)
            }
        }
        routes.post("/settings/factor/codes") { (request) throws(Failure) in
            try await self.changing(.factor, request) { (request) throws(Failure) in
                let user = request.visit.session.user
                let password = request.form.secret("password")
                return Self.shown(
                    try await request.control.signIns.renewRecoveryCodes(of: user, password: password),
                    request
                )
            }
        }
        routes.post("/settings/factor/end") { (request) throws(Failure) in
            try await self.changing(.factor, request) { (request) throws(Failure) in
                let password = request.form.secret("password")
                try await request.control.signIns.endFactor(of: request.visit.session.user, password: password)
                return .redirect("/settings", done: "factor-off")
            }
        }
    }

    private func addSessions(to routes: PageRoutes) {
        routes.post("/settings/sessions/end") { (request) throws(Failure) in
            let session = request.visit.session
            try await request.control.signIns.endSessions(of: session.user, but: session.id)
            return .redirect("/settings", done: "ended")
        }
        routes.post("/settings/sessions/{id}/end") { (request) throws(Failure) in
            try await request.control.signIns.end(request.captured("id"), of: request.visit.session.user)
            return .redirect("/settings", done: "ended")
        }
        routes.post("/settings/theme") { (request) throws(Failure) in
            var response = Redirect.to(Redirect.safe(request.form["back"]))
            Cookies.set(theme: ["light", "dark"].first { $0 == request.form.text("theme") }, in: &response)
            return .response(response)
        }
        routes.post("/settings/account") { (request) throws(Failure) in
            guard let account = ResourceID<AccountKind>(request.form.text("account")) else {
                throw Failure(.memberUnknown, "There is no such account.")
            }
            let token = try await request.control.signIns.change(request.visit.token, to: account)
            var response = Redirect.to("/")
            Cookies.set(session: token, in: &response)
            return .response(response)
        }
        routes.post("/sign-out") { (request) throws(Failure) in
            try await request.control.signIns.end(request.visit.token)
            var response = Redirect.to("/sign-in")
            Cookies.set(session: nil, in: &response)
            return .response(response)
        }
    }

    /// Says on the page what was wrong. Guesses of a password or a code count as attempts to sign in do.
    private func changing(_ part: Part, _ request: PageRequest, _ body: PageRoutes.Handler) async throws(Failure)
        -> PageAnswer
    {
        let who = "as \(request.visit.session.email)"
        guard request.parts.failures.hasRoom(for: who) else {
            throw Failure(.signInTooOften, "Too many wrong passwords or codes within a minute.")
        }
        do throws(Failure) {
            return try await body(request)
        } catch {
            guard error.code.httpStatus < 500 else { throw error }
            if error.code.httpStatus == 401 { _ = request.parts.failures.take(who) }
            return try await self.page(request, part, error)
        }
    }

    private static func shown(_ codes: [Secret], _ request: PageRequest) -> PageAnswer {
        let view = ShownOnceView(
            title: "Recovery codes",
            text:
                "Each lets you in once where the second factor is lost. They are shown this once: keep them apart from your phone.",
            secret: codes.map { $0.reveal() }.joined(separator: " "),
            command: nil,
            back: "/settings",
            backText: "I have kept them"
        )
        return .page(
            PageView(
                title: "Recovery codes",
                crumbs: [.init(text: "Your settings", href: "/settings")],
                body: request.render("shown-once", view)
            )
        )
    }

    private func page(
        _ request: PageRequest,
        _ part: Part? = nil,
        _ failure: Failure? = nil
    ) async throws(Failure) -> PageAnswer {
        let session = request.visit.session
        let own = try await request.control.signIns.own(session.user)
        let sessions = try await request.control.signIns.sessions(of: session.user)
        let place = request.parts.configuration.surroundings.baseDomain
        let view = View(
            formToken: request.visit.formToken,
            name: session.name,
            email: session.email,
            role: session.principal.rights.word.capitalized,
            accountName: session.accountName,
            user: session.user.text,
            usesKeys: !own.restsKeys,
            passwordProblem: part == .password ? failure.map(ProblemView.init) : nil,
            factorProblem: part == .factor ? failure.map(ProblemView.init) : nil,
            newFactor: own.newFactor.map {
                NewFactor(
                    secret: $0.base32.reveal(),
                    uri: $0.uri(issuer: "Portico \(place)", account: session.email).reveal()
                )
            },
            hasFactor: own.hasSecondFactor,
            codesLeft: own.recoveryCodesLeft,
            sessions: sessions.map {
                SessionView(
                    id: $0.id.text,
                    browser: BrowserName.of($0.browser),
                    address: $0.address,
                    used: Self.ago($0.lastActive),
                    since: Self.ago($0.created),
                    isThis: $0.id == session.id
                )
            },
            hasOthers: sessions.count > 1
        )
        return .page(
            PageView(
                title: "Your settings",
                fact: session.email,
                body: request.render("settings", view),
                status: failure?.code.httpStatus ?? 200
            )
        )
    }

    private static func ago(_ date: Date) -> String {
        let text = TimeText.relative(date)
        return text == "now" ? "just now" : date.timeIntervalSinceNow > -86_400 ? "\(text) ago" : "on \(text)"
    }
}

/// What people call a browser.
enum BrowserName {
    static func of(_ agent: String) -> String {
        let names = [
            ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
        ]
        let systems = [
            ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
            ("Linux", "Linux"),
        ]
        guard let name = names.first(where: { agent.contains($0.0) })?.1 else {
            return agent.isEmpty ? "A browser" : String(agent.prefix(60))
        }
        return systems.first { agent.contains($0.0) }.map { "\(name) on \($0.1)" } ?? name
    }
}
