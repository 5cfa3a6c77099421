/// Members and elements of values.
enum Access {
    /// `operand[key]`. Of an optional it is an optional, empty where the key or index is missing.
    static func element(of operand: Value, _ key: Value) throws(EvaluationError) -> Value {
        switch operand {
        case .map(let map):
            guard let value = map.value(forKey: key) else { throw EvaluationError(.noSuchKey(key.briefText)) }
            return value
        case .list(let elements):
            let index = try self.index(key)
            guard index >= 0, index < elements.count else {
                throw EvaluationError(.indexOutOfRange(index, count: elements.count))
            }
            return elements[Int(index)]
        case .optional: return try self.optionalElement(of: operand, key)
        default: throw EvaluationError(.noSuchOverload("\(operand.typeName.rawValue)[\(key.typeName.rawValue)]"))
        }
    }

    /// `operand.name`: as `operand[name]`, but lists have no members.
    static func member(of operand: Value, _ name: Value) throws(EvaluationError) -> Value {
        if case .list = operand { throw self.noMembers(operand) }
        return try self.element(of: operand, name)
    }

    /// `operand[?key]`: empty where the key or index is missing.
    static func optionalElement(of operand: Value, _ key: Value) throws(EvaluationError) -> Value {
        switch operand {
        case .map(let map): return .optional(OptionalBox(map.value(forKey: key)))
        case .list(let elements):
            let index = try self.index(key)
            guard index >= 0, index < elements.count else { return .optional(OptionalBox(nil)) }
            return .optional(OptionalBox(elements[Int(index)]))
        case .optional(let box):
            guard let wrapped = box.wrapped else { return operand }
            return try self.optionalElement(of: wrapped, key)
        default: throw EvaluationError(.noSuchOverload("\(operand.typeName.rawValue)[?\(key.typeName.rawValue)]"))
        }
    }

    /// `operand.?name`.
    static func optionalMember(of operand: Value, _ name: Value) throws(EvaluationError) -> Value {
        switch operand {
        case .list: throw self.noMembers(operand)
        case .optional(let box):
            guard let wrapped = box.wrapped else { return operand }
            return try self.optionalMember(of: wrapped, name)
        default: return try self.optionalElement(of: operand, name)
        }
    }

    /// `has(operand.name)`.
    static func hasMember(_ operand: Value, _ name: Value) throws(EvaluationError) -> Bool {
        if case .list = operand { throw self.noMembers(operand) }
        return try self.hasElement(operand, name)
    }

    /// `has(operand[key])`.
    static func hasElement(_ operand: Value, _ key: Value) throws(EvaluationError) -> Bool {
        switch operand {
        case .map(let map): return map.hasKey(key)
        case .list(let elements):
            let index = try self.index(key)
            return index >= 0 && index < elements.count
        case .optional(let box):
            guard let wrapped = box.wrapped else { return false }
            return try self.hasElement(wrapped, key)
        default: throw self.noMembers(operand)
        }
    }

    private static func noMembers(_ value: Value) -> EvaluationError {
        EvaluationError(.noSuchOverload("\(value.typeName.rawValue) has no members"))
    }

    /// An index of a list: a whole number of any type.
    private static func index(_ key: Value) throws(EvaluationError) -> Int64 {
        switch key {
        case .int(let int): return int
        case .uint(let uint): return Int64(clamping: uint)
        case .double(let double):
            if let int = Int64(exactly: double) { return int }
        default: break
        }
        throw EvaluationError(.invalidArgument("'\(key.briefText)' is no index of a list"))
    }
}
