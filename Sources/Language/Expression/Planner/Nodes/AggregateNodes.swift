/// `[a, b, ?c]`.
final class ListNode: Node {
    let range: Range<Int>
    private let elements: [(node: any Node, isOptional: Bool)]

    init(_ elements: [(node: any Node, isOptional: Bool)], at range: Range<Int>) {
        self.range = range
        self.elements = elements
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        var values: [Value] = []
        values.reserveCapacity(self.elements.count)
        for (node, isOptional) in self.elements {
            let value = try node.evaluate(run)
            if !isOptional {
                values.append(value)
            } else if let wrapped = try unwrap(value, at: node.range) {
                values.append(wrapped)
            }
        }
        return .list(values)
    }
}

/// `{a: b, ?c: d}`.
final class MapNode: Node {
    struct Entry: Sendable {
        let key: any Node
        let value: any Node
        let isOptional: Bool
    }

    let range: Range<Int>
    private let entries: [Entry]

    init(_ entries: [Entry], at range: Range<Int>) {
        self.range = range
        self.entries = entries
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        var builder = LiteralMapBuilder(capacity: self.entries.count)
        for entry in self.entries {
            let key = try entry.key.evaluate(run)
            let given = try entry.value.evaluate(run)
            guard let value = entry.isOptional ? try unwrap(given, at: entry.value.range) : given else { continue }
            do throws(EvaluationError) {
                try builder.insert(value, for: key)
            } catch {
                throw error.placed(at: entry.key.range)
            }
        }
        return .map(LiteralMap(builder))
    }
}

/// What an optional holds, if anything.
private func unwrap(_ value: Value, at range: Range<Int>) throws(EvaluationError) -> Value? {
    guard case .optional(let box) = value else {
        throw EvaluationError(
            .noSuchOverload("an optional is needed, not \(value.typeName.rawValue)"),
            at: range
        )
    }
    return box.wrapped
}

/// `cel.bind(name, value, body)`.
final class BindingNode: Node {
    let range: Range<Int>
    private let local: Int
    private let value: any Node
    private let body: any Node

    init(local: Int, _ value: any Node, _ body: any Node, at range: Range<Int>) {
        self.range = range
        self.local = local
        self.value = value
        self.body = body
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        run.setLocal(self.local, to: try self.value.evaluate(run))
        return try self.body.evaluate(run)
    }
}

/// `target.optMap(name, body)` and `optFlatMap`.
final class OptionalMapNode: Node {
    let range: Range<Int>
    private let target: any Node
    private let local: Int
    private let body: any Node
    private let isFlat: Bool

    init(_ target: any Node, local: Int, _ body: any Node, isFlat: Bool, at range: Range<Int>) {
        self.range = range
        self.target = target
        self.local = local
        self.body = body
        self.isFlat = isFlat
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let target = try self.target.evaluate(run)
        guard let wrapped = try unwrap(target, at: self.target.range) else { return target }
        run.setLocal(self.local, to: wrapped)
        let value = try self.body.evaluate(run)
        guard self.isFlat else { return .optional(OptionalBox(value)) }
        return .optional(OptionalBox(try unwrap(value, at: self.body.range)))
    }
}

/// `optional.or(other)` and `optional.orValue(other)`: the other is evaluated only where the optional has no value.
final class OptionalAlternativeNode: Node {
    let range: Range<Int>
    private let optional: any Node
    private let other: any Node
    private let unwraps: Bool

    init(_ optional: any Node, _ other: any Node, unwraps: Bool, at range: Range<Int>) {
        self.range = range
        self.optional = optional
        self.other = other
        self.unwraps = unwraps
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let optional = try self.optional.evaluate(run)
        guard let wrapped = try unwrap(optional, at: self.range) else { return try self.otherValue(run) }
        return self.unwraps ? wrapped : optional
    }

    private func otherValue(_ run: Evaluation) throws(EvaluationError) -> Value {
        let other = try self.other.evaluate(run)
        if !self.unwraps { _ = try unwrap(other, at: self.other.range) }
        return other
    }
}
