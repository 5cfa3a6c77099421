import JSON

/// Reads the fields of a message: a missing one, `null` and the zero value mean the same, and unknown ones are nobody's
/// concern (`spec/agent-protocol.md` 8.2).
struct MessageFields {
    private let object: JSONObject

    init(_ object: JSONObject) {
        self.object = object
    }

    func text(_ key: String) throws(MessageError) -> String {
        try self.optionalText(key) ?? ""
    }

    func optionalText(_ key: String) throws(MessageError) -> String? {
        guard let value = self.value(key) else { return nil }
        guard let text = value.string else { throw .wrongType(field: key, wanted: "a string") }
        return text
    }

    func flag(_ key: String) throws(MessageError) -> Bool {
        try self.optionalFlag(key) ?? false
    }

    func optionalFlag(_ key: String) throws(MessageError) -> Bool? {
        guard let value = self.value(key) else { return nil }
        guard let flag = value.bool else { throw .wrongType(field: key, wanted: "true or false") }
        return flag
    }

    func integer(_ key: String) throws(MessageError) -> Int64 {
        guard let value = self.value(key) else { return 0 }
        guard let number = value.integer else { throw .wrongType(field: key, wanted: "an integer") }
        return number
    }

    func texts(_ key: String) throws(MessageError) -> [String] {
        var texts: [String] = []
        for value in try self.values(key) {
            guard let text = value.string else { throw .wrongType(field: key, wanted: "a list of strings") }
            texts.append(text)
        }
        return texts
    }

    func objects(_ key: String) throws(MessageError) -> [MessageFields] {
        var objects: [MessageFields] = []
        for value in try self.values(key) {
            guard let object = value.object else { throw .wrongType(field: key, wanted: "a list of objects") }
            objects.append(MessageFields(object))
        }
        return objects
    }

    /// The object under `key` as it is; an empty one when it is missing.
    func object(_ key: String) throws(MessageError) -> JSONObject {
        guard let value = self.value(key) else { return JSONObject() }
        guard let object = value.object else { throw .wrongType(field: key, wanted: "an object") }
        return object
    }

    func fields(_ key: String) throws(MessageError) -> MessageFields {
        MessageFields(try self.object(key))
    }

    private func values(_ key: String) throws(MessageError) -> [JSONValue] {
        guard let value = self.value(key) else { return [] }
        guard let values = value.array else { throw .wrongType(field: key, wanted: "a list") }
        return values
    }

    private func value(_ key: String) -> JSONValue? {
        guard let value = self.object[key], !value.isNull else { return nil }
        return value
    }
}
