import Control
import Foundation
import Model

/// The people of the account: their roles, and invitations.
struct MembersPage: DashboardPage {
    static let link = NavigationLink(text: "Members", path: "/members", group: .access)

    private static let roles: [FormField.Option] = [
        .init("developer", "Developer: makes and changes resources"),
        .init("reader", "Reader: looks, and runs agents"),
        .init("administrator", "Administrator: people and settings, too"),
    ]

    private struct View {
        let members: TableView
        let hasInvitations: Bool
        let invitations: [InvitationView]
    }

    private struct InvitationView {
        let id: String
        let email: String
        let role: String
        let by: String
        let until: String
        let datetime: String
        /// nil for who may not withdraw it.
        let formToken: String?
    }

    func add(to routes: PageRoutes) {
        routes.get("/members") { (request) throws(Failure) in try await self.list(request) }
        routes.get("/members/new") { (request) throws(Failure) in
            try request.mayAdminister()
            return try await self.invitation(request, nil)
        }
        routes.post("/members") { (request) throws(Failure) in try await self.invite(request) }
        routes.get("/members/{id}") { (request) throws(Failure) in try await self.detail(request) }
        routes.get("/members/{id}/edit") { (request) throws(Failure) in
            try request.mayAdminister()
            return try await self.edit(request, nil)
        }
        routes.post("/members/{id}/edit") { (request) throws(Failure) in try await self.change(request) }
        for question in MemberQuestion.all {
            routes.get("/members/{id}/\(question.path)") { (request) throws(Failure) in
                try await self.ask(question, request, nil)
            }
            routes.post("/members/{id}/\(question.path)") { (request) throws(Failure) in
                try await self.perform(question, request)
            }
        }
        routes.post("/invitations/{id}/withdraw") { (request) throws(Failure) in
            try await request.control.members.withdraw(request.captured("id"), by: request.caller)
            return .redirect("/members", done: "withdrawn")
        }
    }

    // MARK: - Looking

    private func list(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let members = try await request.control.members.list(for: request.caller)
        let invitations = try await request.control.members.invitations(for: request.caller)
        let mayWithdraw = request.rights.isAdministrator
        let view = View(
            members: TableView(
                "Members",
                [("Member", "main"), ("Role", ""), ("State", ""), ("Second factor", "p2"), ("Since", "num p2")],
                members.map(Self.row)
            ),
            hasInvitations: !invitations.isEmpty,
            invitations: invitations.map { one in
                InvitationView(
                    id: one.id.text,
                    email: one.email,
                    role: one.rights?.word ?? "new password",
                    by: one.madeBy.isEmpty ? "Made by the operator." : "Made by \(one.madeBy).",
                    until: TimeText.exact(one.expires),
                    datetime: one.expires.formatted(.iso8601),
                    formToken: mayWithdraw ? request.visit.formToken : nil
                )
            }
        )
        let action = ActionView(
            text: "Invite a member",
            href: "/members/new",
            isMain: true,
            refusal: request.refusalToAdminister
        )
        return .page(
            PageView(
                title: "Members",
                fact: "The people of \(request.visit.session.accountName), and what each may do.",
                actions: [action],
                body: request.render("members", view)
            )
        )
    }

    private static func row(_ member: Member) -> [Cell] {
        [
            Cell(member.email, href: "/members/\(member.id)").with(sub: member.name),
            Cell(member.rights.word.capitalized),
            member.isDisabled
                ? .state(.idle, "Disabled")
                : member.hasSecondFactor == nil ? .state(.busy, "Never signed in") : .state(.ok, "Active"),
            Self.factor(member), .time(member.created),
        ]
    }

    private static func factor(_ member: Member) -> Cell {
        guard let has = member.hasSecondFactor else { return .none }
        return has ? .state(.ok, "On") : .state(.warn, "Off")
    }

    private struct DetailView {
        struct FactView {
            let title: String
            let cell: CellView
        }

        let facts: [FactView]
        let sections: HTML
        let metadata: String?
    }

    private func detail(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let member = try await request.control.members.get(request.captured("id"), for: request.caller)
        let facts: [(String, Cell)] = [
            ("Name", member.name.isEmpty ? .none : Cell(member.name)),
            ("Role", Cell(member.rights.word.capitalized)),
            ("State", Self.row(member)[2]),
            ("Second factor", Self.factor(member)),
            ("Since", .time(member.created)),
            ("Identifier", .code(member.id.text, mayCopy: true)),
        ]
        let view = DetailView(
            facts: facts.map { .init(title: $0.0, cell: CellView($0.1)) },
            sections: .none,
            metadata: nil
        )
        let refusal = request.refusalToAdminister
        var actions = [ActionView(text: "Change role", href: "/members/\(member.id)/edit", refusal: refusal)]
        for question in MemberQuestion.all where question.fits(member) {
            actions.append(
                ActionView(text: question.title, href: "/members/\(member.id)/\(question.path)", refusal: refusal)
            )
        }
        return .page(
            PageView(
                title: member.email,
                crumbs: [.init(text: "Members", href: "/members")],
                actions: actions,
                body: request.render("detail", view)
            )
        )
    }

    // MARK: - Inviting

    private func form(
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

    private func invitation(_ request: PageRequest, _ failure: Failure?) async throws(Failure) -> PageAnswer {
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

    private func invite(_ request: PageRequest) async throws(Failure) -> PageAnswer {
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

    private static func link(_ token: Secret, _ title: String, _ back: String, _ request: PageRequest) -> PageView {
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

    // MARK: - Changing

    private func edit(_ request: PageRequest, _ failure: Failure?) async throws(Failure) -> PageAnswer {
        let member = try await request.control.members.get(request.captured("id"), for: request.caller)
        let role = FormField("role", "Role of \(member.email)", .choice(Self.roles))
        let fields = [try await FieldView(role, [member.rights.word], error: nil, request)]
        let path = "/members/\(member.id)"
        return self.form("Change role", "\(path)/edit", fields, "Save", path, request, failure)
    }

    private func change(_ request: PageRequest) async throws(Failure) -> PageAnswer {
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

    private func ask(
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

    private func perform(_ question: MemberQuestion, _ request: PageRequest) async throws(Failure) -> PageAnswer {
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
