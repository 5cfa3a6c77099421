extension ExpressionType {
    /// As messages and the reference page write it: `list(string)`.
    package var text: String {
        switch self {
        case .dyn: "dyn"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .type: "type"
        case .list(let element): "list(\(element.text))"
        case .map(let key, let value): "map(\(key.text), \(value.text))"
        case .optional(let wrapped): "optional(\(wrapped.text))"
        case .record(let record): record.name
        case .parameter(let name): name
        }
    }

    var isDyn: Bool { self == .dyn }

    var isNumeric: Bool {
        switch self {
        case .int, .uint, .double: true
        default: false
        }
    }

    /// The narrowest type that both are, as far as the checker keeps account: `dyn` where they differ.
    func joined(with other: ExpressionType) -> ExpressionType {
        switch (self, other) {
        case (.list(let left), .list(let right)): .list(left.joined(with: right))
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            .map(key: leftKey.joined(with: rightKey), value: leftValue.joined(with: rightValue))
        case (.optional(let left), .optional(let right)): .optional(left.joined(with: right))
        case (.type, .type): .type(.dyn)
        default: self == other ? self : .dyn
        }
    }

    /// Whether values of the two may be equal, so that it makes sense to ask.
    func isComparable(with other: ExpressionType) -> Bool {
        switch (self, other) {
        case (.dyn, _), (_, .dyn), (.parameter, _), (_, .parameter), (.type, .type): true
        case (.list(let left), .list(let right)), (.optional(let left), .optional(let right)):
            left.isComparable(with: right)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            leftKey.isComparable(with: rightKey) && leftValue.isComparable(with: rightValue)
        case (.record, .map), (.map, .record), (.record, .record): true
        case (.null, let other), (let other, .null): other.isNullable
        default: self == other || self.isNumeric && other.isNumeric
        }
    }

    private var isNullable: Bool {
        switch self {
        case .null, .timestamp, .duration, .list, .map, .record, .optional: true
        default: false
        }
    }

    /// Whether `<` takes the two.
    func isOrdered(with other: ExpressionType) -> Bool {
        switch (self, other) {
        case (.dyn, let one), (let one, .dyn): one.isDyn || one.hasOrder
        default: self.hasOrder && (self == other || self.isNumeric && other.isNumeric)
        }
    }

    private var hasOrder: Bool {
        switch self {
        case .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration: true
        default: false
        }
    }

    /// Whether a value of this type may be given where a function takes `parameter`; binds the parameter's type parameters.
    func isAccepted(by parameter: ExpressionType, binding bound: inout [String: ExpressionType]) -> Bool {
        switch (self, parameter) {
        case (_, .parameter(let name)):
            guard let earlier = bound[name] else {
                bound[name] = self
                return true
            }
            guard earlier.isComparable(with: self) else { return false }
            bound[name] = earlier.joined(with: self)
            return true
        case (.dyn, _), (_, .dyn), (.type, .type): return true
        case (.list(let own), .list(let taken)), (.optional(let own), .optional(let taken)):
            return own.isAccepted(by: taken, binding: &bound)
        case (.map(let ownKey, let ownValue), .map(let takenKey, let takenValue)):
            return ownKey.isAccepted(by: takenKey, binding: &bound)
                && ownValue.isAccepted(by: takenValue, binding: &bound)
        case (.record, .map(let key, let value)):
            return ExpressionType.string.isAccepted(by: key, binding: &bound)
                && ExpressionType.dyn.isAccepted(by: value, binding: &bound)
        default: return self == parameter
        }
    }

    /// The type with what its type parameters stand for; `dyn` for those that stand for nothing.
    func replacing(_ bound: [String: ExpressionType]) -> ExpressionType {
        switch self {
        case .parameter(let name): bound[name] ?? .dyn
        case .list(let element): .list(element.replacing(bound))
        case .map(let key, let value): .map(key: key.replacing(bound), value: value.replacing(bound))
        case .optional(let wrapped): .optional(wrapped.replacing(bound))
        case .type(let named): .type(named.replacing(bound))
        default: self
        }
    }
}
