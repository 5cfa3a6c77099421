/// A Swift type that a function of the library takes or gives: it knows its type in the language and its way in and out of
/// ``Value``, so that the functions are written with the types that they work on.
protocol Payload: SendableMetatype {
    static var expressionType: ExpressionType { get }
    /// Nil where the value is of another type.
    init?(_ value: Value)
    var asValue: Value { get }
}

extension Value: Payload {
    static var expressionType: ExpressionType { .dyn }
    init?(_ value: Value) { self = value }
    var asValue: Value { self }
}

extension Bool: Payload {
    static var expressionType: ExpressionType { .bool }

    init?(_ value: Value) {
        guard case .bool(let bool) = value else { return nil }
        self = bool
    }

    var asValue: Value { .bool(self) }
}

extension Int64: Payload {
    static var expressionType: ExpressionType { .int }

    init?(_ value: Value) {
        guard case .int(let int) = value else { return nil }
        self = int
    }

    var asValue: Value { .int(self) }
}

extension UInt64: Payload {
    static var expressionType: ExpressionType { .uint }

    init?(_ value: Value) {
        guard case .uint(let uint) = value else { return nil }
        self = uint
    }

    var asValue: Value { .uint(self) }
}

extension Double: Payload {
    static var expressionType: ExpressionType { .double }

    init?(_ value: Value) {
        guard case .double(let double) = value else { return nil }
        self = double
    }

    var asValue: Value { .double(self) }
}

extension String: Payload {
    static var expressionType: ExpressionType { .string }

    init?(_ value: Value) {
        guard case .string(let text) = value else { return nil }
        self = text
    }

    var asValue: Value { .string(self) }
}

extension Timestamp: Payload {
    static var expressionType: ExpressionType { .timestamp }

    init?(_ value: Value) {
        guard case .timestamp(let timestamp) = value else { return nil }
        self = timestamp
    }

    var asValue: Value { .timestamp(self) }
}

extension TimeSpan: Payload {
    static var expressionType: ExpressionType { .duration }

    init?(_ value: Value) {
        guard case .duration(let span) = value else { return nil }
        self = span
    }

    var asValue: Value { .duration(self) }
}

/// Bytes and lists: the only arrays that are values.
extension Array: Payload where Element: ArrayPayload {
    static var expressionType: ExpressionType { Element.arrayType }

    init?(_ value: Value) {
        guard let elements = Element.elements(of: value) else { return nil }
        self = elements
    }

    var asValue: Value { Element.value(of: self) }
}

/// What an array that is a value holds.
protocol ArrayPayload: SendableMetatype {
    static var arrayType: ExpressionType { get }
    static func elements(of value: Value) -> [Self]?
    static func value(of elements: [Self]) -> Value
}

extension UInt8: ArrayPayload {
    static var arrayType: ExpressionType { .bytes }

    static func elements(of value: Value) -> [UInt8]? {
        guard case .bytes(let bytes) = value else { return nil }
        return bytes
    }

    static func value(of elements: [UInt8]) -> Value { .bytes(elements) }
}

extension Value: ArrayPayload {
    static var arrayType: ExpressionType { .list(.dyn) }

    static func elements(of value: Value) -> [Value]? {
        guard case .list(let elements) = value else { return nil }
        return elements
    }

    static func value(of elements: [Value]) -> Value { .list(elements) }
}
