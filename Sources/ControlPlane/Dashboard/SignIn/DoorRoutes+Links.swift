import Control
import Hummingbird
import Model

/// Links that let someone in once.
extension DoorRoutes {
    func linkPage(
        _ token: Secret,
        _ request: Request,
        _ context: PageContext,
        name: String = "",
        _ failure: Failure? = nil
    ) async throws -> Response {
        try self.checkFailures(context.origin, "")
        let link = try await self.counting(context.origin, "") { () throws(Failure) in
            try await self.parts.control.signIns.link(token)
        }
        var fields: [Field] = []
        let isOnly = link.isInvitation && (self.parts.configuration.provider?.isOnly ?? false)
        if !link.hasPassword, !isOnly {
            fields.append(
                Field(name: "name", label: "Your name", type: "text", autocomplete: "name", value: name, isFirst: true)
            )
        }
        if !isOnly {
            fields.append(
                Field(
                    name: "password",
                    label: link.hasPassword ? "Password" : "New password",
                    type: "password",
                    autocomplete: link.hasPassword ? "current-password" : "new-password",
                    hint: link.hasPassword ? "The one with which you sign in." : "At least 10 characters.",
                    isFirst: link.hasPassword
                )
            )
        }
        if !link.hasPassword, !isOnly {
            fields.append(
                Field(name: "again", label: "The same once more", type: "password", autocomplete: "new-password")
            )
        }
        return self.page(
            View(
                theme: Cookies.theme(in: request),
                title: "Welcome to Portico",
                lead: "\(link.email) joins \(link.accountName).",
                action: "/door/\(token.reveal())",
                fields: fields,
                button: link.hasPassword ? "Join" : "Set password and go on",
                problem: failure.map(ProblemView.init),
                next: nil,
                link: link.email,
                foot: isOnly ? "It is enough to sign in with this address." : "This link works once.",
                provider: link.isInvitation ? self.provider(next: "/setup") : nil,
                hasFields: !isOnly
            ),
            failure
        )
    }

    func redeem(_ request: Request, _ context: PageContext) async throws -> Response {
        let token = Secret(context.parameters.get("token") ?? "")
        let form = try await FormFields.read(request, self.parts.configuration)
        do throws(Failure) {
            try self.checkFailures(context.origin, "")
            if try await self.parts.control.signIns.link(token).isInvitation { try self.checkPasswords() }
            if form.has("again"), form["again"] != form["password"] {
                throw Failure(.passwordUnfit, "The two passwords are not the same.")
            }
            let entry = try await self.counting(context.origin, "") { () throws(Failure) in
                try await self.parts.control.signIns.redeem(
                    token,
                    name: form.text("name"),
                    password: form.secret("password"),
                    from: context.browser(request)
                )
            }
            return try await self.enter(entry, next: "/setup", context)
        } catch {
            guard [.passwordUnfit, .signInRefused, .signInByProvider].contains(error.code) else { throw error }
            return try await self.linkPage(token, request, context, name: form.text("name"), error)
        }
    }
}
