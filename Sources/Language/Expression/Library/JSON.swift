extension StandardLibrary {
    /// JSON of values, as functions and methods.
    static let json: [FunctionDeclaration] = [
        FunctionDeclaration(
            "json.encode",
            summary: "The value as compact JSON, the keys of maps sorted.",
            examples: [#"json.encode({'b': 1, 'a': [true, null]}) == '{"a":[true,null],"b":1}'"#],
            overloads: [.function([.dyn], .string, .calling(JSONText.encode))]
        ),
        FunctionDeclaration(
            "encodeJson",
            summary: "The list or map as compact JSON, the keys of maps sorted.",
            examples: ["['v'].encodeJson() == '[\"v\"]'"],
            overloads: [
                .method([.list(.dyn)], .string, .calling(JSONText.encode)),
                .method([.map(key: .dyn, value: .dyn)], .string, .calling(JSONText.encode)),
            ]
        ),
        FunctionDeclaration(
            "json.decode",
            summary: "The value of a JSON text. All its numbers are doubles.",
            examples: ["json.decode('{\"a\": [1]}').a[0] == 1.0"],
            overloads: [.function([.string], .dyn, .calling(JSONText.decode))]
        ),
        FunctionDeclaration(
            "decodeJson",
            summary: "The value of the string's JSON. All its numbers are doubles.",
            examples: ["'[1, null]'.decodeJson() == [1.0, null]"],
            overloads: [.method([.string], .dyn, .calling(JSONText.decode))]
        ),
        FunctionDeclaration(
            "isJson",
            summary: "Whether the string is a JSON text.",
            examples: ["'{}'.isJson()", "!'{'.isJson()"],
            overloads: [.method(JSONText.isJSON)]
        ),
    ]
}

extension JSONText {
    fileprivate static func isJSON(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Bool {
        do throws(EvaluationError) {
            _ = try self.decode(text, run)
            return true
        } catch {
            guard case .invalidArgument = error.reason else { throw error }
            return false
        }
    }
}
