/// What can be empty, and is empty where a document leaves it out.
package protocol Emptiable {
    init()
    var isEmpty: Bool { get }
}

extension Array: Emptiable {}
extension Dictionary: Emptiable {}
extension String: Emptiable {}

/// A field that is empty where it is absent or null, and is not written where it is empty.
@propertyWrapper
package struct OrEmpty<Value: Codable & Sendable & Hashable & Emptiable>: Codable, Sendable, Hashable {
    package var wrappedValue: Value

    package init(wrappedValue: Value) {
        self.wrappedValue = wrappedValue
    }

    package init(from decoder: any Decoder) throws {
        self.wrappedValue = try decoder.singleValueContainer().decode(Value.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.wrappedValue)
    }
}

// The conformances that the compiler writes find these for fields with the wrapper.

extension KeyedDecodingContainer {
    package func decode<Value>(_: OrEmpty<Value>.Type, forKey key: Key) throws -> OrEmpty<Value> {
        OrEmpty(wrappedValue: try self.decodeIfPresent(Value.self, forKey: key) ?? Value())
    }
}

extension KeyedEncodingContainer {
    package mutating func encode<Value>(_ field: OrEmpty<Value>, forKey key: Key) throws {
        guard !field.wrappedValue.isEmpty else { return }
        try self.encode(field.wrappedValue, forKey: key)
    }
}
