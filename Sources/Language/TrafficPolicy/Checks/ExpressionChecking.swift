/// What an expression must yield.
package enum ExpressionResult: Sendable, Hashable {
    case bool
    case any
    /// The condition under which an HTTP request is made again: `bool`, with `attempts` and `last_attempt` declared.
    case retry
}

/// What is wrong with an expression or a template, by its own text.
package struct ExpressionProblem: Sendable, Hashable {
    /// Bytes of the text before what is wrong.
    package let offset: Int
    package let message: String
    /// The part of the text that is wrong.
    package let offending: String
    package let suggestion: String?

    package init(offset: Int, _ message: String, offending: String = "", suggestion: String? = nil) {
        self.offset = offset
        self.message = message
        self.offending = offending
        self.suggestion = suggestion
    }
}

/// Compiles what a policy document leaves as text: expressions and templates.
package protocol ExpressionChecking: Sendable {
    /// - Returns: all that is wrong; empty when it compiles.
    func problems(
        in expression: String,
        phase: PolicyPhase,
        expecting result: ExpressionResult
    ) -> [ExpressionProblem]

    /// The same for a text with `${…}` parts.
    func problems(inTemplate text: String, phase: PolicyPhase) -> [ExpressionProblem]
}
