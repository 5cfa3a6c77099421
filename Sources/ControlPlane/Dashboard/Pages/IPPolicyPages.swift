import APITypes
import Foundation
import JSON
import Model

extension ResourcePage {
    static let ipPolicies: ResourcePage = ResourcePage(
        link: NavigationLink(text: "IP policies", path: "/ip-policies", group: .policy),
        shape: .ipPolicies,
        noun: "IP policy",
        intro: "Lists of address ranges, which traffic policies and restrictions refer to.",
        name: { $0.text("description").isEmpty ? $0.id : $0.text("description") },
        columns: [
            Column("Description") { Cell($0.text("description").isEmpty ? $0.id : $0.text("description")) },
            Column("Identifier", .tablet) { .code($0.id) },
            Column("Created", .tablet, isNumber: true) { $0.time("created_at") },
        ],
        empty: { _ in
            EmptyView(
                "No IP policy yet",
                "An IP policy says which addresses may come. Make one, give it rules, and name it in a traffic policy (restrict-ips) or in an IP restriction.",
                link: .init(text: "IP restrictions", href: "/ip-restrictions")
            )
        },
        facts: { [Fact("Created", $0.time("created_at"))] },
        sections: { (object, request) throws(Failure) in
            let all = try await ResourcePage.ipPolicyRules.objects(request).found
            let own = all.filter { $0.reference("ip_policy") == object.id }
            return request.render(
                "section",
                InsideView(
                    title: "Rules",
                    table: own.isEmpty
                        ? nil
                        : TableView(
                            "Rules",
                            Array(ResourcePage.ipPolicyRules.columns.prefix(3)),
                            own.map { ("/ip-policy-rules/\($0.id)", $0) }
                        ),
                    none: "None yet: nobody is allowed.",
                    href: request.refusalToChange == nil ? "/ip-policy-rules/new?ip_policy_id=\(object.id)" : nil,
                    link: "New rule"
                )
            )
        },
        fields: [.description.with { $0.placeholder = "the office" }, .metadata],
        deletion: .init(
            "It cannot be deleted while a restriction uses it. Traffic policies that name it refuse every visitor."
        )
    )

    static let ipPolicyRules: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Rules of IP policies", path: "/ip-policy-rules", group: .policy),
        shape: .ipPolicyRules,
        noun: "rule",
        intro: "A deny that matches wins, else any allow lets in, else nobody comes.",
        name: { "\($0.text("action").capitalized) \($0.text("cidr"))" },
        columns: [
            Column("Range") { Cell($0.text("cidr")) },
            Column("Action") { $0.text("action") == "allow" ? .state(.ok, "Allow") : .state(.bad, "Deny") },
            Column("Description", .tablet) { .text($0["description"]) },
            Column("IP policy", .desktop) { object in
                let id = object.reference("ip_policy") ?? ""
                return Cell(id, href: "/ip-policies/\(id)", isCode: true)
            },
        ],
        empty: { _ in
            EmptyView(
                "No rule yet",
                "Rules belong to IP policies.",
                link: .init(text: "IP policies", href: "/ip-policies")
            )
        },
        facts: { object in
            let id = object.reference("ip_policy") ?? ""
            return [
                Fact("Range", .code(object.text("cidr"))),
                Fact("Action", object.text("action") == "allow" ? .state(.ok, "Allow") : .state(.bad, "Deny")),
                Fact("IP policy", Cell(id, href: "/ip-policies/\(id)", isCode: true)),
                Fact("Created", object.time("created_at")),
            ]
        },
        fields: [
            FormField(
                "ip_policy_id",
                "IP policy",
                .chosen { (request) throws(Failure) in
                    try await ResourcePage.ipPolicies.objects(request).found.map {
                        FormField.Option($0.id, ResourcePage.ipPolicies.name($0))
                    }
                }
            ).with { $0.isChanged = false },
            FormField("cidr", "Range", .line, "192.0.2.0/24 or 2001:db8::/32. A range of length 0 is everybody.").with {
                $0.isRequired = true
                $0.placeholder = "192.0.2.0/24"
            },
            FormField("action", "Action", .choice([.init("allow", "Allow"), .init("deny", "Deny")])).with {
                $0.isChanged = false
            },
            .description,
        ],
        deletion: .init("The addresses in it are judged by the other rules from now on.")
    )
}

/// What is inside of a resource, as templates read it.
struct InsideView {
    let title: String
    let table: TableView?
    let none: String
    /// nil for who may not make one.
    let href: String?
    let link: String
}
