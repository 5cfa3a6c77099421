import APITypes
import Foundation
import JSON
import Model

extension ResourcePage {
    static let domains: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Domains", path: "/domains", group: .gateway),
        shape: .reservedDomains,
        noun: "domain",
        intro: "Names that are this account's own, with everything below them.",
        name: { $0.text("domain") },
        columns: [
            Column("Domain") { Cell($0.text("domain")).with(sub: DomainWords.certificate($0).text) },
            Column("Certificate", .tablet) { DomainWords.certificate($0) },
            Column("Kind", .desktop) { Cell($0.text("domain").hasPrefix("*.") ? "Wildcard" : "Name") },
            Column("Created", .tablet, isNumber: true) { $0.time("created_at") },
        ],
        empty: { request in
            EmptyView(
                "No domain yet",
                "A domain that is reserved here can be served by this account alone. Reserve one, point its DNS record to this edge, and start an endpoint:",
                command: "\(Commands.http(request)) --url https://app.example.com"
            )
        },
        facts: { object in
            [
                Fact("Domain", Cell(object.text("domain"), mayCopy: true)),
                Fact("Certificate", DomainWords.certificate(object)),
                Fact("Renewed", DomainWords.renewal(object)),
                Fact("Created", object.time("created_at")),
            ]
        },
        sections: { (object, request) throws(Failure) in DomainGuidance.html(object, request) },
        fields: [
            FormField("domain", "Domain", .line, "app.example.com, or *.example.com for every name below.").with {
                $0.isRequired = true
                $0.isChanged = false
                $0.placeholder = "app.example.com"
            },
            FormField(
                "certificate_id",
                "Certificate",
                .chosen { (request) throws(Failure) in
                    let all = try await ResourcePage.certificates.objects(request).found
                    return [.init("", "Obtained by the edge, where it can")]
                        + all.map { FormField.Option($0.id, ResourcePage.certificates.name($0)) }
                },
                "One that was uploaded is served until it ends: nobody renews it."
            ),
            .description, .metadata,
        ],
        deletion: .init(
            "Anybody may serve the name from now on, unless the edge wants reservations. Endpoints that run go on until they start anew.",
            wantsName: true
        ),
        shaped: { body in
            // An empty choice says nothing.
            guard body["certificate_id"]?.string == "" else { return body }
            return JSONObject(body.members.filter { $0.key != "certificate_id" })
        }
    )
}

private enum DomainWords {
    static func certificate(_ object: JSONObject) -> Cell {
        if let job = object["certificate_management_status"]?.object?["provisioning_job"]?.object {
            return job["error_code"]?.string == nil
                ? .state(.busy, "Being obtained") : .state(.bad, "Not obtained")
        }
        if object.reference("certificate") != nil { return .state(.ok, "Served") }
        return .state(.idle, "The edge's own")
    }

    static func renewal(_ object: JSONObject) -> Cell {
        guard let text = object["certificate_management_status"]?.object?["renews_at"]?.string else { return .none }
        return .time(Date(rfc3339: text))
    }
}

/// Which records a domain wants, and what is in the way of its certificate.
private enum DomainGuidance {
    private struct View {
        let records: TableView?
        let problem: String?
        let retry: CellView?
        let command: String
    }

    static func html(_ object: JSONObject, _ request: PageRequest) -> HTML {
        let name = object.text("domain")
        var rows: [[Cell]] = []
        if let target = object["cname_target"]?.string, !target.isEmpty {
            rows.append([.code(name), Cell("CNAME"), .code(target, mayCopy: true)])
        } else {
            rows.append([.code(name), Cell("A or AAAA"), Cell("the addresses of this edge")])
        }
        if let target = object["acme_challenge_cname_target"]?.string, !target.isEmpty {
            let bare = name.hasPrefix("*.") ? String(name.dropFirst(2)) : name
            rows.append([.code("_acme-challenge.\(bare)"), Cell("CNAME"), .code(target, mayCopy: true)])
        }
        let job = object["certificate_management_status"]?.object?["provisioning_job"]?.object
        let view = View(
            records: TableView("DNS records", [("Name", "main"), ("Type", ""), ("Points to", "")], rows),
            problem: job?.text("msg"),
            retry: job?["retries_at"]?.string.flatMap { Date(rfc3339: $0) }.map { CellView(.time($0)) },
            command: "\(Commands.http(request)) --url https://\(name.replacing("*", with: "www"))"
        )
        return request.render("domain", view)
    }
}
