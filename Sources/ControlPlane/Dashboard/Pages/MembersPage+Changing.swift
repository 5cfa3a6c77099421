import Control
import Foundation
import Model

/// Roles, and what is asked before a member is disabled or removed.
extension MembersPage {
    func edit(_ request: PageRequest, _ failure: Failure?) async throws(Failure) -> PageAnswer {
        let member = try await request.control.members.get(request.captured("id"), for: request.caller)
        let role = FormField("role", "Role of \(member.email)", .choice(Self.roles))
        let fields = [try await FieldView(role, [member.rights.word], error: nil, request)]
        let path = "/members/\(member.id)"
        return self.form("Change role", "\(path)/edit", fields, "Save", path, request, failure)
    }

    func change(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        do throws(Failure) {
            guard let rights = MemberRights(word: request.form.text("role")) else {
                throw Failure(.formUnreadable, "There is no such role.")
            }
            try await request.control.members.setRights(rights, of: request.captured("id"), by: request.caller)
            return .redirect("/members/\(request.captured("id"))", done: "saved")
        } catch {
            guard [400, 409].contains(error.code.httpStatus) else { throw error }
            return try await self.edit(request, error)
        }
    }

    func ask(
        _ question: MemberQuestion,
        _ request: PageRequest,
        _ failure: Failure?
    ) async throws(Failure) -> PageAnswer {
        try request.mayAdminister()
        let member = try await request.control.members.get(request.captured("id"), for: request.caller)
        let view = ConfirmView(
            question: "\(question.title): \(member.email)?",
            text: question.text,
            action: "/members/\(member.id)/\(question.path)",
            formToken: request.visit.formToken,
            typed: nil,
            button: question.title,
            keep: "Leave it",
            back: "/members/\(member.id)",
            isDanger: question.isDanger,
            problem: failure.map(ProblemView.init)
        )
        return .page(
            PageView(
                title: question.title,
                crumbs: [
                    .init(text: "Members", href: "/members"),
                    .init(text: member.email, href: "/members/\(member.id)"),
                ],
                body: request.render("confirm", view),
                status: failure?.code.httpStatus ?? 200
            )
        )
    }

    func perform(_ question: MemberQuestion, _ request: PageRequest) async throws(Failure) -> PageAnswer {
        let id = request.captured("id")
        do throws(Failure) {
            guard let token = try await question.perform(request.control.members, id, request.caller) else {
                return .redirect("/members", done: "saved")
            }
            return .page(Self.link(token, "A link for a new password", "/members/\(id)", request))
        } catch {
            guard [400, 409].contains(error.code.httpStatus) else { throw error }
            return try await self.ask(question, request, error)
        }
    }
}

/// What an administrator does with a member, after being asked.
struct MemberQuestion: Sendable {
    let path: String
    let title: String
    let text: String
    var isDanger = false
    /// Whether it makes sense now.
    let fits: @Sendable (Member) -> Bool
    /// - Returns: the token of a link; nil for none.
    let perform: @Sendable (Members, String, Caller) async throws(Failure) -> Secret?

    static let all = [
        MemberQuestion(
            path: "link",
            title: "Link for a new password",
            text: "You are shown a link with which the member sets a new password. Their sessions end when it is used.",
            fits: { _ in true },
            perform: { (members, id, caller) throws(Failure) in try await members.makeLink(for: id, by: caller) }
        ),
        MemberQuestion(
            path: "reset-factor",
            title: "Take the second factor away",
            text: "For a member who has lost it, and the recovery codes too. Make sure that it is them who asks.",
            fits: { $0.hasSecondFactor == true },
            perform: { (members, id, caller) throws(Failure) in
                try await members.resetFactor(of: id, by: caller)
                return nil
            }
        ),
        MemberQuestion(
            path: "disable",
            title: "Disable",
            text: "The member, their agents and their API keys are refused from now on. What they made stays.",
            fits: { !$0.isDisabled },
            perform: { (members, id, caller) throws(Failure) in
                try await members.setDisabled(true, of: id, by: caller)
                return nil
            }
        ),
        MemberQuestion(
            path: "enable",
            title: "Enable",
            text: "The member, their agents and their API keys are let in again.",
            fits: { $0.isDisabled },
            perform: { (members, id, caller) throws(Failure) in
                try await members.setDisabled(false, of: id, by: caller)
                return nil
            }
        ),
        MemberQuestion(
            path: "remove",
            title: "Remove",
            text:
                "The user is no member of the account any more. Agents and programs with their credentials are refused.",
            isDanger: true,
            fits: { _ in true },
            perform: { (members, id, caller) throws(Failure) in
                try await members.remove(id, by: caller)
                return nil
            }
        ),
    ]
}
