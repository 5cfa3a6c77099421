import APITypes
import Control
import JSON
import Model

extension ResourcePage {
    static let authtokens: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Authtokens", path: "/authtokens", group: .access),
        shape: .credentials,
        noun: "authtoken",
        intro: "With these agents connect. One for each device can be revoked alone.",
        name: { Self.title($0) },
        columns: [
            Column("Description") { Cell(Self.title($0)) },
            Column("May serve") { Self.rules($0) },
            Column("Owner", .tablet) { OwnerWords.cell($0) },
            Column("Created", .tablet, isNumber: true) { $0.time("created_at") },
        ],
        empty: { request in
            EmptyView(
                "No authtoken yet",
                "An agent proves with an authtoken whose it is. Make one here, and give it to the agent:",
                command: "portico config add-authtoken AUTHTOKEN"
            )
        },
        facts: { object in
            [
                Fact("May serve", Self.rules(object)),
                Fact("Owner", OwnerWords.cell(object)),
                Fact("Created", object.time("created_at")),
            ]
        },
        fields: [
            .description.with { $0.placeholder = "laptop of Ines" },
            FormField(
                "acl",
                "May serve",
                .list,
                "A rule a line: bind:app.example.com, bind:*.example.com, bind:1.tcp.example.com:20001. None: everything."
            ).with {
                $0.placeholder = "bind:*.example.com"
                $0.suggestions = BindRules.suggested
            },
            OwnerWords.field, .metadata,
        ],
        deletion: .init("Agents that use it are disconnected at once, and cannot come back with it."),
        secret: ShownOnce(
            member: "token",
            title: "Your new authtoken",
            text: "It is shown this once: only a hash of it is kept.",
            command: { _ in "portico config add-authtoken [secret]" }
        )
    )

    static let apiKeys: ResourcePage = ResourcePage(
        link: NavigationLink(text: "API keys", path: "/api-keys", group: .access),
        shape: .apiKeys,
        noun: "API key",
        intro: "With these programs call the API, in the name of their owner.",
        name: { Self.title($0) },
        columns: [
            Column("Description") { Cell(Self.title($0)) },
            Column("Owner") { OwnerWords.cell($0) },
            Column("Created", .tablet, isNumber: true) { $0.time("created_at") },
        ],
        empty: { request in
            EmptyView(
                "No API key yet",
                "Everything on these pages can be done by a program, too. Make a key here, and call:",
                command:
                    "portico api endpoints list --api-key API_KEY --api-url \(request.parts.configuration.surroundings.apiURL)"
            )
        },
        facts: { [Fact("Owner", OwnerWords.cell($0)), Fact("Created", $0.time("created_at"))] },
        fields: [.description.with { $0.placeholder = "terraform" }, OwnerWords.field, .metadata],
        deletion: .init("Programs that use it are refused from now on."),
        secret: ShownOnce(
            member: "token",
            title: "Your new API key",
            text: "It is shown this once: only a hash of it is kept.",
            command: { request in
                "curl -H 'Authorization: Bearer [secret]' -H 'Ngrok-Version: 2' \(request.parts.configuration.surroundings.apiURL)/endpoints"
            }
        )
    )

    private static func title(_ object: JSONObject) -> String {
        object.text("description").isEmpty ? object.id : object.text("description")
    }

    private static func rules(_ object: JSONObject) -> Cell {
        let rules = object.texts("acl")
        guard let first = rules.first else { return Cell("Everything") }
        return Cell.code(rules.count == 1 ? first : "\(first) and \(rules.count - 1) more")
    }
}

/// What an authtoken or SSH key may be allowed to serve.
enum BindRules {
    private static let limit = 24

    /// A rule for each name and address that the account has reserved, for all names below the edge's own domain, and for
    /// internal ones.
    static let suggested: @Sendable (PageRequest) async throws(Failure) -> [String] = { (request) throws(Failure) in
        var rules = ["bind:*.internal"]
        let base = request.parts.configuration.surroundings.baseDomain
        if !base.isEmpty { rules.append("bind:*.\(base)") }
        for domain in try await ResourcePage.domains.objects(request).found {
            let name = domain.text("domain")
            rules.append("bind:\(name)")
            if !name.hasPrefix("*.") { rules.append("bind:*.\(name)") }
        }
        for address in try await ResourcePage.addresses.objects(request).found {
            rules.append("bind:\(address.text("addr"))")
        }
        return Array(rules.prefix(Self.limit))
    }
}

/// Whose credentials are.
enum OwnerWords {
    /// Whoever makes one may choose a service user, and administrators another member.
    static let field = FormField(
        "owner_id",
        "Owner",
        .chosen { (request) throws(Failure) in
            let me = request.visit.session.user.text
            var options = [FormField.Option(me, "You")]
            guard request.rights.isAdministrator else { return options }
            for member in try await request.control.members.list(for: request.caller) where member.id.text != me {
                options.append(.init(member.id.text, member.email))
            }
            for user in try await ResourcePage.serviceUsers.objects(request).found {
                options.append(.init(user.id, "\(user.text("name")) (service user)"))
            }
            return options
        },
        "In whose name it acts; it stays theirs."
    ).with { $0.isChanged = false }

    static func cell(_ object: JSONObject) -> Cell {
        let id = object.text("owner_id")
        guard !id.isEmpty else { return .none }
        return Cell(id, href: id.hasPrefix("usr_") ? "/members/\(id)" : "/service-users/\(id)", isCode: true)
    }
}
