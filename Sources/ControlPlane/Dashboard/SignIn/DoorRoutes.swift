import APIServer
import Control
import Hummingbird
import Model
import Secrets

/// The pages before anybody is in: signing in, the code of the second factor, and links that let someone in once.
struct DoorRoutes: Sendable {
    let parts: DashboardParts

    struct View {
        let theme: String?
        let title: String
        let lead: String
        let action: String
        let fields: [Field]
        let button: String
        let problem: ProblemView?
        let next: String?
        let link: String?
        let foot: String
        var provider: Provider?
        /// Whether anything is to be filled in.
        var hasFields = true
    }

    /// The way to the identity provider.
    struct Provider {
        let text: String
        let href: String
    }

    struct Field {
        let name: String
        let label: String
        let type: String
        let autocomplete: String
        var value = ""
        var hint: String?
        var isNumeric = false
        var isFirst = false
    }

    func add(to router: Router<PageContext>) {
        router.get("/sign-in") { request, _ in
            let query = try FormFields(parsing: request.uri.query ?? "")
            return self.signInPage(request, next: query["next"], email: "", nil)
        }
        router.post("/sign-in") { request, context in try await self.signIn(request, context) }
        router.get("/sign-in/code") { request, _ in
            let query = try FormFields(parsing: request.uri.query ?? "")
            return self.codePage(request, next: query["next"], nil)
        }
        router.post("/sign-in/code") { request, context in try await self.takeCode(request, context) }
        router.get("/door/{token}") { request, context in
            try await self.linkPage(Secret(context.parameters.get("token") ?? ""), request, context)
        }
        router.post("/door/{token}") { request, context in try await self.redeem(request, context) }
    }

    private var place: String { self.parts.configuration.surroundings.baseDomain }

    // MARK: - Password

    func signInPage(_ request: Request, next: String?, email: String, _ failure: Failure?) -> Response {
        let isOnly = self.parts.configuration.provider?.isOnly ?? false
        return self.page(
            View(
                theme: Cookies.theme(in: request),
                title: "Sign in to Portico",
                lead: self.place,
                action: "/sign-in",
                fields: isOnly
                    ? []
                    : [
                        Field(
                            name: "email",
                            label: "E-mail",
                            type: "email",
                            autocomplete: "username",
                            value: email,
                            isFirst: true
                        ),
                        Field(name: "password", label: "Password", type: "password", autocomplete: "current-password"),
                    ],
                button: "Sign in",
                problem: failure.map(ProblemView.init),
                next: next,
                link: nil,
                foot: "No account? Ask an administrator for an invitation.",
                provider: self.provider(next: next),
                hasFields: !isOnly
            ),
            failure
        )
    }

    func provider(next: String?) -> Provider? {
        self.parts.configuration.provider.map {
            Provider(
                text: "Sign in with \($0.name)",
                href: PercentEncoding.address(ProviderRoutes.path, [("next", Redirect.safe(next))])
            )
        }
    }

    /// - Throws: `signInByProvider` where the operator has it so.
    func checkPasswords() throws(Failure) {
        guard let provider = self.parts.configuration.provider, provider.isOnly else { return }
        throw Failure(.signInByProvider, "Members of this edge sign in with \(provider.name).")
    }

    private func signIn(_ request: Request, _ context: PageContext) async throws -> Response {
        let form = try await FormFields.read(request, self.parts.configuration)
        let email = form.text("email")
        do throws(Failure) {
            try self.checkPasswords()
            try self.checkFailures(context.origin, email)
            let entry = try await self.counting(context.origin, email) { () throws(Failure) in
                try await self.parts.control.signIns.enter(
                    email: email,
                    password: form.secret("password"),
                    from: context.browser(request)
                )
            }
            return try await self.enter(entry, next: form["next"], context)
        } catch {
            guard error.code.httpStatus < 500 else { throw error }
            return self.signInPage(request, next: form["next"], email: email, error)
        }
    }

    /// - Throws: `signInTooOften`.
    func checkFailures(_ origin: String, _ who: String) throws(Failure) {
        guard self.parts.failures.hasRoom(for: "from \(origin)"),
            self.parts.failures.hasRoom(for: "as \(who.lowercased().prefix(254))")
        else { throw Failure(.signInTooOften, "Too many attempts to sign in have failed within a minute.") }
    }

    /// Failures that may be guesses count for where they come from, and for whom they are about.
    func counting<Value>(
        _ origin: String,
        _ who: String,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        do throws(Failure) {
            return try await body()
        } catch {
            if [401, 410].contains(error.code.httpStatus) {
                _ = self.parts.failures.take("from \(origin)")
                _ = self.parts.failures.take("as \(who.lowercased().prefix(254))")
            }
            throw error
        }
    }

    func enter(
        _ entry: SignIns.Entry,
        next: String?,
        _ context: PageContext
    ) async throws(Failure) -> Response {
        if !entry.wantsCode { try await self.note(entry.token, context) }
        let path =
            entry.wantsCode
            ? PercentEncoding.address("/sign-in/code", [("next", next ?? "")]) : Redirect.safe(next)
        var response = Redirect.to(path)
        Cookies.set(session: entry.token, in: &response)
        return response
    }

    /// That somebody is in stands in the audit log.
    private func note(_ token: Secret, _ context: PageContext) async throws(Failure) {
        let session = try await self.parts.control.signIns.session(token)
        try await self.parts.control.noteLogin(
            of: session.user,
            email: session.email,
            in: session.principal.account,
            from: context.address.map { "\($0)" } ?? ""
        )
    }

    // MARK: - Second factor

    private func codePage(_ request: Request, next: String?, _ failure: Failure?) -> Response {
        self.page(
            View(
                theme: Cookies.theme(in: request),
                title: "Your second factor",
                lead: "The six digits that your phone shows now, or a recovery code.",
                action: "/sign-in/code",
                fields: [
                    Field(
                        name: "code",
                        label: "Code",
                        type: "text",
                        autocomplete: "one-time-code",
                        isNumeric: true,
                        isFirst: true
                    )
                ],
                button: "Go on",
                problem: failure.map(ProblemView.init),
                next: next,
                link: nil,
                foot: "Lost both? An administrator takes the second factor away."
            ),
            failure
        )
    }

    private func takeCode(_ request: Request, _ context: PageContext) async throws -> Response {
        let form = try await FormFields.read(request, self.parts.configuration)
        guard let token = Cookies.session(in: request) else { throw Failure(.signedOut, "Nobody is signed in.") }
        // Guesses count for the sign-in that they are made in: its name is in the cookie.
        let who = String(token.reveal().prefix { $0 != "_" })
        do throws(Failure) {
            try self.checkFailures(context.origin, who)
            let new = try await self.counting(context.origin, who) { () throws(Failure) in
                try await self.parts.control.signIns.complete(token, code: form.secret("code"))
            }
            try await self.note(new, context)
            var response = Redirect.to(Redirect.safe(form["next"]))
            Cookies.set(session: new, in: &response)
            return response
        } catch {
            if error.code == .signedOut { return self.signInPage(request, next: form["next"], email: "", error) }
            guard error.code.httpStatus < 500 else { throw error }
            return self.codePage(request, next: form["next"], error)
        }
    }

    func page(_ view: View, _ failure: Failure?) -> Response {
        .html(self.parts.templates.render("door", view), status: failure?.code.httpStatus ?? 200)
    }
}
