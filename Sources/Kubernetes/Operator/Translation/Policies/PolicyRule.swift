import JSON

/// One rule of a policy that is being made.
struct PolicyRule: Equatable {
    var name: String
    var expressions: [String] = []
    var actions: [JSONValue]

    var json: JSONValue {
        var object: JSONObject = ["name": .string(self.name)]
        if !self.expressions.isEmpty { object.append("expressions", .array(self.expressions.map(JSONValue.string))) }
        object.append("actions", .array(self.actions))
        return .object(object)
    }
}

/// The actions that translations make.
enum PolicyAction {
    private static func action(_ type: String, _ config: JSONObject) -> JSONValue {
        ["type": .string(type), "config": .object(config)]
    }

    static func forward(to url: String) -> JSONValue {
        self.action("forward-internal", ["url": .string(url)])
    }

    static let close: JSONValue = ["type": "close-connection"]

    /// What gRPC calls `UNIMPLEMENTED`: there is no such method.
    static let unimplemented: JSONValue = [
        "type": "custom-response",
        "config": [
            "status_code": 200,
            "headers": [
                "content-type": "application/grpc", "grpc-status": "12", "grpc-message": "No route fits the call.",
            ],
        ],
    ]

    /// An answer with a text of ours.
    static func respond(_ status: Int, _ text: String) -> JSONValue {
        self.action(
            "custom-response",
            [
                "status_code": .integer(Int64(status)), "headers": ["content-type": "text/plain; charset=utf-8"],
                "body": .string(CELText.template(text + "\n")),
            ]
        )
    }

    static func setVariables(_ variables: [(String, JSONValue)]) -> JSONValue {
        self.action("set-vars", ["vars": .array(variables.map { .object([$0.0: $0.1]) })])
    }

    static func addHeaders(_ fields: [(String, String)]) -> JSONValue {
        self.action(
            "add-headers",
            ["headers": .object(JSONObject(fields.map { .init($0.0, .string($0.1)) }))]
        )
    }

    static func removeHeaders(_ names: [String]) -> JSONValue {
        self.action("remove-headers", ["headers": .array(names.map(JSONValue.string))])
    }

    static func rewrite(from: String, to: String) -> JSONValue {
        self.action("url-rewrite", ["from": .string(from), "to": .string(to)])
    }

    static func redirect(from: String, to: String, status: Int) -> JSONValue {
        self.action(
            "redirect",
            ["from": .string(from), "to": .string(to), "status_code": .integer(Int64(status))]
        )
    }
}
