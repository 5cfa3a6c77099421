extension Value {
    /// Whether the two are equal as `==` of the language says: numbers by their value whatever their types, maps without
    /// regard to order, and values of different types are not. NaN equals nothing.
    ///
    /// - Throws: when looking takes more than the run may.
    package func equals(_ other: Value, _ run: Evaluation) throws(EvaluationError) -> Bool {
        switch (self, other) {
        case (.string(let left), .string(let right)):
            try run.charge(bytes: min(left.utf8.count, right.utf8.count))
            return StringOrder.areEqual(left, right)
        case (.bytes(let left), .bytes(let right)):
            try run.charge(bytes: min(left.count, right.count))
            return left == right
        case (.list(let left), .list(let right)):
            return try Self.areEqual(left, right, run)
        case (.map(let left), .map(let right)):
            return try Self.areEqual(left, right, run)
        case (.optional(let left), .optional(let right)):
            guard let left = left.wrapped, let right = right.wrapped else {
                return left.wrapped == nil && right.wrapped == nil
            }
            return try left.equals(right, run)
        default:
            return self.equalsScalar(other)
        }
    }

    /// What needs no looking inside.
    private func equalsScalar(_ other: Value) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.uint(let left), .uint(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.int(let left), .uint(let right)), (.uint(let right), .int(let left)):
            NumberOrder.compare(left, right) == .same
        case (.int(let left), .double(let right)), (.double(let right), .int(let left)):
            NumberOrder.compare(left, right) == .same
        case (.uint(let left), .double(let right)), (.double(let right), .uint(let left)):
            NumberOrder.compare(left, right) == .same
        case (.timestamp(let left), .timestamp(let right)): left == right
        case (.duration(let left), .duration(let right)): left == right
        case (.type(let left), .type(let right)): left == right
        default: false
        }
    }

    private static func areEqual(_ left: [Value], _ right: [Value], _ run: Evaluation) throws(EvaluationError) -> Bool {
        guard left.count == right.count else { return false }
        try run.charge(left.count)
        for position in left.indices {
            guard try left[position].equals(right[position], run) else { return false }
        }
        return true
    }

    private static func areEqual(
        _ left: any MapView,
        _ right: any MapView,
        _ run: Evaluation
    ) throws(EvaluationError) -> Bool {
        guard left.count == right.count else { return false }
        try run.charge(left.count)
        for position in 0..<left.count {
            let (key, value) = left.entry(at: position)
            guard let other = right.value(forKey: key), try value.equals(other, run) else { return false }
        }
        return true
    }
}
