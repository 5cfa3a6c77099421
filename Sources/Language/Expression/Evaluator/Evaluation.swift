import Addressing

/// One run of a plan: the host's variables, the values of the comprehensions' own variables, and what is left of the budget.
///
/// A host that runs many expressions keeps one and calls ``reset()`` between them: a run then takes no memory of its own.
package final class Evaluation {
    package let variables: any Variables
    /// The bounds of this run; functions look at `resultBytes` before they build what is long.
    package let limits: ExpressionLimits
    private let wholeBudget: StepBudget

    // A run is on one thread, and none of these is touched while another access to it is under way: each is read or written
    // by a method here that calls nothing in between. Having the runtime check that would cost more than the rest of a
    // simple expression.
    @exclusivity(unchecked) private var budget: StepBudget
    @exclusivity(unchecked) private var locals: [Value] = []
    /// The text that was last read as an address, and what it is: rules ask about one address in range after range.
    @exclusivity(unchecked) private var lastAddress: (text: String, address: IPAddress?) = ("", nil)
    /// What each part came to, in the order in which they were done; empty unless the plan was made with tracing.
    @exclusivity(unchecked) package internal(set) var trace: [TraceEntry] = []

    package init(variables: any Variables, limits: ExpressionLimits = .standard) {
        self.variables = variables
        self.limits = limits
        self.wholeBudget = StepBudget(steps: limits.steps, wallClock: limits.wallClock)
        self.budget = self.wholeBudget
    }

    /// Gives the next run its whole budget.
    package func reset() {
        self.budget = self.wholeBudget
        if !self.trace.isEmpty { self.trace = [] }
    }

    package var remainingSteps: Int { self.budget.remaining }

    /// Takes steps from the budget: one for each node and each round of a comprehension is taken by the evaluator; functions
    /// take what their work costs beyond that (about a step for each 64 bytes looked at or written).
    ///
    /// - Throws: when the budget is spent, of steps or of time.
    package func charge(_ steps: Int) throws(EvaluationError) {
        try self.budget.charge(steps)
    }

    /// Takes the steps that looking at, or making, so many bytes costs.
    package func charge(bytes: Int) throws(EvaluationError) {
        try self.charge(bytes >> 6)
    }

    /// The address that `text` is; nil where it is none.
    func address(_ text: String) -> IPAddress? {
        if self.lastAddress.text != text { self.lastAddress = (text, IPAddress(textBytes: text.utf8)) }
        return self.lastAddress.address
    }

    /// Refuses a string or bytes over the bound before they are made.
    package func admit(resultBytes: Int) throws(EvaluationError) {
        guard resultBytes <= self.limits.resultBytes else {
            throw EvaluationError(.resultTooLarge("more than \(self.limits.resultBytes) bytes"))
        }
    }
}

// MARK: - The variables of comprehensions and bindings

extension Evaluation {
    /// Makes room for the locals of a plan. Takes memory only where this run had fewer until now.
    func reserveLocals(_ count: Int) {
        guard self.locals.count < count else { return }
        self.locals.append(contentsOf: repeatElement(.null, count: count - self.locals.count))
    }

    func local(_ index: Int) -> Value {
        self.locals[index]
    }

    func setLocal(_ index: Int, to value: consuming Value) {
        self.locals[index] = value
    }
}
