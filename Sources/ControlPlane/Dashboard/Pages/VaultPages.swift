import APITypes
import JSON
import Model

extension ResourcePage {
    static let vaults: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Vaults and secrets", path: "/vaults", group: .policy),
        shape: .vaults,
        noun: "vault",
        intro: "Groups of secrets, which policies read by name.",
        name: { $0.text("name") },
        columns: [
            Column("Name") { Cell($0.text("name")).with(sub: $0.text("description")) },
            Column("Description", .tablet) { .text($0["description"]) },
            Column("Changed", .tablet, isNumber: true) { $0.time("updated_at") },
        ],
        empty: { _ in
            EmptyView(
                "No vault yet",
                "A policy says secrets.get('vault', 'name') in place of a password, so that nobody who reads the policy reads the password. Make a vault, and put secrets into it."
            )
        },
        facts: { object in
            [
                Fact("Made by", Cell.code(object.text("created_by"))),
                Fact("Created", object.time("created_at")), Fact("Changed", object.time("updated_at")),
            ]
        },
        sections: { (object, request) throws(Failure) in
            let all = try await ResourcePage.secrets.objects(request).found
            let own = all.filter { $0.reference("vault") == object.id }
            return request.render(
                "section",
                InsideView(
                    title: "Secrets",
                    table: own.isEmpty
                        ? nil
                        : TableView(
                            "Secrets",
                            ResourcePage.secrets.columns.filter { $0.title != "Vault" },
                            own.map { ("/secrets/\($0.id)", $0) }
                        ),
                    none: "None yet.",
                    href: request.refusalToChange == nil ? "/secrets/new?vault_id=\(object.id)" : nil,
                    link: "New secret"
                )
            )
        },
        fields: [
            FormField("name", "Name", .line, "Letters, digits, _, /, . and -.").with { $0.isRequired = true },
            .description, .metadata,
        ],
        deletion: .init("A vault with secrets in it cannot be deleted.", wantsName: true)
    )

    static let secrets: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Secrets", path: "/secrets", group: .policy),
        shape: .vaultSecrets,
        noun: "secret",
        intro: "Values that policies read, and nobody sees again.",
        name: { $0.text("name") },
        columns: [
            Column("Name") { Cell($0.text("name")).with(sub: $0.text("description")) },
            Column("Vault") { Self.vault($0) },
            Column("Description", .desktop) { .text($0["description"]) },
            Column("Changed", .tablet, isNumber: true) { $0.time("updated_at") },
        ],
        empty: { _ in
            EmptyView("No secret yet", "Secrets belong to vaults.", link: .init(text: "Vaults", href: "/vaults"))
        },
        facts: { object in
            [
                Fact("Vault", Self.vault(object)),
                Fact("Value", Cell("Sealed: nobody is shown it")),
                Fact("Made by", Cell.code(object.reference("created_by") ?? "-")),
                Fact("Changed by", Cell.code(object.reference("last_updated_by") ?? "-")),
                Fact("Created", object.time("created_at")), Fact("Changed", object.time("updated_at")),
            ]
        },
        sections: { (object, request) throws(Failure) in
            let vault = object.text("vault_name")
            return request.render(
                "quote",
                QuoteView(
                    title: "Use it in a policy",
                    text: "${secrets.get('\(vault.isEmpty ? "VAULT" : vault)', '\(object.text("name"))')}"
                )
            )
        },
        fields: [
            FormField(
                "vault_id",
                "Vault",
                .chosen { (request) throws(Failure) in
                    try await ResourcePage.vaults.objects(request).found.map {
                        FormField.Option($0.id, $0.text("name"))
                    }
                }
            ).with { $0.isChanged = false },
            FormField("name", "Name", .line, "Letters, digits, _, /, . and -.").with { $0.isRequired = true },
            FormField("value", "Value", .secret, "At most 65536 bytes. Empty leaves the one that there is."),
            .description, .metadata,
        ],
        deletion: .init("Policies that read it fail from now on.", wantsName: true)
    )

    private static func vault(_ object: JSONObject) -> Cell {
        let id = object.reference("vault") ?? ""
        let name = object.text("vault_name")
        return Cell(name.isEmpty ? id : name, href: "/vaults/\(id)")
    }
}

/// A text that is copied into a document.
struct QuoteView {
    let title: String
    let text: String
}
