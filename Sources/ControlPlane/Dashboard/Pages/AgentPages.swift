import APITypes
import JSON
import Model

extension ResourcePage {
    static let agents: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Agents", path: "/agents", group: .agents),
        shape: .tunnelSessions,
        noun: "agent",
        intro: "Agents that are connected at this moment.",
        name: { object in
            let place = object.text("ip").isEmpty ? object.id : "Agent at \(object.text("ip"))"
            return place
        },
        columns: [
            Column("Agent") { Cell(AgentWords.name($0)).with(sub: $0.text("metadata")) },
            Column("State") { _ in .state(.ok, "Online") },
            Column("Version") { AgentWords.version($0) },
            Column("System", .tablet) { .text($0["os"]) },
            Column("Transport", .desktop) { Cell(AgentWords.transport($0)) },
            Column("Region", .desktop) { .text($0["region"]) },
            Column("Since", isNumber: true) { $0.time("started_at") },
        ],
        empty: { request in
            EmptyView(
                "No agent is online",
                "An agent runs beside your service and opens one connection to this edge. Start one, and it appears here at once:",
                command: Commands.http(request),
                link: .init(text: "How to install the agent", href: "/setup")
            )
        },
        facts: { object in
            [
                Fact("Address", Cell(object.text("ip"), mayCopy: true)),
                Fact("Version", AgentWords.version(object)),
                Fact("System", .text(object["os"])),
                Fact("Transport", Cell(AgentWords.transport(object))),
                Fact("Region", .text(object["region"])),
                Fact("Connected", object.time("started_at")),
                Fact("Credential", AgentWords.credential(object)),
            ]
        },
        sections: { (object, request) throws(Failure) in try await AgentEndpoints.html(object, request) },
        isMade: false,
        isChanged: false,
        isDeleted: false,
        actions: [
            Action(
                operation: "restart",
                title: "Restart",
                text: "The agent ends its endpoints, and starts anew with the configuration that it finds then."
            ),
            Action(
                operation: "update",
                title: "Update",
                text: "The agent fetches the newest release from where it is configured to, and starts anew with it."
            ),
            Action(
                operation: "stop",
                title: "Stop",
                text: "The agent ends. Its endpoints are offline until somebody starts it again, where it runs."
            ),
        ],
        topic: .agents
    )
}

enum AgentWords {
    static func name(_ object: JSONObject) -> String { object.text("ip").isEmpty ? object.id : object.text("ip") }

    static func transport(_ object: JSONObject) -> String {
        object.text("transport") == "ssh" ? "SSH" : "Agent protocol"
    }

    static func version(_ object: JSONObject) -> Cell {
        object.text("agent_version").isEmpty ? .none : Cell(object.text("agent_version"))
    }

    static func credential(_ object: JSONObject) -> Cell {
        guard let id = object.reference("credential") else { return .none }
        let isAuthtoken = id.hasPrefix("cr_")
        return Cell(id, href: isAuthtoken ? "/authtokens/\(id)" : nil, isCode: true)
    }
}

/// The endpoints of one agent.
private enum AgentEndpoints {
    private struct View {
        let title: String
        let table: TableView?
        let none: String
    }

    static func html(_ object: JSONObject, _ request: PageRequest) async throws(Failure) -> HTML {
        let all = try await ResourcePage.endpoints.objects(request).found
        let own = all.filter { $0.reference("tunnel_session") == object.id }
        let columns =
            Array(ResourcePage.endpoints.columns.prefix(2)) + [
                Column("Forwards to", .tablet) {
                    $0.text("upstream_url").isEmpty ? .none : .code($0.text("upstream_url"))
                }
            ]
        return request.render(
            "section",
            View(
                title: "Endpoints",
                table: own.isEmpty
                    ? nil : TableView("Endpoints of this agent", columns, own.map { ("/endpoints/\($0.id)", $0) }),
                none: "It serves none at the moment."
            )
        )
    }
}
