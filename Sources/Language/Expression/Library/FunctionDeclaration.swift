/// A function or method of the language: its name and the shapes that it takes. The tables of these are the library, the
/// checker's knowledge and the reference page (docs/expressions.md) at once.
package struct FunctionDeclaration: Sendable {
    /// `size`, or with its namespace `math.greatest`.
    package let name: String
    package let overloads: [Overload]
    /// For the reference page: what it does, in a sentence or two.
    package let summary: String
    /// Expressions that are true; the tests run each one.
    package let examples: [String]

    package init(_ name: String, summary: String, examples: [String], overloads: [Overload]) {
        self.name = name
        self.summary = summary
        self.examples = examples
        self.overloads = overloads
    }
}

/// One shape of a function.
package struct Overload: Sendable {
    /// Whether it is written `first.name(rest)`; the first parameter is then what stands before the point.
    package let isMethod: Bool
    package let parameters: [ExpressionType]
    /// Whether the last parameter may be given any number of times more; the implementation is then a variadic one.
    package let repeatsLast: Bool
    package let result: ExpressionType
    package let implementation: Implementation
    /// Whether it gives the same for the same arguments, so that calls with constants are run when the plan is made.
    package let isPure: Bool
    /// What makes use of arguments that are constants, once for a plan; nil where nothing can be won.
    package let specialization: Specialization?

    /// Given the arguments that are constants (nil where one is not), makes an implementation for this call alone, which
    /// takes all arguments still: a regular expression is compiled here. Nil where these constants help nothing.
    ///
    /// - Throws: where a constant can never be right, such as a pattern that is no regular expression or a text that is no
    ///   timestamp: the person who wrote the expression is told.
    package typealias Specialization = @Sendable (_ constants: [Value?]) throws(EvaluationError) -> Implementation?

    package init(
        method isMethod: Bool,
        _ parameters: [ExpressionType],
        _ result: ExpressionType,
        repeatsLast: Bool = false,
        isPure: Bool = true,
        specialization: Specialization? = nil,
        _ implementation: Implementation
    ) {
        self.isMethod = isMethod
        self.parameters = parameters
        self.repeatsLast = repeatsLast
        self.result = result
        self.isPure = isPure
        self.specialization = specialization
        self.implementation = implementation
    }
}

/// How an overload works. Arguments have the types of the overload's parameters: the caller has seen to it. What takes time
/// or grows with its input is charged to the run (``Evaluation/charge(_:)``).
package enum Implementation: Sendable {
    package typealias Nullary = @Sendable (Evaluation) throws(EvaluationError) -> Value
    package typealias Unary = @Sendable (Value, Evaluation) throws(EvaluationError) -> Value
    package typealias Binary = @Sendable (Value, Value, Evaluation) throws(EvaluationError) -> Value
    package typealias Variadic = @Sendable ([Value], Evaluation) throws(EvaluationError) -> Value

    case nullary(Nullary)
    case unary(Unary)
    case binary(Binary)
    /// Three arguments or more.
    case variadic(Variadic)
}
