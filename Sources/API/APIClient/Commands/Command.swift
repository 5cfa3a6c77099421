package import APITypes

/// One command of `portico api`: `ip-policies update`.
package struct Command: Sendable {
    package let name: String
    package let summary: String
    package let method: Method
    /// Without a slash at its beginning; parameters in braces: `ip_policies/{id}`.
    package let path: String
    let query: [CommandFlag]
    let body: [CommandFlag]
    /// What identifiers of the resource begin with, for examples; empty where it has none.
    let idPrefix: String

    var flags: [CommandFlag] { self.query + self.body }

    /// What stands in the path, in its order: `id`.
    package var arguments: [String] {
        self.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// What every resource has.
    init(_ verb: Verb, of shape: ResourceShape) {
        self.name = verb.rawValue
        self.summary =
            switch verb {
            case .create: "Makes one."
            case .list: "Lists them, the newest first."
            case .get: "Shows one."
            case .update: "Changes one; what is not given stays as it is."
            case .delete: "Deletes one."
            }
        self.method = verb.method
        self.path = verb.namesOne ? "\(shape.path)/{id}" : shape.path
        self.body = CommandFlag.all(of: shape.fields, in: verb)
        self.query = verb == .list ? Self.page(of: shape) : []
        self.idPrefix = shape.idPrefix
    }

    /// What can be done with a resource beside that.
    init(_ operation: OperationShape, of shape: ResourceShape, name: String) {
        self.name = name
        self.summary = operation.summary
        self.method = operation.method
        self.path = "\(shape.path)/\(operation.path)"
        self.body = CommandFlag.all(of: operation.body ?? [], in: .create)
        self.query = if case .list(let inner) = operation.answer { Self.page(of: inner.inside) } else { [] }
        self.idPrefix = shape.idPrefix
    }

    /// A GET of something that is no resource.
    init(_ name: String, get path: String, _ summary: String) {
        self.name = name
        self.summary = summary
        self.method = .get
        self.path = path
        self.body = []
        self.query = []
        self.idPrefix = ""
    }

    private static func page(of shape: ResourceShape) -> [CommandFlag] {
        var flags = [
            CommandFlag(parameter: "limit", "How many at most, 1 to 100; without it 100."),
            CommandFlag(parameter: "before_id", "Only what is older than the one of this identifier."),
        ]
        if shape.filters != nil {
            flags.append(CommandFlag(parameter: "filter", "An expression over obj, as obj.metadata == \"x\"."))
        }
        return flags
            + shape.parameters.map { CommandFlag(parameter: $0, isList: true, "Only those with this \($0.kebab).") }
    }
}
