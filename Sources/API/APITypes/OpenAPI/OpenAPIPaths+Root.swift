import JSON

extension OpenAPIPaths {
    /// What the API says of itself and of the caller.
    static var root: [(path: String, operations: JSONObject)] {
        [
            ("/", Self.get("root", "Where the lists of resources are found.", Self.rootAnswer)),
            ("/self", Self.get("self", "The caller: account, API key and user.", Self.selfAnswer)),
        ]
    }

    private static func get(_ name: String, _ summary: String, _ answer: JSONValue) -> JSONObject {
        let operation: JSONObject = [
            "operationId": .string("get_\(name)"), "summary": .string(summary), "tags": [.string(name)],
            "parameters": [Self.shared("version")], "responses": Self.responses(200, answer),
        ]
        return ["get": .object(operation)]
    }

    private static let rootAnswer: JSONValue = [
        "type": "object", "required": ["uri", "subresource_uris"],
        "properties": [
            "uri": ["type": "string"],
            "subresource_uris": ["type": "object", "additionalProperties": ["type": "string"]],
        ],
    ]

    private static let selfAnswer: JSONValue = [
        "type": "object", "required": ["account", "api_key", "user"],
        "properties": [
            "account": OpenAPISchema.object(Self.account, requiresAll: true),
            // Null for who came with a personal access token.
            "api_key": ["anyOf": [["$ref": "#/components/schemas/ApiKey"], ["type": "null"]]],
            "user": ["type": "string"],
        ],
    ]

    private static let account = [
        Field("id", .text, "The identifier."), Field("name", .text, "The name."),
        Field("created_at", .timestamp, "When it was made."),
        Field("suspended", .boolean, "Whether it may do nothing."),
        Field("enforce_sso", .boolean, "Whether its users must come by single sign-on."),
        Field("min_api_version", .integer, "The oldest version of the API that it may use."),
        Field("min_agent_version", .text, "The oldest version of agents that it may use."),
        Field("user_mfa_required", .boolean, "Whether its users need a second factor."),
        Field("traffic_full_capture", .boolean, "Whether its traffic is captured with bodies."),
    ]
}
