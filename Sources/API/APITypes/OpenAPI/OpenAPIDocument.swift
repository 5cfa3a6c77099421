package import JSON
import Model

/// The OpenAPI 3.1 document of the API, made of the same shapes as its routes and checks.
package enum OpenAPIDocument {
    /// Of these kinds of resources; every address of the API begins with `url`, without a slash at its end.
    package static func json(_ shapes: [ResourceShape], url: String) -> JSONObject {
        var paths: [(path: String, operations: JSONObject)] = OpenAPIPaths.root
        for shape in shapes {
            for (path, operations) in OpenAPIPaths(shape: shape).all {
                paths.append((path, operations))
            }
        }
        var schemas = JSONObject()
        for shape in shapes {
            schemas.set(shape.schemaName, to: OpenAPISchema.object(shape.fields.filter(\.isRead), requiresAll: true))
        }
        schemas.set("Error", to: Self.error)
        schemas.set("Reference", to: OpenAPISchema.reference)
        return [
            "openapi": "3.1.0",
            "info": ["title": "Portico API", "version": "2"],
            "servers": [["url": .string(url)]],
            "security": [["key": []]],
            "paths": .object(JSONObject(paths.map { JSONObject.Member($0.path, .object($0.operations)) })),
            "components": [
                "securitySchemes": ["key": ["type": "http", "scheme": "bearer"]],
                "parameters": .object(OpenAPIPaths.parameters),
                "responses": ["Error": Self.errorResponse],
                "schemas": .object(schemas),
            ],
        ]
    }

    private static let error: JSONValue = [
        "type": "object",
        "required": ["error_code", "status_code", "msg", "details"],
        "properties": [
            "error_code": ["type": "string"], "status_code": ["type": "integer"], "msg": ["type": "string"],
            "details": [
                "type": "object", "required": ["operation_id"],
                "additionalProperties": ["type": "string"],
                "properties": ["operation_id": ["type": "string"]],
            ],
        ],
    ]

    private static let errorResponse: JSONValue = [
        "description": "What went wrong, with its code.",
        "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]],
    ]
}

extension ResourceShape {
    /// `IPPolicy` would be wrong for half of the names: `ip_policy` becomes `IpPolicy`.
    var schemaName: String {
        self.name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
