import Control
import Foundation
import Model

/// The people of the account: their roles, and invitations.
struct MembersPage: DashboardPage {
    static let link = NavigationLink(text: "Members", path: "/members", group: .access)

    static let roles: [FormField.Option] = [
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

    func list(_ request: PageRequest) async throws(Failure) -> PageAnswer {
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

    func detail(_ request: PageRequest) async throws(Failure) -> PageAnswer {
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
}
