import JSON

/// The paths of one kind of resource.
struct OpenAPIPaths {
    let shape: ResourceShape

    /// Parameters that operations of all kinds have, by the names under which they are referred to.
    static let parameters: JSONObject = [
        "version": [
            "name": "Ngrok-Version", "in": "header", "required": true, "schema": ["type": "string", "enum": ["2"]],
        ],
        "before_id": [
            "name": "before_id", "in": "query", "schema": ["type": "string"],
            "description": "Only what is older than the resource of this identifier.",
        ],
        "limit": [
            "name": "limit", "in": "query", "description": "How many at most.",
            "schema": ["type": "integer", "minimum": 1, "maximum": 100, "default": 100],
        ],
        "filter": [
            "name": "filter", "in": "query", "schema": ["type": "string"],
            "description": "An expression over obj, the resource.",
        ],
    ]

    /// Each path with its operations by method.
    var all: [(path: String, operations: JSONObject)] {
        var order: [String] = []
        var operations: [String: JSONObject] = [:]
        func add(_ path: String, _ method: Method, _ operation: JSONObject) {
            if operations[path] == nil { order.append(path) }
            operations[path, default: [:]].set(method.rawValue.lowercased(), to: .object(operation))
        }
        for verb in self.shape.verbs {
            add(verb.namesOne ? "/\(self.shape.path)/{id}" : "/\(self.shape.path)", verb.method, self.operation(verb))
        }
        for operation in self.shape.operations {
            add("/\(self.shape.path)/\(operation.path)", operation.method, self.operation(operation))
        }
        return order.map { ($0, operations[$0] ?? [:]) }
    }

    // MARK: - Operations

    private func operation(_ verb: Verb) -> JSONObject {
        var operation = self.begin("\(verb.rawValue)_\(verb == .list ? self.shape.path : self.shape.name)")
        var parameters = verb.namesOne ? [Self.pathParameter("id")] : []
        if verb == .list { parameters += self.listParameters }
        operation.set("parameters", to: .array([Self.shared("version")] + parameters))
        if verb == .create || verb == .update {
            let fields = self.shape.fields.filter { $0.isSettable(in: verb) }
            operation.set("requestBody", to: Self.body(OpenAPISchema.object(fields, in: verb)))
        }
        let resource: JSONValue = ["$ref": .string("#/components/schemas/\(self.shape.schemaName)")]
        let answer: JSONValue? =
            switch verb {
            case .create, .get, .update: resource
            case .list: Self.page(self.shape.envelope, resource)
            case .delete: nil
            }
        operation.set("responses", to: Self.responses(verb.status, answer))
        return operation
    }

    private func operation(_ shape: OperationShape) -> JSONObject {
        var operation = self.begin("\(self.shape.name)_\(shape.name)", shape.summary)
        var parameters = shape.path.split(separator: "/").filter { $0.hasPrefix("{") }
            .map { Self.pathParameter(String($0.dropFirst().dropLast())) }
        if case .list = shape.answer {
            parameters += [Self.shared("before_id"), Self.shared("limit")]
        }
        operation.set("parameters", to: .array([Self.shared("version")] + parameters))
        if let body = shape.body {
            let settable = body.filter { $0.isSettable(in: .create) }
            operation.set("requestBody", to: Self.body(OpenAPISchema.object(settable, in: .create)))
        }
        let resource: JSONValue = ["$ref": .string("#/components/schemas/\(self.shape.schemaName)")]
        switch shape.answer {
        case .nothing: operation.set("responses", to: Self.responses(204, nil))
        case .empty: operation.set("responses", to: Self.responses(200, OpenAPISchema.object([])))
        case .object(let fields, let status):
            let answer = fields.isEmpty ? resource : OpenAPISchema.object(fields, requiresAll: true)
            operation.set("responses", to: Self.responses(status, answer))
        case .list(let inner):
            let item: JSONValue = ["$ref": .string("#/components/schemas/\(inner.schemaName)")]
            operation.set("responses", to: Self.responses(200, Self.page(inner.envelope, item)))
        }
        return operation
    }

    private func begin(_ name: String, _ summary: String? = nil) -> JSONObject {
        [
            "operationId": .string(name.replacing("/", with: "_")),
            "summary": .string(summary ?? self.shape.summary),
            "tags": [.string(self.shape.name)],
        ]
    }

    private var listParameters: [JSONValue] {
        var parameters = [Self.shared("before_id"), Self.shared("limit")]
        if self.shape.filters != nil { parameters.append(Self.shared("filter")) }
        return parameters
            + self.shape.parameters.map { name in
                [
                    "name": .string(name), "in": "query", "explode": true,
                    "schema": ["type": "array", "items": ["type": "string"]],
                ]
            }
    }

    // MARK: - Parts

    static func shared(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/parameters/\(name)")]
    }

    private static func pathParameter(_ name: String) -> JSONValue {
        ["name": .string(name), "in": "path", "required": true, "schema": ["type": "string"]]
    }

    private static func body(_ schema: JSONValue) -> JSONValue {
        ["required": false, "content": ["application/json": ["schema": schema]]]
    }

    private static func page(_ envelope: String, _ item: JSONValue) -> JSONValue {
        [
            "type": "object", "required": [.string(envelope), "uri", "next_page_uri"],
            "properties": .object([
                envelope: ["type": "array", "items": item], "uri": ["type": "string"],
                "next_page_uri": ["type": ["string", "null"]],
            ]),
        ]
    }

    static func responses(_ status: Int, _ schema: JSONValue?) -> JSONValue {
        var good: JSONObject = ["description": "Done."]
        if let schema { good.set("content", to: ["application/json": ["schema": schema]]) }
        var responses = JSONObject([JSONObject.Member("\(status)", .object(good))])
        for code in ["400", "401", "403", "404", "409", "413", "429", "503"] {
            responses.append(code, ["$ref": "#/components/responses/Error"])
        }
        return .object(responses)
    }
}
