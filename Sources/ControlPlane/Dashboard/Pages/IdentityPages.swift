import APITypes
import JSON
import Model

extension ResourcePage {
    static let identities: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Identities", path: "/traffic-identities", group: .policy),
        shape: .applicationUsers,
        noun: "identity",
        intro: "Visitors whom a policy had logged in at an identity provider.",
        name: { IdentityWords.name($0) },
        columns: [
            Column("Visitor") { Cell(IdentityWords.name($0)).with(sub: IdentityWords.provider($0)) },
            Column("E-mail", .tablet) { .text($0["email"]) },
            Column("Provider", .tablet) { Cell(IdentityWords.provider($0)) },
            Column("Last login", .desktop, isNumber: true) { $0.time("last_login") },
            Column("Last seen", isNumber: true) { $0.time("last_active") },
        ],
        empty: { _ in
            EmptyView(
                "Nobody has logged in yet",
                "Put one of the actions oauth and openid-connect into the policy of an endpoint, and its visitors log in before they see your service:",
                command: "on_http_request: [{ actions: [{ type: oauth, config: { provider: google } }] }]",
                link: .init(text: "Choose an endpoint", href: "/endpoints")
            )
        },
        facts: { object in
            [
                Fact("Name", .text(object["name"])), Fact("User name", .text(object["username"])),
                Fact("E-mail", .text(object["email"])), Fact("Provider", Cell(IdentityWords.provider(object))),
                Fact("At the provider", .code(object.text("provider_user_id"))),
                Fact("First seen", object.time("created_at")), Fact("Last login", object.time("last_login")),
                Fact("Last seen", object.time("last_active")),
            ]
        },
        sections: { (object, request) throws(Failure) in try await IdentitySessions.html(object, request) },
        deletion: .init("All sessions of the visitor end. Who may log in stays the policy's to say.")
    )

    /// Sessions of visitors, which are found from their visitor.
    static let identitySessions: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Sessions of visitors", path: "/traffic-sessions", group: .policy),
        shape: .applicationSessions,
        noun: "session",
        intro: "Browsers in which a visitor is logged in.",
        name: { IdentityWords.session($0) },
        columns: Self.sessionColumns,
        empty: { _ in EmptyView("Nobody is logged in", "A session begins when a policy has logged somebody in.") },
        facts: { object in
            let browser = object["browser_session"]?.object
            let user = object.reference("application_user") ?? ""
            let endpoint = object.reference("endpoint") ?? ""
            return [
                Fact("Visitor", Cell(user, href: "/traffic-identities/\(user)", isCode: true)),
                Fact("URL", .code(object.text("public_url"))),
                Fact(
                    "Endpoint",
                    endpoint.isEmpty ? .none : Cell(endpoint, href: "/endpoints/\(endpoint)", isCode: true)
                ),
                Fact("Browser", Cell(IdentityWords.session(object))), Fact("Address", .text(browser?["ip_address"])),
                Fact("Country", .text(browser?["location"]?.object?["country_code"])),
                Fact("Began", object.time("created_at")), Fact("Last seen", object.time("last_active")),
                Fact("Ends", object.time("expires_at")),
            ]
        },
        deletion: .init("The visitor is logged out in this browser.")
    )

    fileprivate static let sessionColumns = [
        Column("Browser") { Cell(IdentityWords.session($0)).with(sub: $0.text("public_url")) },
        Column("Endpoint", .tablet) { .text($0["public_url"]) },
        Column("Address", .tablet) { .text($0["browser_session"]?.object?["ip_address"]) },
        Column("Last seen", isNumber: true) { $0.time("last_active") },
        Column("Ends", .desktop, isNumber: true) { $0.time("expires_at") },
    ]
}

private enum IdentityWords {
    static func name(_ object: JSONObject) -> String {
        let names = [
            object.text("name"), object.text("email"), object.text("username"), object.text("provider_user_id"),
        ]
        return names.first { !$0.isEmpty } ?? object.id
    }

    static func provider(_ object: JSONObject) -> String { object["identity_provider"]?.object?.text("name") ?? "" }

    /// `Firefox on Linux`.
    static func session(_ object: JSONObject) -> String {
        let agent = object["browser_session"]?.object?["user_agent"]?.object
        let (name, system) = (agent?.text("browser_name") ?? "", agent?.text("os_name") ?? "")
        guard !name.isEmpty else { return "A browser" }
        return system.isEmpty ? name : "\(name) on \(system)"
    }
}

/// The sessions of one visitor.
private enum IdentitySessions {
    private struct View {
        let title = "Sessions"
        let table: TableView?
        let none = "Logged in nowhere at the moment."
    }

    static func html(_ object: JSONObject, _ request: PageRequest) async throws(Failure) -> HTML {
        let all = try await ResourcePage.identitySessions.objects(request).found
        let own = all.filter { $0.reference("application_user") == object.id }
        let rows = own.map { (href: Optional("/traffic-sessions/\($0.id)"), object: $0) }
        let table = rows.isEmpty ? nil : TableView("Sessions of this visitor", ResourcePage.sessionColumns, rows)
        return request.render("section", View(table: table))
    }
}
