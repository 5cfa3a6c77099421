/// The variables of a comprehension, and what each round costs.
struct RoundVariables: Sendable {
    let first: Int
    let second: Int?
    /// The steps of a round: itself and every node in the body.
    let steps: Int
}

/// The rounds of a comprehension over a list or a map, in order.
struct Rounds {
    private enum Source {
        case list([Value])
        case map(any MapView)
    }

    private let source: Source
    private let variables: RoundVariables
    private let run: Evaluation
    let count: Int
    private var position = 0

    /// - Throws: where the value is neither a list nor a map.
    init(over value: Value, _ variables: RoundVariables, _ run: Evaluation) throws(EvaluationError) {
        switch value {
        case .list(let elements): (self.source, self.count) = (.list(elements), elements.count)
        case .map(let map): (self.source, self.count) = (.map(map), map.count)
        default:
            throw EvaluationError(.noSuchOverload("a list or a map is needed, not \(value.typeName.rawValue)"))
        }
        self.variables = variables
        self.run = run
    }

    /// Begins the next round: sets the variables to its element. False when there is none.
    mutating func advance() throws(EvaluationError) -> Bool {
        guard self.position < self.count else { return false }
        try self.run.charge(self.variables.steps)
        switch self.source {
        case .list(let elements): self.begin(elements[self.position])
        case .map(let map): self.begin(map.entry(at: self.position))
        }
        self.position += 1
        return true
    }

    private func begin(_ element: Value) {
        if let second = self.variables.second {
            self.run.setLocal(self.variables.first, to: .int(Int64(self.position)))
            self.run.setLocal(second, to: element)
        } else {
            self.run.setLocal(self.variables.first, to: element)
        }
    }

    private func begin(_ entry: (key: Value, value: Value)) {
        self.run.setLocal(self.variables.first, to: entry.key)
        if let second = self.variables.second { self.run.setLocal(second, to: entry.value) }
    }

    /// What the result is filed under in a map: the index of a list or the key of a map, of the round that runs.
    var key: Value {
        switch self.source {
        case .list: .int(Int64(self.position - 1))
        case .map(let map): map.entry(at: self.position - 1).key
        }
    }

    /// The element of a list or the key of a map, of the round that runs.
    var element: Value {
        switch self.source {
        case .list(let elements): elements[self.position - 1]
        case .map(let map): map.entry(at: self.position - 1).key
        }
    }
}
