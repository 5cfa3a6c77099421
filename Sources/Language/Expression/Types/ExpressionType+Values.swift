extension ExpressionType {
    /// What a variable of the type reads as where it is absent: the empty, the zero, the first moment of 1970.
    package var zeroValue: Value {
        switch self {
        case .dyn, .null, .parameter: .null
        case .bool: .bool(false)
        case .int: .int(0)
        case .uint: .uint(0)
        case .double: .double(0)
        case .string: .string("")
        case .bytes: .bytes([])
        case .timestamp: Timestamp(seconds: 0, nanoseconds: 0).map(Value.timestamp) ?? .null
        case .duration: .duration(TimeSpan(nanoseconds: 0))
        case .type: .type(.type)
        case .list: .list([])
        case .map: .map(LiteralMap(members: []))
        case .optional: .optional(OptionalBox(nil))
        case .record(let record):
            .map(
                LiteralMap(
                    members: record.members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.zeroValue) }
                )
            )
        }
    }
}

/// The types that a value may have when it runs, as a set: what a parameter of a function takes.
struct TypeMask: OptionSet, Sendable {
    let rawValue: UInt16

    static let all = TypeMask(rawValue: .max)

    init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    init(_ type: ExpressionType) {
        switch type {
        case .dyn, .parameter: self = .all
        case .null: self.init(of: .null)
        case .bool: self.init(of: .bool)
        case .int: self.init(of: .int)
        case .uint: self.init(of: .uint)
        case .double: self.init(of: .double)
        case .string: self.init(of: .string)
        case .bytes: self.init(of: .bytes)
        case .timestamp: self.init(of: .timestamp)
        case .duration: self.init(of: .duration)
        case .type: self.init(of: .type)
        case .list: self.init(of: .list)
        case .map, .record: self.init(of: .map)
        case .optional: self.init(of: .optional)
        }
    }

    private init(of name: TypeName) {
        self.rawValue = 1 << Self.bit(of: name)
    }

    @inline(__always)
    func admits(_ value: borrowing Value) -> Bool {
        self.rawValue == .max || self.rawValue & (1 << Self.bit(of: value.typeName)) != 0
    }

    @inline(__always)
    private static func bit(of name: TypeName) -> UInt16 {
        switch name {
        case .null: 0
        case .bool: 1
        case .int: 2
        case .uint: 3
        case .double: 4
        case .string: 5
        case .bytes: 6
        case .list: 7
        case .map: 8
        case .timestamp: 9
        case .duration: 10
        case .type: 11
        case .optional: 12
        }
    }
}
