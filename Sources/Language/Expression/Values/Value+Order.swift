extension Value {
    /// Where the value stands to another of a type that it can be compared with; nil where one is not a number.
    ///
    /// - Throws: where the two have no order, such as lists, null, or a string and a number.
    package func order(to other: Value) throws(EvaluationError) -> ValueOrder? {
        switch (self, other) {
        case (.string(let left), .string(let right)): StringOrder.compare(left, right)
        case (.bytes(let left), .bytes(let right)): Self.order(left, right)
        case (.bool(let left), .bool(let right)): ValueOrder(left ? 1 : 0, right ? 1 : 0)
        case (.timestamp(let left), .timestamp(let right)):
            left.seconds == right.seconds
                ? ValueOrder(left.nanoseconds, right.nanoseconds) : ValueOrder(left.seconds, right.seconds)
        case (.duration(let left), .duration(let right)): ValueOrder(left, right)
        default:
            try self.numericOrder(to: other)
        }
    }

    private func numericOrder(to other: Value) throws(EvaluationError) -> ValueOrder? {
        switch (self, other) {
        case (.int(let left), .int(let right)): return ValueOrder(left, right)
        case (.uint(let left), .uint(let right)): return ValueOrder(left, right)
        case (.double(let left), .double(let right)):
            return left.isNaN || right.isNaN ? nil : ValueOrder(left, right)
        case (.int(let left), .uint(let right)): return NumberOrder.compare(left, right)
        case (.uint(let left), .int(let right)): return NumberOrder.compare(right, left).reversed
        case (.int(let left), .double(let right)): return NumberOrder.rank(left, right)
        case (.double(let left), .int(let right)): return NumberOrder.rank(right, left)?.reversed
        case (.uint(let left), .double(let right)): return NumberOrder.rank(left, right)
        case (.double(let left), .uint(let right)): return NumberOrder.rank(right, left)?.reversed
        default:
            throw EvaluationError(
                .noSuchOverload("\(self.typeName.rawValue) and \(other.typeName.rawValue) have no order")
            )
        }
    }

    private static func order(_ left: [UInt8], _ right: [UInt8]) -> ValueOrder {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                ValueOrder(ofBytes: left, and: right)
            }
        }
    }
}
