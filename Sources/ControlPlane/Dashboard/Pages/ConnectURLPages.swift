import APITypes
import Foundation
import JSON
import Model

extension ResourcePage {
    static let connectURLs: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Connect URLs", path: "/connect-urls", group: .agents),
        shape: .agentIngresses,
        noun: "connect URL",
        intro: "Names of your own by which agents reach this edge.",
        name: { $0.text("domain") },
        columns: [
            Column("Domain") { Cell($0.text("domain")).with(sub: ConnectWords.state($0).text) },
            Column("Certificate", .tablet) { ConnectWords.state($0) },
            Column("Description", .desktop) { .text($0["description"]) },
            Column("Created", .tablet, isNumber: true) { $0.time("created_at") },
        ],
        empty: { request in
            EmptyView(
                "No connect URL yet",
                "Agents connect to \(request.parts.configuration.surroundings.connectAddress). Where networks allow only names of your own, reserve one, point its records here, and tell the agents:",
                command: "portico http 80 --connect-url connect.example.com:443"
            )
        },
        facts: { object in
            [
                Fact("Domain", Cell(object.text("domain"), mayCopy: true)),
                Fact("Certificate", ConnectWords.state(object)),
                Fact("Why not", ConnectWords.problem(object)),
                Fact("Regions", .code(object.texts("region_domains").joined(separator: ", "))),
                Fact("Created", object.time("created_at")),
            ]
        },
        sections: { (object, request) throws(Failure) in ConnectRecords.html(object, request) },
        fields: [
            FormField("domain", "Domain", .line, "A name below which nothing else of yours lives.").with {
                $0.isRequired = true
                $0.isChanged = false
                $0.placeholder = "connect.example.com"
            },
            .description, .metadata,
        ],
        deletion: .init("Agents that connect by this name are refused when they connect anew.", wantsName: true)
    )
}

private enum ConnectWords {
    static func job(_ object: JSONObject) -> JSONObject? {
        object["certificate_management_status"]?.object?["provisioning_job"]?.object
    }

    static func state(_ object: JSONObject) -> Cell {
        guard object["certificate_management_policy"]?.object != nil else { return .state(.idle, "The edge's own") }
        guard let job = Self.job(object) else { return .state(.ok, "Served") }
        return job["error_code"]?.string == nil ? .state(.busy, "Being obtained") : .state(.bad, "Not obtained")
    }

    static func problem(_ object: JSONObject) -> Cell { .text(Self.job(object)?["msg"]) }
}

/// The records that lead agents here.
private enum ConnectRecords {
    private struct View {
        let title = "DNS records"
        let table: TableView?
        let none = "Point A or AAAA records of the name to the addresses of this edge."
    }

    static func html(_ object: JSONObject, _ request: PageRequest) -> HTML {
        let name = object.text("domain")
        let rows = object.texts("ns_targets").map { [Cell.code(name), Cell("NS"), .code($0, mayCopy: true)] }
        let table = TableView("DNS records", [("Name", "main"), ("Type", ""), ("Points to", "")], rows)
        return request.render("section", View(table: rows.isEmpty ? nil : table))
    }
}
