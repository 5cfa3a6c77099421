/// Sorting by keys, for `sort` and `sortBy`.
enum Sorting {
    /// The elements in the order of their keys; equals keep theirs.
    ///
    /// - Throws: where the keys are not all of one type that has an order.
    static func sorted(
        _ keyed: [(key: Value, element: Value)],
        _ run: Evaluation
    ) throws(EvaluationError) -> [Value] {
        guard let first = keyed.first else { return [] }
        try run.charge(keyed.count * (Int.bitWidth - keyed.count.leadingZeroBitCount))
        for other in keyed {
            guard other.key.typeName == first.key.typeName else {
                throw EvaluationError(.noSuchOverload("what is sorted by must be of one type"))
            }
            _ = try other.key.order(to: first.key)
        }
        // All are of one type that has an order, so that comparing can't fail. NaN is behind all others.
        let sorted = keyed.enumerated().sorted { left, right in
            switch Self.order(left.element.key, right.element.key) {
            case .before: true
            case .behind: false
            case .same: left.offset < right.offset
            }
        }
        return sorted.map(\.element.element)
    }

    private static func order(_ left: Value, _ right: Value) -> ValueOrder {
        do throws(EvaluationError) {
            if let order = try left.order(to: right) { return order }
        } catch {
            return .same
        }
        switch (left, right) {
        case (.double(let left), .double(let right)): return ValueOrder(left.isNaN ? 1 : 0, right.isNaN ? 1 : 0)
        default: return .same
        }
    }
}
