/// A plan: an expression that may run any number of times, on any thread.
package struct Program: Sendable {
    /// What the checker knows of the result; `dyn` where only the run will tell.
    package let resultType: ExpressionType
    /// The slots of the variables that the expression may ask for.
    package let referencedSlots: Set<Int>
    package let limits: ExpressionLimits
    private let root: any Node
    /// What a run costs at most, but for the rounds of comprehensions and the work of functions.
    private let steps: Int
    private let localCount: Int

    init(
        root: any Node,
        resultType: ExpressionType,
        steps: Int,
        localCount: Int,
        referencedSlots: Set<Int>,
        limits: ExpressionLimits
    ) {
        self.root = root
        self.resultType = resultType
        self.steps = steps
        self.localCount = localCount
        self.referencedSlots = referencedSlots
        self.limits = limits
    }

    /// The value that every run gives; nil where it depends on variables, on chance, or is an error.
    package var constant: Value? { (self.root as? ConstantNode)?.value }

    /// Whether the expression is true whatever the variables are.
    package var isConstantTrue: Bool {
        if case .bool(true)? = self.constant { true } else { false }
    }
}

// MARK: - Running

extension Program {
    /// Runs once.
    package func evaluate(_ variables: any Variables) throws(EvaluationError) -> Value {
        try self.evaluate(in: Evaluation(variables: variables, limits: self.limits))
    }

    /// Runs once and takes the result for a truth value.
    ///
    /// - Throws: also where the result is no bool.
    package func evaluateBool(_ variables: any Variables) throws(EvaluationError) -> Bool {
        try self.evaluateBool(in: Evaluation(variables: variables, limits: self.limits))
    }

    /// Runs with a whole budget of its own in an evaluation that the host keeps: takes no memory beyond what values need.
    package func evaluate(in run: Evaluation) throws(EvaluationError) -> Value {
        try self.begin(run)
        return try self.root.evaluate(run)
    }

    /// The same for what must be a bool.
    package func evaluateBool(in run: Evaluation) throws(EvaluationError) -> Bool {
        try self.begin(run)
        return try self.root.evaluateBool(run)
    }

    private func begin(_ run: Evaluation) throws(EvaluationError) {
        run.reset()
        run.reserveLocals(self.localCount)
        try run.charge(self.steps)
    }
}
