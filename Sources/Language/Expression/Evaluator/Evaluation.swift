/// One run of a plan: the host's variables, the values of the comprehensions' own variables, and what is left of the budget.
package final class Evaluation {
    package let variables: any Variables
    private(set) var remainingSteps: Int

    package init(variables: any Variables, steps: Int) {
        self.variables = variables
        self.remainingSteps = steps
    }

    /// Takes steps from the budget: one for each node and each round of a comprehension is taken by the evaluator; functions
    /// take what their work costs beyond that (about a step for each 64 bytes looked at or written).
    package func charge(_ steps: Int) throws(EvaluationError) {
        self.remainingSteps -= steps
        guard self.remainingSteps >= 0 else {
            throw EvaluationError(.budgetExceeded("the expression takes more steps than it may"))
        }
    }
}
