import APITypes
import JSON
import Model

extension ResourcePage {
    static let serviceUsers: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Service users", path: "/service-users", group: .access),
        shape: .serviceUsers,
        noun: "service user",
        intro: "Machines that have credentials of their own, which outlive the people who made them.",
        name: { $0.text("name") },
        columns: [
            Column("Name") { Cell($0.text("name")) },
            Column("State") { $0["active"]?.bool == false ? .state(.idle, "Suspended") : .state(.ok, "Active") },
            Column("Created", .tablet, isNumber: true) { $0.time("created_at") },
        ],
        empty: { _ in
            EmptyView(
                "No service user yet",
                "Authtokens and API keys of a device or a pipeline belong to a service user better than to a person. Make one here, and choose it as the owner."
            )
        },
        facts: { object in
            [
                Fact("State", object["active"]?.bool == false ? .state(.idle, "Suspended") : .state(.ok, "Active")),
                Fact("Created", object.time("created_at")),
            ]
        },
        fields: [
            FormField("name", "Name").with { $0.isRequired = true },
            FormField("active", "Its credentials are good", .tick).with { $0.standard = "true" },
        ],
        deletion: .init("Its authtokens, API keys and SSH keys are revoked at once.", wantsName: true)
    )
}
