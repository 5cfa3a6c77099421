import APITypes
import JSON
import Model

extension ResourcePage {
    static let addresses: ResourcePage = ResourcePage(
        link: NavigationLink(text: "TCP addresses", path: "/tcp-addresses", group: .gateway),
        shape: .reservedAddresses,
        noun: "TCP address",
        intro: "Host and port that stay this account's, for whatever is not HTTP.",
        name: { $0.text("addr") },
        columns: [
            Column("Address") { Cell($0.text("addr")).with(sub: $0.text("description")) },
            Column("Description", .tablet) { .text($0["description"]) },
            Column("Region", .desktop) { .text($0["region"]) },
            Column("Created", .tablet, isNumber: true) { $0.time("created_at") },
        ],
        empty: { request in
            EmptyView(
                "No TCP address yet",
                "A TCP address lets anything that is not HTTP in: SSH, databases, games. Reserve one here, or let the agent draw one:",
                command: "portico tcp 22\(Commands.connection(request))"
            )
        },
        facts: { object in
            [
                Fact("Address", Cell(object.text("addr"), mayCopy: true)),
                Fact("Region", .text(object["region"])),
                Fact("Created", object.time("created_at")),
            ]
        },
        sections: { (object, request) throws(Failure) in
            request.render(
                "use",
                UseView(
                    title: "Serve it",
                    command: "portico tcp 22 --url tcp://\(object.text("addr"))\(Commands.connection(request))"
                )
            )
        },
        fields: [.description.with { $0.placeholder = "SSH of the build server" }, .metadata],
        deletion: .init("The port may be drawn by others from now on.", wantsName: true)
    )
}

/// How something is used, as a command.
struct UseView {
    let title: String
    let command: String
}
