/// `all` and `exists`: a round that settles the answer counts, though others fail.
final class QuantifierNode: BoolNode {
    let range: Range<Int>
    private let source: any Node
    private let predicate: any Node
    private let variables: RoundVariables
    /// What settles the answer: `false` of `all`, `true` of `exists`.
    private let settling: Bool

    init(
        over source: any Node,
        _ predicate: any Node,
        _ variables: RoundVariables,
        settling: Bool,
        at range: Range<Int>
    ) {
        self.range = range
        self.source = source
        self.predicate = predicate
        self.variables = variables
        self.settling = settling
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        let source = try self.source.evaluate(run)
        var failure: EvaluationError?
        do throws(EvaluationError) {
            var rounds = try Rounds(over: source, self.variables, run)
            while try rounds.advance() {
                do throws(EvaluationError) {
                    if try self.predicate.evaluateBool(run) == self.settling { return self.settling }
                } catch {
                    guard error.isAbsorbable else { throw error }
                    failure = failure ?? error
                }
            }
        } catch {
            throw error.placed(at: self.range)
        }
        if let failure { throw failure }
        return !self.settling
    }
}

/// `exists_one`: every round counts, and every error.
final class ExistsOneNode: BoolNode {
    let range: Range<Int>
    private let source: any Node
    private let predicate: any Node
    private let variables: RoundVariables

    init(over source: any Node, _ predicate: any Node, _ variables: RoundVariables, at range: Range<Int>) {
        self.range = range
        self.source = source
        self.predicate = predicate
        self.variables = variables
    }

    func evaluateBool(_ run: Evaluation) throws(EvaluationError) -> Bool {
        let source = try self.source.evaluate(run)
        var count = 0
        do throws(EvaluationError) {
            var rounds = try Rounds(over: source, self.variables, run)
            while try rounds.advance() {
                if try self.predicate.evaluateBool(run) { count += 1 }
            }
        } catch {
            throw error.placed(at: self.range)
        }
        return count == 1
    }
}

/// `filter`, `map` and `transformList`: a list of what each round that satisfies the predicate makes.
final class ListComprehensionNode: Node {
    let range: Range<Int>
    private let source: any Node
    private let predicate: (any Node)?
    /// Nil for the element itself.
    private let transform: (any Node)?
    private let variables: RoundVariables

    init(
        over source: any Node,
        predicate: (any Node)?,
        transform: (any Node)?,
        _ variables: RoundVariables,
        at range: Range<Int>
    ) {
        self.range = range
        self.source = source
        self.predicate = predicate
        self.transform = transform
        self.variables = variables
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let source = try self.source.evaluate(run)
        var made: [Value] = []
        do throws(EvaluationError) {
            var rounds = try Rounds(over: source, self.variables, run)
            while try rounds.advance() {
                if let predicate, try !predicate.evaluateBool(run) { continue }
                made.append(try self.transform?.evaluate(run) ?? rounds.element)
            }
        } catch {
            throw error.placed(at: self.range)
        }
        return .list(made)
    }
}

/// `transformMap` and `transformMapEntry`: a map of what each round that satisfies the predicate makes.
final class MapComprehensionNode: Node {
    let range: Range<Int>
    private let source: any Node
    private let predicate: (any Node)?
    private let transform: any Node
    /// Whether rounds make maps whose entries are put together, rather than values for their keys.
    private let makesEntries: Bool
    private let variables: RoundVariables

    init(
        over source: any Node,
        predicate: (any Node)?,
        transform: any Node,
        makesEntries: Bool,
        _ variables: RoundVariables,
        at range: Range<Int>
    ) {
        self.range = range
        self.source = source
        self.predicate = predicate
        self.transform = transform
        self.makesEntries = makesEntries
        self.variables = variables
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let source = try self.source.evaluate(run)
        var builder = LiteralMapBuilder()
        do throws(EvaluationError) {
            var rounds = try Rounds(over: source, self.variables, run)
            while try rounds.advance() {
                if let predicate, try !predicate.evaluateBool(run) { continue }
                let made = try self.transform.evaluate(run)
                if self.makesEntries {
                    try self.insertEntries(of: made, into: &builder, run)
                } else {
                    try builder.insert(made, for: rounds.key)
                }
            }
        } catch {
            throw error.placed(at: self.range)
        }
        return .map(LiteralMap(builder))
    }

    private func insertEntries(
        of value: Value,
        into builder: inout LiteralMapBuilder,
        _ run: Evaluation
    ) throws(EvaluationError) {
        guard case .map(let map) = value else {
            throw EvaluationError(.noSuchOverload("a map is needed, not \(value.typeName.rawValue)"))
        }
        try run.charge(map.count)
        for position in 0..<map.count {
            let (key, value) = map.entry(at: position)
            try builder.insert(value, for: key)
        }
    }
}

/// `sortBy`: the elements in the order of what each round makes; equals keep theirs.
final class SortNode: Node {
    let range: Range<Int>
    private let source: any Node
    private let key: any Node
    private let variables: RoundVariables

    init(over source: any Node, by key: any Node, _ variables: RoundVariables, at range: Range<Int>) {
        self.range = range
        self.source = source
        self.key = key
        self.variables = variables
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let source = try self.source.evaluate(run)
        do throws(EvaluationError) {
            var keyed: [(key: Value, element: Value)] = []
            var rounds = try Rounds(over: source, self.variables, run)
            while try rounds.advance() {
                keyed.append((try self.key.evaluate(run), rounds.element))
            }
            return .list(try Sorting.sorted(keyed, run))
        } catch {
            throw error.placed(at: self.range)
        }
    }
}
