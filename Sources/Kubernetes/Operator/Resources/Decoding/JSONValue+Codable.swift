package import JSON

/// Parts of resources that have no schema: policies, statuses, what others wrote.
///
/// The order of members is not that of the document, which decoders don't tell; they are sorted by name.
extension JSONValue: Codable, Hashable {
    package init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: MemberKey.self) {
            let members = try container.allKeys.sorted { $0.stringValue < $1.stringValue }.map { key in
                JSONObject.Member(key.stringValue, try container.decode(JSONValue.self, forKey: key))
            }
            self = .object(JSONObject(members))
            return
        }
        if var container = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !container.isAtEnd { values.append(try container.decode(JSONValue.self)) }
            self = .array(values)
            return
        }
        // A scalar is what it can be read as, the narrowest first.
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? container.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .number("\(number)")
        } else {
            self = .string(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let object):
            var container = encoder.container(keyedBy: MemberKey.self)
            for member in object.members { try container.encode(member.value, forKey: MemberKey(member.key)) }
        case .array(let values):
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let flag):
            var container = encoder.singleValueContainer()
            try container.encode(flag)
        case .integer(let number):
            var container = encoder.singleValueContainer()
            try container.encode(number)
        case .number(let text):
            var container = encoder.singleValueContainer()
            try container.encode(Double(text) ?? 0)
        case .string(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.text)
    }

    /// The value with the members of all objects sorted, so that what is the same has the same text.
    package var canonical: JSONValue {
        switch self {
        case .object(let object):
            let members = object.members.map { JSONObject.Member($0.key, $0.value.canonical) }
            return .object(JSONObject(members.sorted { $0.key < $1.key }))
        case .array(let values): return .array(values.map(\.canonical))
        default: return self
        }
    }

    /// The member of that very name; nil where there is none, or this is no object.
    package func member(_ name: String) -> JSONValue? {
        self.object?.members.last { $0.key == name }?.value
    }
}

/// A name that is not known before.
struct MemberKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { self.stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
