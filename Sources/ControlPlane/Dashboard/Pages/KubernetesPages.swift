import APITypes
import Control
import JSON
import Model

extension ResourcePage {
    static let operators: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Kubernetes operators", path: "/kubernetes-operators", group: .gateway),
        shape: .kubernetesOperators,
        noun: "operator",
        intro: "Clusters that make endpoints of their services here, and services of endpoints.",
        name: { OperatorWords.name($0) },
        columns: [
            Column("Operator") { Cell(OperatorWords.name($0)).with(sub: OperatorWords.deployment($0, "cluster_name")) },
            Column("Cluster", .tablet) { .text($0["deployment"]?.object?["cluster_name"]) },
            Column("Namespace", .desktop) { .text($0["deployment"]?.object?["namespace"]) },
            Column("Does", .tablet) { Cell($0.texts("enabled_features").joined(separator: ", ")) },
            Column("Version") { .text($0["deployment"]?.object?["version"]) },
            Column("Changed", .tablet, isNumber: true) { $0.time("updated_at") },
        ],
        empty: { request in
            EmptyView(
                "No operator yet",
                "The operator runs in a cluster, and registers itself here. It proves with an authtoken whose it is:",
                command:
                    "portico-operator run --server-addr \(request.parts.configuration.surroundings.connectAddress)",
                link: .init(text: "Make an authtoken", href: "/authtokens/new")
            )
        },
        facts: { object in
            [
                Fact("Name", .text(object["deployment"]?.object?["name"])),
                Fact("Cluster", .text(object["deployment"]?.object?["cluster_name"])),
                Fact("Namespace", .text(object["deployment"]?.object?["namespace"])),
                Fact("Version", .text(object["deployment"]?.object?["version"])),
                Fact("Does", Cell(object.texts("enabled_features").joined(separator: ", "))),
                Fact("Region", .text(object["region"])),
                Fact("Registered by", OperatorWords.principal(object)),
                Fact("Binds", OperatorWords.selectors(object)),
                Fact("Its certificate ends", OperatorWords.certificate(object)),
                Fact("Registered", object.time("created_at")),
                Fact("Changed", object.time("updated_at")),
            ]
        },
        sections: { (object, request) throws(Failure) in try await BoundEndpoints.html(object, request) },
        deletion: .init(
            "It is refused from now on, and registers itself anew where it still runs: uninstall it in the cluster first.",
            wantsName: true
        )
    )
}

private enum OperatorWords {
    static func deployment(_ object: JSONObject, _ name: String) -> String {
        object["deployment"]?.object?.text(name) ?? ""
    }

    static func name(_ object: JSONObject) -> String {
        let name = Self.deployment(object, "name")
        return name.isEmpty ? object.id : name
    }

    static func principal(_ object: JSONObject) -> Cell {
        guard let id = object.reference("principal") else { return .none }
        return Cell(id, href: id.hasPrefix("usr_") ? "/members/\(id)" : "/service-users/\(id)", isCode: true)
    }

    static func selectors(_ object: JSONObject) -> Cell {
        let selectors = object["binding"]?.object?.texts("endpoint_selectors") ?? []
        return selectors.isEmpty ? .none : .code(selectors.joined(separator: " or "))
    }

    /// The time of year 1 stands for a certificate that nobody has asked for.
    static func certificate(_ object: JSONObject) -> Cell {
        guard let certificate = object["binding"]?.object?["cert"]?.object, !certificate.text("cert").isEmpty else {
            return .none
        }
        return certificate.time("not_after")
    }
}

/// The endpoints that a cluster has as services.
private enum BoundEndpoints {
    private struct View {
        let title = "Bound endpoints"
        let table: TableView?
        let none = "No endpoint with the binding kubernetes is selected by it."
    }

    static func html(_ object: JSONObject, _ request: PageRequest) async throws(Failure) -> HTML {
        let call = OperationCall(
            name: "bound_endpoints",
            parameters: ["id": object.id],
            body: try CheckedBody([:], of: [], for: .create)
        )
        let page = try await ResourcePage.operators.resource(request).list(call, ListQuery(), by: request.caller)
        let rows = page.items.map { (href: Optional("/endpoints/\($0.id)"), object: $0) }
        let columns = Array(ResourcePage.endpoints.columns.prefix(3))
        return request.render(
            "section",
            View(table: rows.isEmpty ? nil : TableView("Bound endpoints", columns, rows))
        )
    }
}
