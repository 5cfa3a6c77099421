import APITypes

/// The commands for one kind of resource: `portico api ip-policies …`.
package struct CommandGroup: Sendable {
    package let name: String
    package let summary: String
    package internal(set) var commands: [Command]

    /// Those of every kind of resource, in the order of their names; made of what the API's routes are made of.
    package static let all: [CommandGroup] = Self.make(of: ResourceShape.all)

    static func make(of shapes: [ResourceShape]) -> [CommandGroup] {
        var groups: [String: CommandGroup] = ["root": Self.root]
        for shape in shapes {
            let name = Self.name(of: shape)
            var group = CommandGroup(name: name, summary: shape.summary, commands: [])
            group.commands = shape.verbs.map { Command($0, of: shape) }
            for operation in shape.operations {
                guard let place = Self.places["\(shape.name).\(operation.name)"] else {
                    group.commands.append(Command(operation, of: shape, name: operation.name.kebab))
                    continue
                }
                let command = Command(operation, of: shape, name: place.command)
                guard let other = place.group else {
                    group.commands.append(command)
                    continue
                }
                let made = CommandGroup(name: other, summary: place.summary, commands: [])
                groups[other, default: made].commands.append(command)
            }
            groups[name] = group
        }
        return groups.values.sorted { $0.name < $1.name }
    }

    package func command(_ name: String) -> Command? { self.commands.first { $0.name == name } }

    private static let root = CommandGroup(
        name: "root",
        summary: "What the API has, and who the caller is.",
        commands: [
            Command("get", get: "", "Shows where the lists of resources are found."),
            Command("self", get: "self", "Shows the caller: account, API key and user."),
        ]
    )

    /// Named after the path, as wrappers of the reference system's agent know it.
    private static func name(of shape: ResourceShape) -> String {
        if shape.name == "vault_secret" { return "secrets" }
        return (shape.path.contains("/") ? shape.envelope : shape.path).kebab
    }

    /// Where an operation is called otherwise than after its own name, or stands in a group of its own.
    private static let places: [String: (group: String?, command: String, summary: String)] = {
        var places: [String: (group: String?, command: String, summary: String)] = [
            "vault.secrets": (nil, "get-secrets-by-vault", ""),
            "kubernetes_operator.bound_endpoints": (nil, "get-bound-endpoints", ""),
        ]
        let sources = [
            ("create", "create_source"), ("list", "list_sources"), ("get", "get_source"), ("update", "update_source"),
            ("delete", "delete_source"),
        ]
        for (command, operation) in sources {
            places["event_subscription.\(operation)"] = (
                "event-sources", command, "Which events an event subscription sends."
            )
        }
        return places
    }()
}
