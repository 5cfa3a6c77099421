import APITypes
import Control
import JSON
import Model

extension ResourcePage {
    static let restrictions: ResourcePage = ResourcePage(
        link: NavigationLink(text: "IP restrictions", path: "/ip-restrictions", group: .access),
        shape: .ipRestrictions,
        noun: "restriction",
        intro: "From which addresses parts of the account may be used at all.",
        name: { RestrictionWords.name($0) },
        columns: [
            Column("Protects") { Cell(RestrictionWords.name($0)) },
            Column("State") { RestrictionWords.state($0) },
            Column("IP policies", .tablet) { Cell("\($0["ip_policies"]?.array?.count ?? 0)") },
            Column("Created", .desktop, isNumber: true) { $0.time("created_at") },
        ],
        empty: { request in
            let address = request.caller.address.map { "\($0)" } ?? "an address that is not known"
            return EmptyView(
                "No restriction",
                "The dashboard, the API, agents and endpoints are reached from everywhere. You come from \(address): a restriction of the dashboard that does not allow it shuts you out.",
                link: .init(text: "IP policies", href: "/ip-policies")
            )
        },
        facts: { object in
            let policies = (object["ip_policies"]?.array ?? []).compactMap { $0.object?["id"]?.string }
            return [
                Fact("Protects", Cell(RestrictionWords.name(object))), Fact("State", RestrictionWords.state(object)),
            ] + policies.map { Fact("IP policy", Cell($0, href: "/ip-policies/\($0)", isCode: true)) }
        },
        fields: [
            FormField(
                "type",
                "What it protects",
                .choice([
                    .init("agent", "Agents: who may connect"), .init("api", "The API"),
                    .init("dashboard", "The dashboard"), .init("endpoints", "Endpoints: all visitors"),
                ])
            ).with { $0.isChanged = false },
            FormField(
                "ip_policy_ids",
                "IP policies that let in",
                .several { (request) throws(Failure) in
                    try await ResourcePage.ipPolicies.objects(request).found.map {
                        FormField.Option($0.id, ResourcePage.ipPolicies.name($0))
                    }
                },
                "One or more; hold Ctrl or Cmd to choose several."
            ),
            FormField(
                "enforced",
                "Refuse others, and do not only note them in the log",
                .tick,
                "Make sure that your own address is allowed before you restrict the dashboard."
            ),
            .description,
        ],
        deletion: .init("What it protects is reached from everywhere again.")
    )
}

private enum RestrictionWords {
    static func name(_ object: JSONObject) -> String {
        switch object.text("type") {
        case "api": "The API"
        case "dashboard": "The dashboard"
        case "agent": "Agents"
        case "endpoints": "Endpoints"
        case let type: type
        }
    }

    static func state(_ object: JSONObject) -> Cell {
        object["enforced"]?.bool == true ? .state(.ok, "Enforced") : .state(.warn, "Noted only")
    }
}
