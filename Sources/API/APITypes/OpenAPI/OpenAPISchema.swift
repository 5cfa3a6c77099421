import JSON

/// JSON schemas of what fields hold.
enum OpenAPISchema {
    static let reference: JSONValue = [
        "type": "object", "required": ["id", "uri"],
        "properties": ["id": ["type": "string"], "uri": ["type": "string"]],
    ]

    /// Of a body with these members, in requests of `verb` where it is given, else in answers.
    static func object(_ fields: [Field], in verb: Verb? = nil, requiresAll: Bool = false) -> JSONValue {
        let properties = fields.map { field in
            JSONObject.Member(field.name, Self.property(field, in: verb))
        }
        var schema: JSONObject = [
            "type": "object", "properties": .object(JSONObject(properties)), "additionalProperties": false,
        ]
        let required = requiresAll ? fields.map(\.name) : fields.filter { $0.isRequired(in: verb) }.map(\.name)
        if !required.isEmpty { schema.set("required", to: .texts(required)) }
        return .object(schema)
    }

    private static func property(_ field: Field, in verb: Verb?) -> JSONValue {
        guard var schema = Self.value(field.type, in: verb).object else { return [:] }
        // In requests, null is as if the member weren't there.
        let isNullable = verb == nil ? field.isNullable : !field.isRequired(in: verb)
        if isNullable {
            if let type = schema["type"] {
                schema.set("type", to: .array([type, "null"]))
            } else {
                schema = ["anyOf": [.object(schema), ["type": "null"]]]
            }
        }
        if verb != nil, let limit = field.limit { schema.set("maxLength", to: .integer(Int64(limit.bytes))) }
        if field.isRequired(in: verb), field.type.isText { schema.set("minLength", to: 1) }
        schema.set("description", to: .string(field.summary))
        return .object(schema)
    }

    private static func value(_ type: FieldType, in verb: Verb?) -> JSONValue {
        switch type {
        case .text: ["type": "string"]
        case .boolean: ["type": "boolean"]
        case .integer: ["type": "integer", "format": "int64"]
        case .number: ["type": "number", "format": "double"]
        case .timestamp: verb == nil ? ["type": "string", "format": "date-time"] : ["type": "string"]
        case .list(let element): ["type": "array", "items": Self.value(element, in: verb)]
        case .texts: ["type": "object", "additionalProperties": ["type": "string"]]
        case .object(let fields):
            verb == nil
                ? Self.object(fields, requiresAll: true)
                : Self.object(fields.filter { $0.isSettable(in: verb) }, in: verb)
        case .reference: ["$ref": "#/components/schemas/Reference"]
        }
    }
}

extension Field {
    /// Whether a request of the verb must have it.
    package func isRequired(in verb: Verb?) -> Bool {
        guard let verb, case .required = self.presence(in: verb) else { return false }
        return true
    }

    /// Whether a request of the verb may have it; every answer has what it has.
    package func isSettable(in verb: Verb?) -> Bool {
        guard let verb else { return true }
        return !self.presence(in: verb).isAbsent
    }
}

extension FieldType {
    fileprivate var isText: Bool { if case .text = self { true } else { false } }
}
