import APITypes
import JSON
import Model

extension ResourcePage {
    static let sshKeys: ResourcePage = ResourcePage(
        link: NavigationLink(text: "SSH public keys", path: "/ssh-keys", group: .access),
        shape: .sshCredentials,
        noun: "SSH key",
        intro: "With these OpenSSH's client serves in an agent's place.",
        name: { $0.text("description").isEmpty ? $0.id : $0.text("description") },
        columns: [
            Column("Description") { Cell($0.text("description").isEmpty ? $0.id : $0.text("description")) },
            Column("Key", .tablet) { .code(Self.short($0.text("public_key"))) },
            Column("May serve", .desktop) { object in
                let rules = object.texts("acl")
                return rules.isEmpty ? Cell("Everything") : .code(rules.joined(separator: ", "))
            },
            Column("Owner", .desktop) { OwnerWords.cell($0) },
            Column("Created", .tablet, isNumber: true) { $0.time("created_at") },
        ],
        empty: { request in
            let host = request.parts.configuration.surroundings.connectAddress.prefix { $0 != ":" }
            return EmptyView(
                "No SSH key yet",
                "Where the edge listens for SSH, no agent is needed: add the public key of a machine here, and run on it:",
                command: "ssh -R 443:localhost:80 \(host) http"
            )
        },
        facts: { object in
            [
                Fact("Key", .code(object.text("public_key"), mayCopy: true)),
                Fact(
                    "May serve",
                    Cell(object.texts("acl").isEmpty ? "Everything" : object.texts("acl").joined(separator: ", "))
                ),
                Fact("Owner", OwnerWords.cell(object)), Fact("Created", object.time("created_at")),
            ]
        },
        fields: [
            FormField("public_key", "Public key", .lines(isCode: true), "The line of a .pub file.").with {
                $0.isRequired = true
                $0.isChanged = false
                $0.placeholder = "ssh-ed25519 AAAA…"
            },
            .description.with { $0.placeholder = "router" },
            FormField("acl", "May serve", .list, "A rule a line: bind:*.example.com. None: everything.").with {
                $0.suggestions = BindRules.suggested
            },
            OwnerWords.field, .metadata,
        ],
        deletion: .init("Whoever is connected with it is disconnected, and cannot come back with it.")
    )

    private static func short(_ key: String) -> String {
        let parts = key.split(separator: " ")
        guard parts.count > 1 else { return key }
        return "\(parts[0]) …\(parts[1].suffix(12))"
    }
}
