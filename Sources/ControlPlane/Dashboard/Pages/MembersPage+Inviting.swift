import Control
import Foundation
import Model

/// Inviting somebody, and links for who is a member.
extension MembersPage {
    func form(
        _ title: String,
        _ action: String,
        _ fields: [FieldView],
        _ button: String,
        _ back: String,
        _ request: PageRequest,
        _ failure: Failure?
    ) -> PageAnswer {
        let view = FormView(
            action: action,
            formToken: request.visit.formToken,
            fields: fields,
            button: button,
            back: back,
            problem: failure.map(ProblemView.init),
            note: nil
        )
        return .page(
            PageView(
                title: title,
                crumbs: [.init(text: "Members", href: "/members")],
                body: request.render("form", view),
                status: failure?.code.httpStatus ?? 200
            )
        )
    }

    func invitation(_ request: PageRequest, _ failure: Failure?) async throws(Failure) -> PageAnswer {
        let email = FormField("email", "E-mail", .line, "The link is shown to you: send it there.").with {
            $0.isRequired = true
        }
        let role = FormField("role", "Role", .choice(Self.roles))
        let fields = [
            try await FieldView(email, [request.form.text("email")], error: nil, request),
            try await FieldView(role, [request.form.text("role")], error: nil, request),
        ]
        return self.form("Invite a member", "/members", fields, "Make the link", "/members", request, failure)
    }

    func invite(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        do throws(Failure) {
            guard let rights = MemberRights(word: request.form.text("role")) else {
                throw Failure(.formUnreadable, "There is no such role.")
            }
            let email = request.form.text("email")
            let token = try await request.control.members.invite(email: email, rights: rights, by: request.caller)
            return .page(Self.link(token, "The invitation of \(email)", "/members", request))
        } catch {
            guard [400, 409].contains(error.code.httpStatus) else { throw error }
            return try await self.invitation(request, error)
        }
    }

    static func link(_ token: Secret, _ title: String, _ back: String, _ request: PageRequest) -> PageView {
        let view = ShownOnceView(
            title: title,
            text: "Whoever opens this link comes in, once, within three days. It is shown this once.",
            secret: "\(request.origin)/door/\(token.reveal())",
            command: nil,
            back: back,
            backText: "Go on to the members"
        )
        return PageView(
            title: title,
            crumbs: [.init(text: "Members", href: "/members")],
            body: request.render("shown-once", view)
        )
    }
}
