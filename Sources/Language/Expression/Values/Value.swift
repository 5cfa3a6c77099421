/// A value of the expression language (CEL), as expressions make them and hosts hand them in.
///
/// Strings are sequences of Unicode code points: nothing in this module compares them with Swift's `==`, which would take
/// "é" and "e" with a combining accent for the same (``StringOrder`` does it by bytes, which is code point order).
package enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(any MapView)
    case timestamp(Timestamp)
    case duration(TimeSpan)
    /// A type as a value: what `type(x)` gives.
    case type(TypeName)
    /// The payload is nil for `optional.none()`.
    case optional(OptionalBox)
}

/// What an optional holds; a class, so that ``Value`` stays three words.
package final class OptionalBox: Sendable {
    package let wrapped: Value?

    package init(_ wrapped: Value?) {
        self.wrapped = wrapped
    }
}

/// The run-time name of a type, as `type(x)` compares and prints it.
package enum TypeName: String, Sendable, Hashable, CaseIterable {
    case null = "null_type"
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case list
    case map
    case timestamp = "google.protobuf.Timestamp"
    case duration = "google.protobuf.Duration"
    case type
    case optional = "optional_type"
}

extension Value {
    /// The type that the value has when it runs.
    package var typeName: TypeName {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list
        case .map: .map
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type
        case .optional: .optional
        }
    }
}
